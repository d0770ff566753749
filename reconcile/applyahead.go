package reconcile

import (
	"fmt"
	"time"
)

const (
	// lotSize is how many rows are prepared together. A disk takes milliseconds to make a commit of intents durable, whether it holds one
	// or sixty: an account that answers faster than that would wait for the disk each time.
	lotSize = 64
	// lots is how many there are: while one is being sent, the next is recorded.
	lots = 2
	// commitTime is about what a commit takes. Where the quota keeps requests farther apart, nothing waits for the disk.
	commitTime = 5 * time.Millisecond
)

// ahead are the rows whose first intent is recorded before there is room for their request, so that the requests of other rows go on
// meanwhile. They are sent like any others: when there is room, the API is up, and what they are based on is fresh.
type ahead struct {
	preparing int     // their intents are being recorded
	ready     []*turn // their intents are durable, in the plan's order
}

func (a *ahead) rows() int { return a.preparing + len(a.ready) }

// take takes the first row that is ready, nil for none.
func (a *ahead) take() *turn {
	if len(a.ready) == 0 {
		return nil
	}
	t := a.ready[0]
	a.ready = a.ready[1:]
	return t
}

// prepare begins to record the intents of the next lot. There is one at a time, so that the rows keep their order.
func (s *session) prepare() {
	if s.ahead.preparing > 0 || s.roomAhead()-s.ahead.rows() < lotSize {
		return
	}
	var lot []*turn
	for len(lot) < lotSize {
		t := s.takePreparable()
		if t == nil {
			break
		}
		s.begin(t)
		lot = append(lot, t)
	}
	if len(lot) > 0 {
		s.ahead.preparing = len(lot)
		s.work(func() step { return s.record(lot) })
	}
}

// roomAhead is how many rows may be prepared, those that are included. An intent is not to lie about while the quota keeps its request
// back, since a run killed meanwhile would take a row for sent that was not: each row has a request left in the window, or there are no
// windows. With a budget, or while requests fail, nobody knows how many rows will be sent.
func (s *session) roomAhead() int {
	const most = lots * lotSize
	if _, none := s.Journal.(unrecorded); none || s.stopped != nil || s.MaxRequests > 0 || s.breaker.failures > 0 {
		return 0
	}
	switch q := s.API.Quota(); {
	case q.Interval > commitTime || time.Now().Before(q.Closed) || q.Limit > 0 && q.Window/time.Duration(q.Limit) > commitTime:
		return 0
	case q.Limit > 0:
		return min(most, q.Remaining-s.flying)
	}
	return most
}

// takePreparable takes the next row if nothing but its intent has to come before its PATCH.
func (s *session) takePreparable() *turn {
	if !s.comesToFresh() || s.batches[s.fresh] != nil || s.stale(&s.rows[s.order[s.fresh]]) {
		return nil
	}
	return s.takeFresh()
}

// record makes the intents of a lot of rows durable, and nothing else.
func (s *session) record(lot []*turn) step {
	intents := make([]Intent, len(lot))
	for i, t := range lot {
		intents[i] = Intent{Row: t.row, Attempt: s.rows[t.row].Attempts + 1}
	}
	st := step{lot: lot}
	switch err := s.Journal.Intend(s.run, intents...); {
	case err == nil:
		for i, t := range lot {
			t.intended = intents[i].Attempt
		}
	case s.run.Err() == nil:
		st.stop = fmt.Errorf("%w: %w", ErrJournal, err)
	}
	return st
}

// prepared takes a lot of rows back from its worker.
func (s *session) prepared(st step) {
	s.ahead.preparing = 0
	s.ahead.ready = append(s.ahead.ready, st.lot...)
	if st.stop != nil {
		s.stop(st.stop)
	}
	if s.stopped != nil {
		s.leaveReady()
	}
}

// leaveReady ends the turns of the rows that are ready: the run is over.
func (s *session) leaveReady() {
	for t := s.ahead.take(); t != nil; t = s.ahead.take() {
		s.leave(t)
	}
}
