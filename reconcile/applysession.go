package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// session is one Apply. Its own goroutine alone decides what starts when; the workers each take one step of one row and hand it back, so
// that a row that has to wait holds up no other.
type session struct {
	Applier
	plan    *Plan
	rows    []Result       // a row in flight belongs to its worker
	order   []int          // the rows to be sent, in that order
	fresh   int            // the first place in order whose row has not had its turn
	batches map[int]*Batch // those to be read again, by the place of their first row in order
	reading bool           // one of them is: its rows have to wait
	waiting dueQueue
	back    chan step
	ahead   ahead
	flying  int
	held    int // requests kept for the steps in flight
	breaker breaker

	workers  *errgroup.Group
	run      context.Context // ends when nothing new may start
	halt     context.CancelCauseFunc
	stopped  error           // the cause of that
	grace    context.Context // until its end, what was sent may be settled
	endGrace context.CancelFunc
	drained  <-chan time.Time // fires when grace has to end
}

func newSession(ctx context.Context, a Applier, p *Plan) *session {
	s := &session{Applier: a, plan: p, rows: slices.Clone(p.Rows), order: p.sending(), batches: a.batches(p), back: make(chan step, a.Concurrency+1)}
	s.breaker = newBreaker(a.MaxOutage, a.Backoff(-1))
	halting, halt := context.WithCancelCause(ctx)
	s.halt = halt
	s.workers, s.run = errgroup.WithContext(halting)
	s.workers.SetLimit(a.Concurrency + 1) // one prepares
	s.grace, s.endGrace = context.WithCancel(context.WithoutCancel(ctx))
	return s
}

// do runs to the end, whichever it is.
func (s *session) do() *Outcome {
	defer s.endGrace()
	defer s.halt(nil)
	for {
		wait := s.start()
		if s.flying == 0 && s.ahead.rows() == 0 && len(s.waiting) == 0 && (s.stopped != nil || s.fresh == len(s.order)) {
			break
		}
		s.await(wait)
	}
	_ = s.workers.Wait() // its error has been handed back with the step that caused it
	for i := range s.rows {
		if s.rows[i].Status == Planned {
			s.rows[i].Status = NotAttempted
		}
	}
	repeatOutcomes(s.rows)
	return &Outcome{Rows: s.rows, Stopped: s.stopped}
}

// start starts every step that may start now, and returns how long it takes until another may, -1 for when only an event can tell.
func (s *session) start() time.Duration {
	if s.stopped == nil && s.run.Err() != nil {
		s.stop(context.Cause(s.run))
	}
	wait := time.Duration(-1)
	for s.flying < s.Concurrency {
		var t *turn
		if t, wait = s.next(time.Now()); t == nil {
			break
		}
		s.launch(t)
	}
	s.prepare()
	return wait
}

// launch hands a turn to a worker for its next step.
func (s *session) launch(t *turn) {
	if t.batch != nil {
		delete(s.batches, s.fresh)
		s.reading = true
	} else {
		s.begin(t)
	}
	s.flying++
	s.held += t.cost
	s.work(func() step { return s.advance(t) })
}

// begin opens a row's turn, once.
func (s *session) begin(t *turn) {
	if t.pauses != nil {
		return
	}
	t.pauses = s.Backoff(t.row)
	if s.Hooks.Started != nil {
		s.Hooks.Started(t.row)
	}
}

// work lets a worker take a step.
func (s *session) work(take func() step) {
	s.workers.Go(func() error {
		st := take()
		s.back <- st
		return st.stop
	})
}

// await waits for the next event: a step handed back, the end of the run or of its grace, or wait going by.
func (s *session) await(wait time.Duration) {
	var timer <-chan time.Time
	if wait >= 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		timer = t.C
	}
	var ended <-chan struct{}
	if s.stopped == nil {
		ended = s.run.Done()
	}
	select {
	case st := <-s.back:
		s.land(st)
	case <-ended:
		s.stop(context.Cause(s.run))
	case <-s.drained:
		s.abandon()
	case <-s.Leave:
		s.Leave = nil
		s.stop(context.Canceled)
		s.abandon()
	case <-timer:
	}
}

