package dakota

import (
	"time"
)

// ticket is the leave for one request.
type ticket struct {
	gate  *governor
	first bool          // it goes before those that are not
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
