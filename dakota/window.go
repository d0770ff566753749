package dakota

import (
	"math"
	"net/http"
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
	sent      int       // requests of ours that this window may have counted
	others    bool      // somebody else uses the key: this window counted more than we sent
	before    bool      // likewise, in the window before
	foreign   int       // how many more at least
	stirred   time.Time // when an answer last showed one more

	absolute bool
	second   int64         // the server's name for it, when absolute
	reset    time.Time     // when it has ended for certain
	earliest time.Time     // when it may end at the earliest; says which answers are of it
	capped   bool          // reset comes from the window's length, not from what the server says of its end
	full     time.Duration // the longest time to a reset that the first answer of a window told; of the first window, whose begin was not seen, too
	slack    slack
	expired  struct { // of the window before
		second int64
		reset  time.Time
		at     time.Time // when we let it go
		capped bool
	}
}

// answer is what the headers of one answer say, in local time.
type answer struct {
	headers
	sent, received time.Time
	left           time.Duration // until the reset, as the server says
	earliest, end  time.Time     // bounds of the reset
	capped         bool
}

// slack is by how much a reset turned out to be later than it should be, learned from refusals.
type slack struct{ said, length time.Duration }

// maxSlack bounds what is learned, so that a hostile server can't make us wait for ever.
const maxSlack = 3 * time.Second

// place finds the bounds of the reset that an answer names.
func (w *window) place(h headers, sent, received time.Time, c *clock) answer {
	a := answer{headers: h, sent: sent, received: received, left: h.left(received)}
	if a.left > longest || h.dateKnown && a.left < -2*time.Second {
		a.resetKnown = false // a window that ended before its answer, or ends next week, is none
	}
	switch {
	case !a.resetKnown:
		a.earliest, a.end = received, received.Add(w.span())
		return a
	case h.absolute:
		a.end = c.local(h.reset).Add(w.slack.said)
		if w.span() >= 10*time.Second {
			// A window that began with some request ends within a second, of which the header may tell only the whole part. The
			// second more is paid once in a run: later windows are cut by the clock, or bounded by their length.
			a.end = a.end.Add(time.Second)
		}
		if !c.known && !a.end.After(received) {
			// A window that has ended can't be what an answer tells of: the clocks differ, and without Date nobody knows by how much.
			a.end = received.Add(w.span())
		}
		a.earliest = a.end.Add(-sameReset)
	default:
		// Rounded down or up: the truth is within a second of it, and counted from somewhere between leaving and arrival.
		a.earliest, a.end = sent.Add(a.left-time.Second), received.Add(a.left+time.Second+w.slack.said)
	}
	// A window in which a request was counted ends at most its length later.
	if most := w.most(a.left); most > 0 && a.end.After(received.Add(most)) {
		a.end, a.capped = received.Add(most), true
	}
	return a
}

// usual are the lengths that windows have. Seconds to a reset are rounded one way or the other, and these tell which.
var usual = []time.Duration{time.Minute, time.Hour}

// most is the longest that a window can last from an answer on that says it ends after left; 0 when nobody knows.
func (w *window) most(left time.Duration) time.Duration {
	full := max(w.full, left)
	if w.expired.reset.IsZero() {
		// The first window may have been half over when we came. Where nothing speaks against it, it is the documented minute.
		if full <= defaultWindow {
			return defaultWindow + w.slack.length
		}
		return 0
	}
	for _, u := range usual {
		if u >= full && u-full <= time.Second {
			return u + w.slack.length
		}
	}
	return full + time.Second + w.slack.length
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

// learn takes in an answer that tells what is left. InFlight is the number of our requests not answered yet.
func (w *window) learn(a answer, inFlight int) {
	if a.limit > 0 {
		w.limit = a.limit
	}
	w.limit = max(w.limit, a.remaining)
	if !w.known {
		if old := w.isExpired(a); old && a.sent.Before(w.expired.at) {
			return
		} else if old {
			a = w.hurried(a)
		}
		w.begin(a, inFlight)
		return
	}
	switch w.order(a) {
	case -1:
		return
	case 1:
		w.sent = 0
		w.expire(a.received)
		w.begin(a, inFlight)
		return
	}
	if a.remaining < w.remaining || a.remaining == w.remaining && a.received.Before(w.lowAt) {
		w.remaining, w.lowAt = a.remaining, a.received
	}
	if a.resetKnown && a.end.Before(w.reset) {
		w.reset, w.capped = a.end, a.capped
	}
	if a.resetKnown && a.earliest.After(w.earliest) {
		w.earliest = a.earliest
	}
	w.settleLost(a.sent)
	w.noticeOthers()
}

// isExpired reports whether an answer tells of the window that we let go as ended.
func (w *window) isExpired(a answer) bool {
	switch {
	case w.expired.at.IsZero() || !a.resetKnown:
		return false
	case a.absolute && w.expired.second > 0:
		return a.reset <= w.expired.second
	case a.sent.Before(w.expired.at):
		return a.end.Before(w.expired.reset.Add(sameReset))
	}
	// Of seconds, only a refusal tells, and only where a window is much longer than their rounding.
	return a.status == http.StatusTooManyRequests && w.span() > 5*time.Second && a.left <= 2*time.Second
}

// hurried learns from a request that was counted in the window that we took for ended: ends are later than they should be.
func (w *window) hurried(a answer) answer {
	if w.expired.capped {
		w.slack.length = min(w.slack.length+time.Second, maxSlack)
	} else {
		w.slack.said = min(w.slack.said+time.Second, maxSlack)
	}
	a.end = later(a.end, a.received).Add(time.Second)
	return a
}

// begin starts the window that an answer tells of.
func (w *window) begin(a answer, inFlight int) {
	if a.resetKnown && !w.expired.reset.IsZero() {
		w.measure(a)
	}
	w.known, w.began, w.full = true, a.received, max(w.full, a.left)
	w.remaining, w.lowAt = a.remaining, a.received
	w.absolute, w.second = a.absolute, a.reset
	w.reset, w.earliest, w.capped = a.end, a.earliest, a.capped
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
	for _, u := range usual {
		if (d - u).Abs() <= 2*time.Second {
			d = u
		}
	}
	if d >= time.Second && (w.length == 0 || d < w.length) {
		w.length = d
	}
}

// expire lets the window go: it has ended, and of the next one nothing is known until an answer tells.
func (w *window) expire(now time.Time) {
	w.expired.second, w.expired.reset, w.expired.at, w.expired.capped = 0, w.reset, now, w.capped
	if w.absolute {
		w.expired.second = w.second
	}
	w.known, w.lost, w.remaining = false, nil, 0
	w.before, w.others, w.foreign = w.others, false, 0
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
