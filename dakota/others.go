package dakota

import (
	"math"
	"time"
)

// noticeOthers compares what the window has counted with what we sent.
func (w *window) noticeOthers() {
	if n := w.limit - w.remaining - w.sent; n > w.foreign {
		w.others, w.foreign, w.stirred = true, n, w.lowAt
	}
}

// available is how many more requests may leave now.
func (w *window) available(inFlight int, reserve Reserve) int {
	return w.remaining - inFlight - len(w.lost) - reserve.of(w.limit)
}

// abreast is how many requests may be in flight at once. While somebody else uses the key, what an answer said may be gone when the next
// request arrives; the fewer are under way then, the fewer are refused. It is the least number that still spends the window in half of
// its remaining time. The very last one is left alone while the other is busy: it would be taken before ours arrives.
func (w *window) abreast(available, peak int, latency time.Duration, now time.Time) int {
	if !w.others && !w.before || w.remaining > max(w.limit/2, 2*peak) {
		return math.MaxInt
	}
	if available == 1 && now.Sub(w.stirred) < 4*latency {
		return 0
	}
	left := w.reset.Sub(now) / 2
	if left <= 0 {
		return 1
	}
	need := int(math.Ceil(float64(available) * float64(latency) / float64(left)))
	if w.remaining <= 2*need {
		return 1
	}
	return max(1, need)
}
