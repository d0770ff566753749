package reconcile

import (
	"time"

	"github.com/cenkalti/backoff/v5"
)

// sign is what a step of a row tells of the API as a whole.
type sign int

const (
	silent  sign = iota // nothing: a reading, or a request that did not leave for a reason of ours
	up                  // a PATCH was answered for good, or is proved to have been made
	failing             // a PATCH failed though the API answers: the row's own fault, unless too many rows say so
	down                // no answer, a gateway's answer, or a reading that failed
)

// How many rows in a row must fail before the API is taken to be down. A row that always gets a 500 looks like a failing API, so it
// takes more rows to say so than when there is no answer at all.
const (
	downRows    = 5
	failingRows = 20
)

// breaker judges from the rows' failures whether the API is down. Only different rows count: one row that fails again and again says
// nothing of the others. It is answered with times alone and starts nothing.
type breaker struct {
	maxOutage time.Duration
	pauses    backoff.BackOff

	down, failing map[int]struct{} // rows that failed since the last success
	failures      int              // since the last success
	since         time.Time        // of the first of them
	open          bool
	next          time.Time // when the next probe may start, while open
}

func newBreaker(maxOutage time.Duration, pauses backoff.BackOff) breaker {
	return breaker{maxOutage: maxOutage, pauses: pauses, down: map[int]struct{}{}, failing: map[int]struct{}{}}
}

// note takes down what a row's step said at the time now. It opens the breaker, closes it, or sets the time of the next probe.
func (b *breaker) note(row int, s sign, now time.Time) {
	switch s {
	case up:
		b.reset()
		return
	case silent:
		b.next = now // the API answers readings: no need to wait before the next probe
		return
	case down:
		b.down[row] = struct{}{}
	}
	if b.failures == 0 {
		b.since = now
	}
	b.failures++
	b.failing[row] = struct{}{}
	if len(b.down) >= downRows || len(b.failing) >= failingRows {
		b.open = true
	}
	if b.open {
		b.next = now.Add(b.pauses.NextBackOff())
	}
}

func (b *breaker) reset() {
	if b.failures == 0 {
		return
	}
	clear(b.down)
	clear(b.failing)
	b.failures, b.open, b.since, b.next = 0, false, time.Time{}, time.Time{}
	b.pauses.Reset()
}

// overdue tells whether nothing has succeeded for longer than the run may wait. A run's last rows may be too few to open the breaker, so
// it asks for failures, not for rows.
func (b *breaker) overdue(now time.Time) bool {
	return b.failures >= downRows && now.Sub(b.since) > b.maxOutage
}
