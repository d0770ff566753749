package dakota

import (
	"net/http"
	"time"
)

// observe learns from an answer.
func (g *governor) observe(t *ticket, h headers, now time.Time) {
	g.smooth(now.Sub(t.sent))
	if h.dateKnown {
		g.clock.observe(t.sent, now, h.date)
	}
	a := g.win.place(h, t.sent, now, &g.clock)
	turned := g.win.expired.at
	switch {
	case h.remainingKnown:
		g.win.learn(a, g.flight)
		g.heard(t)
	case g.win.known:
		g.win.lost = append(g.win.lost, now)
	case h.status < http.StatusInternalServerError && h.status != http.StatusTooManyRequests:
		g.heard(t) // that the server tells nothing is knowledge too
	}
	if h.status == http.StatusTooManyRequests {
		g.refuse(t, a, turned)
	} else if !t.sent.Before(g.refusedAt) {
		g.refusals = 0
	}
}

// heard ends the scouting, if it is the answer to a request that left since it began.
func (g *governor) heard(t *ticket) {
	if g.scouting && !t.sent.Before(g.since) {
		g.scouting, g.scout = false, nil
	}
}

func (g *governor) smooth(took time.Duration) {
	if g.latency == 0 {
		g.latency = took
	}
	g.latency += (took - g.latency) / 8
}

// refuse closes the gate after a 429: until Retry-After or the reset, whichever is named, else to the end of the window, else for a time
// that grows. Of many requests refused at once only the first counts for the growth.
func (g *governor) refuse(t *ticket, a answer, turned time.Time) {
	now := a.received
	if !t.sent.Before(g.refusedAt) {
		g.refusedAt = now
		g.refusals++
	}
	until := now.Add(g.unnamed())
	switch {
	case a.retryKnown:
		// Rounded down, perhaps: a second more costs little, another refusal is one.
		until = now.Add(a.retryAfter(now) + time.Second)
	case a.resetKnown && a.end.After(now):
		until = a.end
	case g.win.known && g.win.reset.After(now):
		until = g.win.reset
	case t.sent.Before(turned):
		return // of a window that has ended since
	}
	g.closed = later(g.closed, until)
	g.scoutFrom(now)
}

// unnamed is how long to wait after a 429 that names no time: 5, 10, 20, 40, then 60 seconds.
func (g *governor) unnamed() time.Duration {
	return min(5*time.Second<<min(max(g.refusals-1, 0), 4), time.Minute)
}
