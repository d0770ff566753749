package reconcile

import (
	"time"

	"dakota-reconcile/dakota"
)

// next takes the turn whose step is to start now, if any.
func (s *session) next(now time.Time) (*turn, time.Duration) {
	switch {
	case s.stopped != nil: // only doubts are left in the queue
		return s.waiting.takeDue(now)
	case s.breaker.open && s.flying > 0:
		return nil, -1
	case s.breaker.open && now.Before(s.breaker.next):
		return nil, s.breaker.next.Sub(now)
	}
	t, wait := s.candidate(now)
	if t == nil {
		return nil, wait
	}
	if wait := s.pairWait(t, now); wait > 0 {
		s.putBack(t)
		return nil, wait
	}
	if s.affordable(t) {
		return t, 0
	}
	s.putBack(t)
	if s.flying == 0 {
		s.stop(dakota.ErrBudget)
		return s.waiting.takeDue(now)
	}
	return nil, -1
}

// candidate takes the turn that should be next. While the API is down that is a doubt, else a row not tried yet, which tells best whether
// only the rows tried before are at fault.
func (s *session) candidate(now time.Time) (*turn, time.Duration) {
	if s.breaker.open {
		if t := s.waiting.takeDoubt(); t != nil {
			return t, 0
		}
		if t := s.takeUntried(); t != nil {
			return t, 0
		}
		return s.waiting.takeFirst(), -1
	}
	t, wait := s.waiting.takeDue(now)
	if t == nil {
		t = s.takeUntried()
	}
	return t, wait
}

// takeUntried takes the first row that nothing was sent of, in the plan's order: those prepared come first, and those being prepared are
// waited for.
func (s *session) takeUntried() *turn {
	if t := s.ahead.take(); t != nil || s.ahead.preparing > 0 {
		return t
	}
	return s.takeFresh()
}

// takeFresh takes the first row that has not had its turn, or the reading that has to come before it; nil when there is none for now.
func (s *session) takeFresh() *turn {
	if !s.comesToFresh() {
		return nil
	}
	if b := s.batches[s.fresh]; b != nil {
		return &turn{row: -1, batch: b}
	}
	s.fresh++
	return &turn{row: s.order[s.fresh-1]}
}

// comesToFresh goes on to what takeFresh takes, past the rows that the reading of their batch has settled, and tells whether there is any.
func (s *session) comesToFresh() bool {
	if s.reading {
		return false
	}
	for s.fresh < len(s.order) && s.batches[s.fresh] == nil && s.rows[s.order[s.fresh]].Status != Planned {
		s.fresh++
	}
	return s.fresh < len(s.order)
}

// putBack undoes candidate.
func (s *session) putBack(t *turn) {
	switch {
	case t.batch != nil: // it has not been taken from anywhere
	case t.pauses == nil:
		s.fresh--
	default:
		s.waiting.add(t)
	}
}

// pairWait is how long a row that has to be read again must wait so that its PATCH can follow the reading in the same window of the quota:
// in the next one the reading would be too old, and made once more. 0: not at all.
func (s *session) pairWait(t *turn, now time.Time) time.Duration {
	if t.batch != nil || t.doubt || s.MaxStaleness < 0 || !s.stale(&s.rows[t.row]) {
		return 0
	}
	q := s.API.Quota()
	left := q.Reset.Sub(now)
	if !q.Known || q.Limit-q.Reserve < 2 || q.Remaining >= 2*(s.flying+1) || left <= s.MaxStaleness+waitGrace {
		return 0
	}
	return min(left, time.Second) // another row's step may come first
}

// affordable tells whether the budget has room for a turn's step beside what it must keep: for the steps in flight, and a reading of
// each row in doubt. The reading that no PATCH needed in the end is the closing summary's.
func (s *session) affordable(t *turn) bool {
	if s.MaxRequests == 0 {
		return true
	}
	t.cost = 2 // the PATCH and the reading that may have to settle it
	switch {
	case t.batch != nil:
		t.cost += t.batch.Requests
	case t.doubt || s.stale(&s.rows[t.row]):
		t.cost++
	}
	return s.API.Usage().Total()+s.held+t.cost+s.waiting.doubts() <= s.MaxRequests
}
