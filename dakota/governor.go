package dakota

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// scoutPatience is how long the others wait for the first answer of a window.
	scoutPatience = 2 * time.Second
	// evenly is the time between two requests while no limit is known: a little more than a second, so that a minute never sees more
	// than the documented 60, even when answers of the network are not as evenly spaced as our departures.
	evenly = time.Minute / 59
	// shyness is the part by which we stay under a known limit while we don't know what is left of it.
	shyness = 60.0 / 59
	// told is the least wait that is worth a word.
	told = 2 * time.Second
)

// governor is the gate that every request of the process passes, in the order of arrival, but writes before reads: a write is based on a
// reading that grows old. While the server tells what is left of the
// window, requests leave at once until nothing is left, and then the gate is closed until the reset. Each window begins with one scout,
// whose answer says what the window holds. While the server tells nothing, requests leave evenly.
type governor struct {
	rate    Rate
	reserve Reserve
	max     int
	hook    func(WaitEvent)

	mu      sync.Mutex
	queue   []*ticket
	timer   *time.Timer
	ceiling *rate.Limiter // of --rate; nil: none
	even    *rate.Limiter // while nothing is known
	spent   int           // tickets given out and not given back
	flight  int           // of these, not answered yet
	peak    int           // the most there ever were in flight
	latency time.Duration // of an answer, smoothed

	clock clock
	win   window

	scouting bool      // nothing is known until a scout's answer
	scout    *ticket   // the scout under way
	scouts   int       // sent for this window
	since    time.Time // when scouting began: only answers to later requests end it

	closed    time.Time // after a 429: until when
	refusedAt time.Time // when the last 429 of a new episode came
	refusals  int       // episodes in a row that ended with another 429

	event *WaitEvent // to be told after unlocking
	until time.Time  // of the last wait that was told
}

func newGovernor(c Config) *governor {
	now := time.Now()
	g := &governor{rate: c.Rate, reserve: c.Reserve, max: c.MaxRequests, hook: c.Hooks.Wait, scouting: true, since: now}
	g.clock.start = now
	g.even = rate.NewLimiter(rate.Every(evenly), 1)
	if d := c.Rate.interval(); d > 0 {
		g.ceiling = rate.NewLimiter(rate.Every(d), 1)
	}
	return g
}

// enter waits until a request may leave. The ticket must be given back by exactly one of answered, lost and cancel. Its errors are that
// of ctx, and ErrBudget.
func (g *governor) enter(ctx context.Context) (*ticket, error) {
	return g.wait(ctx, &ticket{gate: g, ready: make(chan struct{})})
}

// enterFirst is enter for a write.
func (g *governor) enterFirst(ctx context.Context) (*ticket, error) {
	return g.wait(ctx, &ticket{gate: g, ready: make(chan struct{}), first: true})
}

func (g *governor) wait(ctx context.Context, t *ticket) (*ticket, error) {
	if err := endOf(ctx); err != nil {
		return nil, err
	}
	g.mu.Lock()
	place := len(g.queue)
	if t.first {
		place = slices.IndexFunc(g.queue, func(other *ticket) bool { return !other.first })
		if place < 0 {
			place = len(g.queue)
		}
	}
	g.queue = slices.Insert(g.queue, place, t)
	g.pump()
	g.unlock()
	select {
	case <-t.ready:
		return t, t.err
	default:
	}
	select {
	case <-t.ready:
		return t, t.err
	case <-ctx.Done():
		g.leave(t)
		return nil, endOf(ctx)
	}
}

// leave takes a ticket out of the queue, or gives it back if it was given out in the same moment.
func (g *governor) leave(t *ticket) {
	g.mu.Lock()
	if i := slices.Index(g.queue, t); i >= 0 {
		g.queue = slices.Delete(g.queue, i, i+1)
		g.pump()
		g.unlock()
		return
	}
	g.mu.Unlock()
	t.cancel()
}

// unlock ends a change of the gate and tells about a wait that came of it; the hook must not run under the lock.
func (g *governor) unlock() {
	event := g.event
	g.event = nil
	g.mu.Unlock()
	if event != nil && g.hook != nil {
		g.hook(*event)
	}
}

// pump lets out whoever may leave, and sets the timer for the next.
func (g *governor) pump() {
	for len(g.queue) > 0 {
		now := time.Now()
		d := g.decide(now)
		if d.err == nil && !d.open {
			g.sleep(now, d)
			return
		}
		t := g.queue[0]
		g.queue = slices.Delete(g.queue, 0, 1)
		t.err = d.err
		if d.open {
			g.grant(t, now)
		}
		close(t.ready)
	}
	if g.timer != nil {
		g.timer.Stop()
	}
}

func (g *governor) grant(t *ticket, now time.Time) {
	t.sent, t.out = now, true
	g.spent++
	g.flight++
	g.peak = max(g.peak, g.flight)
	g.win.sent++
	if g.scouting {
		g.scout, g.scouts = t, g.scouts+1
	}
}

func (g *governor) sleep(now time.Time, d decision) {
	wait := max(d.until.Sub(now), time.Millisecond)
	if g.timer == nil {
		g.timer = time.AfterFunc(wait, g.wake)
	} else {
		g.timer.Reset(wait)
	}
	if d.reason != "" && wait >= told && (d.until.Sub(g.until)).Abs() > told/2 {
		g.until = d.until
		g.event = &WaitEvent{Reason: d.reason, Until: d.until}
	}
}

func (g *governor) wake() {
	g.mu.Lock()
	g.pump()
	g.unlock()
}

// scoutFrom makes the next request a scout.
func (g *governor) scoutFrom(now time.Time) {
	g.scouting, g.scout, g.scouts, g.since = true, nil, 0, now
}
