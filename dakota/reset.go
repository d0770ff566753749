package dakota

import "time"

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