// land takes a step back from its worker.
func (s *session) land(st step) {
	if st.lot != nil {
		s.prepared(st)
		return
	}
	t := st.turn
	s.flying--
	s.held -= t.cost
	s.judge(st, time.Now())
	if st.stop != nil {
		s.stop(st.stop)
	}
	switch {
	case t.batch != nil:
		s.reading = false
		for _, row := range t.batch.Rows {
			if s.rows[row].Status != Planned {
				s.finished(row)
			}
		}
	case st.done:
		s.finished(t.row)
	case st.aged && s.stopped != nil:
		s.leave(t)
	case st.aged:
		t.due = time.Now()
		s.waiting.add(t)
	default:
		s.postpone(t)
	}
}

// finished tells of a row's outcome and stops the run where it is asked to for such a one.
func (s *session) finished(row int) {
	r := &s.rows[row]
	if s.Hooks.Finished != nil {
		s.Hooks.Finished(row, *r)
	}
	switch {
	case r.Status == Conflict && s.OnConflict == FailRun:
		s.stop(fmt.Errorf("%w: row %d: %s", ErrConflict, r.Row, r.Error))
	case s.FailFast && (r.Status == Failed || r.Status == Conflict):
		s.stop(fmt.Errorf("%w: row %d: %s", ErrFailFast, r.Row, r.Error))
	}
}

// judge lets the breaker hear what a step says of the API.
func (s *session) judge(st step, now time.Time) {
	was, since := s.breaker.open, s.breaker.since
	s.breaker.note(st.turn.row, st.sign, now)
	if s.stopped != nil {
		return
	}
	if s.breaker.open != was && s.Hooks.Outage != nil {
		e := OutageEvent{Down: s.breaker.open, Since: since}
		if e.Down {
			e.Since, e.Cause = s.breaker.since, st.turn.cause
		}
		s.Hooks.Outage(e)
	}
	if s.breaker.overdue(now) {
		s.stop(fmt.Errorf("%w: nothing has succeeded for %s: %w", ErrOutage, now.Sub(s.breaker.since).Round(time.Second), st.turn.cause))
	}
}

// postpone puts a row that is not done in the queue.
func (s *session) postpone(t *turn) {
	if s.stopped != nil && (!t.doubt || s.grace.Err() != nil) {
		s.leave(t)
		return
	}
	if errors.Is(s.stopped, ErrOutage) { // one last reading has shown that the API is still down: more would only cost requests
		s.leave(t)
		s.abandon()
		return
	}
	pause := t.pauses.NextBackOff()
	if s.stopped != nil {
		pause = min(pause, s.lastPause())
	}
	t.due = time.Now().Add(pause)
	s.waiting.add(t)
	if s.Hooks.Retry != nil {
		s.Hooks.Retry(t.row, t.cause, pause)
	}
}

// stop ends the run: nothing new starts, and of the rows that wait only those in doubt are seen to.
func (s *session) stop(cause error) {
	if s.stopped != nil {
		return
	}
	s.stopped = cause
	s.halt(cause)
	s.drained = time.After(s.DrainTime)
	var doubts dueQueue
	soon := time.Now().Add(s.lastPause())
	for _, t := range s.waiting {
		if t.doubt {
			if t.due.After(soon) {
				t.due = soon
			}
			doubts.add(t)
		} else {
			s.leave(t)
		}
	}
	s.waiting = doubts
	s.leaveReady()
}

// lastPause is the longest pause before a reading of a stopped run: some time for a change that lands late, and enough of the grace left
// for the reading.
func (s *session) lastPause() time.Duration { return s.DrainTime / 4 }

// abandon ends the grace: what is still in doubt stays so.
func (s *session) abandon() {
	s.drained = nil
	s.endGrace()
	s.API.Abandon()
	for _, t := range s.waiting {
		s.leave(t)
	}
	s.waiting = nil
}

// leave ends a row's turn before its outcome is known.
func (s *session) leave(t *turn) {
	s.interrupted(t)
	s.finished(t.row)
}
