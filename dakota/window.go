package dakota

import (
	"math"
	"time"
)

const (
	defaultWindow = time.Minute // as documented; until two windows were seen
	sameReset     = 1500 * time.Millisecond
)

// window is what is known of the key's present window, from answers alone. All instants are local. Its methods are pure but for the
// window itself: they are told the time.
type window struct {
	known  bool      // an answer told of this window
	began  time.Time // when that answer came
	limit  int       // requests in a window; kept from one window to the next; 0: never told
	length time.Duration

	remaining int       // the smallest one told of this window
	lowAt     time.Time // when it was told
	lost      []time.Time
	sent      int  // requests of ours that this window may have counted
	others    bool // somebody else uses the key: this window counted more than we sent
	before    bool // likewise, in the window before

	absolute bool
	second   int64     // the server's name for it, when absolute
	reset    time.Time // when it has ended for certain
	earliest time.Time // when it may end at the earliest; says which answers are of it
	slack    time.Duration
	expired  struct { // of the window before
		second int64
		reset  time.Time
		at     time.Time // when we let it go
	}
}

// answer is what the headers of one answer say, in local time.
type answer struct {
	headers
	sent, received time.Time
	earliest, end  time.Time // bounds of the reset
}

// place finds the bounds of the reset that an answer names.
func (w *window) place(h headers, sent, received time.Time, c *clock) answer {
	a := answer{headers: h, sent: sent, received: received}
	longestLeft := w.span()
	switch {
	case !h.resetKnown:
		a.earliest, a.end = received, received.Add(longestLeft)
		return a
	case !h.absolute:
		// Rounded down or up: the truth is within a second of it, and counted from somewhere between leaving and arrival.
		left := time.Duration(h.reset) * time.Second
		a.earliest, a.end = sent.Add(left-time.Second), received.Add(left+time.Second+w.slack)
		return a
	}
	a.end = c.local(h.reset).Add(w.slack)
	if !a.end.After(received) && !c.known {
		// A window that has ended can't be what an answer tells of: the clocks differ, and without Date nobody knows by how much.
		a.end = received.Add(longestLeft)
	}
	if c.known && w.length > 0 && a.end.Sub(received) > longest {
		a.end = received.Add(longestLeft)
	}
	a.earliest = a.end.Add(-sameReset)
	return a
}

// order says whether an answer speaks of an older window (-1), of this one (0), or of a newer one (1).
func (w *window) order(a answer) int {
	switch {
	case !a.resetKnown:
	case a.absolute && w.absolute:
		if d := time.Duration(a.reset-w.second) * time.Second; d > sameReset {
			return 1
		} else if d < -sameReset {
			return w.older(a)
		}
	case a.earliest.After(w.reset):
		return 1
	case a.end.Before(w.earliest):
		return w.older(a)
	}
	// What is left never grows within a window. It is more than an earlier-answered request was told: a window has begun between.
	if a.remaining > w.remaining && !a.sent.Before(w.lowAt) {
		return 1
	}
	return 0
}

// older tells an answer of a past window from one of a server that has set its windows anew: a request that left after this window was
// known can't have been counted in an older one.
func (w *window) older(a answer) int {
	if a.sent.Before(w.began) {
		return -1
	}
	return 1
}

// learn takes in an answer that tells what is left. InFlight is the number of our requests not answered yet. It reports whether the
// answer was to a request that came before the reset although we thought that it was after it: our idea of the reset was early.
func (w *window) learn(a answer, inFlight int) (early bool) {
	if a.limit > 0 {
		w.limit = a.limit
	}
	w.limit = max(w.limit, a.remaining)
	if !w.known {
		if w.isExpired(a) {
			if a.sent.Before(w.expired.at) {
				return false
			}
			early = true
		}
		w.begin(a, inFlight)
		return early
	}
	switch w.order(a) {
	case -1:
		return false
	case 1:
		w.sent = 0
		w.expire(a.received)
		w.begin(a, inFlight)
		return false
	}
	if a.remaining < w.remaining || a.remaining == w.remaining && a.received.Before(w.lowAt) {
		w.remaining, w.lowAt = a.remaining, a.received
	}
	if a.resetKnown {
		w.reset = earlier(w.reset, a.end)
		w.earliest = later(w.earliest, a.earliest)
	}
	w.settleLost(a.sent)
	w.noticeOthers()
	return false
}

// isExpired reports whether an answer tells of the window that we let go as ended.
func (w *window) isExpired(a answer) bool {
	if w.expired.at.IsZero() || !a.resetKnown {
		return false
	}
	if a.absolute {
		return a.reset <= w.expired.second
	}
	return a.end.Before(w.expired.reset.Add(sameReset)) && a.sent.Before(w.expired.at)
}

// begin starts the window that an answer tells of.
func (w *window) begin(a answer, inFlight int) {
	if a.resetKnown && !w.expired.reset.IsZero() {
		w.measure(a)
	}
	w.known, w.began = true, a.received
	w.remaining, w.lowAt = a.remaining, a.received
	w.absolute, w.second = a.absolute, a.reset
	w.reset, w.earliest = a.end, a.earliest
	w.sent = max(w.sent, inFlight+1)
	w.settleLost(a.sent)
	w.noticeOthers()
}

// measure takes the distance between two resets for the length of a window: the least one seen, since idle windows lie between others.
func (w *window) measure(a answer) {
	d := a.end.Sub(w.expired.reset).Round(time.Second)
	if a.absolute && w.expired.second > 0 {
		d = time.Duration(a.reset-w.expired.second) * time.Second
	}
	for _, usual := range []time.Duration{time.Minute, time.Hour} {
		if (d - usual).Abs() <= 2*time.Second {
			d = usual
		}
	}
	if d >= time.Second && (w.length == 0 || d < w.length) {
		w.length = d
	}
}

// expire lets the window go: it has ended, and of the next one nothing is known until an answer tells.
func (w *window) expire(now time.Time) {
	w.expired.second, w.expired.reset, w.expired.at = 0, w.reset, now
	if w.absolute {
		w.expired.second = w.second
	}
	w.known, w.lost, w.remaining = false, nil, 0
	w.before, w.others = w.others, false
}

// settleLost forgets lost requests that an answer to a later one has told of: they are in its remaining, or never reached the server.
func (w *window) settleLost(sent time.Time) {
	kept := w.lost[:0]
	for _, at := range w.lost {
		if at.After(sent) {
			kept = append(kept, at)
		}
	}
	w.lost = kept
}

func (w *window) noticeOthers() {
	if w.limit-w.remaining > w.sent {
		w.others = true
	}
}

// available is how many more requests may leave now.
func (w *window) available(inFlight int, reserve Reserve) int {
	return w.remaining - inFlight - len(w.lost) - reserve.of(w.limit)
}

// abreast is how many requests may be in flight at once. While somebody else uses the key, what an answer said may be gone when the next
// request arrives; the fewer are under way then, the fewer are refused. It is the least number that still spends the window in half of
// its remaining time.
func (w *window) abreast(available, peak int, latency time.Duration, now time.Time) int {
	if !w.others && !w.before || w.remaining > max(w.limit/2, 2*peak) {
		return math.MaxInt
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

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// span is the length of a window, the documented minute until it was seen.
func (w *window) span() time.Duration {
	if w.length > 0 {
		return w.length
	}
	return defaultWindow
}
