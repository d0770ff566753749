package dakota

import "time"

// Quota is what is known of the key's limit at a moment.
type Quota struct {
	Known     bool          // the server told of the present window
	Limit     int           // requests in a window; 0 when never told
	Remaining int           // that may leave in the present window, those in flight and the reserve taken off; 0 when not known
	Reserve   int           // of each window, left to other users of the key
	Reset     time.Time     // when the present window has ended for certain; zero when not known
	Window    time.Duration // its length; the documented minute until two were seen
	Interval  time.Duration // between two requests that leave evenly: by a ceiling of our own, or while no limit is known; 0 for none
	Closed    time.Time     // until when a 429 keeps everything back; zero or past when nothing does
	InFlight  int
}

func (g *governor) snapshot() Quota {
	g.mu.Lock()
	defer g.mu.Unlock()
	q := Quota{
		Known: g.win.known, Limit: g.win.limit, Window: g.win.span(), Reserve: g.reserve.of(g.win.limit), Closed: g.closed,
		InFlight: g.flight, Interval: g.rate.interval(),
	}
	if g.win.known {
		q.Remaining = max(0, g.win.available(g.flight, g.reserve))
		q.Reset = g.win.reset
	}
	if q.Interval == 0 && q.Limit == 0 {
		q.Interval = g.blind()
	}
	return q
}

// Forecast returns how long n further requests take from now on: until the last of them may leave. It is arithmetic on what is known,
// and takes the time of the answers for nothing.
func (q Quota) Forecast(n int, now time.Time) time.Duration {
	if n <= 0 {
		return 0
	}
	wait := max(0, q.Closed.Sub(now))
	even := wait + time.Duration(n-1)*q.Interval
	if q.Limit == 0 {
		return even
	}
	rest, reset := q.Remaining, q.Reset
	if !q.Known || !now.Add(wait).Before(reset) {
		// A new window begins with the next request.
		rest, reset = q.Limit-q.Reserve, now.Add(wait+q.Window)
	}
	if n <= rest {
		return even
	}
	each := max(1, q.Limit-q.Reserve)
	windows := (n - rest + each - 1) / each
	return max(even, reset.Sub(now)+time.Duration(windows-1)*q.Window)
}
