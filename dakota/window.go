package dakota

import (
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
	full     time.Duration // the longest time to a reset that any window's first answer told
	slack    slack
	expired  struct { // of the window before
		second int64
		reset  time.Time
		at     time.Time // when we let it go
		capped bool
	}
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

// span is the length of a window, the documented minute until it was seen.
func (w *window) span() time.Duration {
	if w.length > 0 {
		return w.length
	}
	return defaultWindow
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
