package dakota

import (
	"time"

	"golang.org/x/time/rate"
)

// decision is what the gate says to the first in the queue.
type decision struct {
	open   bool
	until  time.Time // when to ask again, if nothing changes before
	reason string    // in words; "" for a wait that is not worth one
	err    error
}

// decide says whether the next request may leave now.
func (g *governor) decide(now time.Time) decision {
	if g.max > 0 && g.spent >= g.max {
		return decision{err: notSent(ErrBudget)}
	}
	if now.Before(g.closed) {
		return decision{until: g.closed, reason: "the API asked to wait"}
	}
	if g.win.known && !now.Before(g.win.reset) {
		g.win.expire(now)
		g.win.sent = g.flight
		g.scoutFrom(now)
	}
	if g.win.known {
		if d := g.spend(now); !d.open {
			return d
		}
	}
	if g.scouting && g.scout != nil {
		if patience := g.scout.sent.Add(scoutPatience); now.Before(patience) {
			return decision{until: patience}
		}
		g.scouting, g.scout = false, nil
	}
	return g.pace(now)
}

// spend is the gate of a window of which it is known what is left.
func (g *governor) spend(now time.Time) decision {
	n := g.win.available(g.flight, g.reserve)
	if n > 0 {
		switch abreast := g.win.abreast(n, g.peak, g.latency, now); {
		case g.flight < abreast:
			return decision{open: true}
		case abreast > 0:
			return decision{until: g.win.reset} // an answer comes first
		}
	}
	return decision{until: g.win.reset, reason: "the window's requests are spent"}
}

// pace is the gate of even distances: those of our own ceiling, else those that keep to the limit while it is not known what is left.
func (g *governor) pace(now time.Time) decision {
	limiter := g.ceiling
	if limiter == nil {
		if d := g.blind(); g.win.known || d == 0 {
			return decision{open: true}
		} else if limit := rate.Every(d); g.even.Limit() != limit {
			g.even.SetLimitAt(now, limit)
		}
		limiter = g.even
		if g.scouting && g.scouts == 0 {
			g.even.AllowN(now, 1)
			return decision{open: true}
		}
	}
	r := limiter.ReserveN(now, 1)
	if d := r.DelayFrom(now); d > 0 {
		r.CancelAt(now)
		return decision{until: now.Add(d)}
	}
	return decision{open: true}
}

// blind is the distance of requests while it is not known what is left.
func (g *governor) blind() time.Duration {
	switch {
	case g.win.limit > 0:
		return time.Duration(float64(g.win.span()) / float64(g.win.limit) * shyness)
	case g.rate == NoRate:
		return 0
	}
	return evenly
}
