package dakota

import (
	"net/http"
	"time"
)

// ticket is the leave for one request.
type ticket struct {
	gate  *governor
	ready chan struct{} // closed when the gate has decided
	err   error
	sent  time.Time // when it left; until then when it was given out
	out   bool      // given out and not given back
}

// depart notes when the request really leaves, which may be well after the ticket was given out.
func (t *ticket) depart() {
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	t.sent = time.Now()
}

// cancel gives back a ticket with which nothing was sent.
func (t *ticket) cancel() {
	g := t.gate
	g.mu.Lock()
	defer g.unlock()
	if g.scout == t {
		g.scouts--
	}
	if !t.giveBack() {
		return
	}
	g.spent--
	g.win.sent = max(0, g.win.sent-1)
	g.pump()
}

// lost gives back a ticket after which no answer came: the server may have counted the request.
func (t *ticket) lost() {
	g := t.gate
	g.mu.Lock()
	defer g.unlock()
	if !t.giveBack() {
		return
	}
	if g.win.known {
		g.win.lost = append(g.win.lost, time.Now())
	}
	g.pump()
}

// answered gives back a ticket with the answer's headers.
func (t *ticket) answered(h headers) {
	g := t.gate
	g.mu.Lock()
	defer g.unlock()
	if !t.giveBack() {
		return
	}
	now := time.Now()
	g.observe(t, h, now)
	g.pump()
}

// giveBack takes the ticket out of flight. It reports false for one that was given back before.
func (t *ticket) giveBack() bool {
	if !t.out {
		return false
	}
	t.out = false
	t.gate.flight--
	if t.gate.scout == t {
		t.gate.scout = nil
	}
	return true
}

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
