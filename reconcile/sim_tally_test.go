package reconcile_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"dakota-reconcile/dakota"
	"dakota-reconcile/dakota/dakotatest"
	"dakota-reconcile/reconcile"
)

// simTally counts what the seeds met, so that a simulation in which nothing goes wrong any more is noticed.
type simTally struct {
	mu  sync.Mutex
	met map[string]int
}

// simMeets is what any thousand seeds have to meet.
var simMeets = []string{
	"applied", "unchanged", "failed", "conflict", "refused", "invalid", // in reports
	"not_attempted", "in_doubt", // in between
	"a kill", "a kill within apply", "an interrupt", "an outage", "a budget", "a conflict that stops", // ends of processes
	"more than one attempt", "somebody else's change", "429", "settled after a kill", "batches", "a refused key",
}

// met notes how a process ended. w.mu is held.
func (w *simWorld) met(out *reconcile.Outcome) {
	if w.meets == nil {
		w.meets = map[string]int{}
	}
	var refused *dakota.Error
	switch err := out.Stopped; {
	case errors.As(err, &refused) && (refused.Status == 401 || refused.Status == 403):
		w.meets["a refused key"]++
	case errors.Is(err, errKilled):
		w.meets["a kill within apply"]++
	case errors.Is(err, errInterrupted):
		w.meets["an interrupt"]++
	case errors.Is(err, reconcile.ErrOutage):
		w.meets["an outage"]++
	case errors.Is(err, dakota.ErrBudget):
		w.meets["a budget"]++
	case errors.Is(err, reconcile.ErrConflict):
		w.meets["a conflict that stops"]++
	case err != nil && !errors.Is(err, context.Canceled):
		w.breaks("stopped: %v", err)
	}
	for _, r := range out.Rows {
		w.meets[string(r.Status)]++
	}
}

func (s *simTally) add(w *simWorld, rows []reconcile.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.met == nil {
		s.met = map[string]int{}
	}
	for what, n := range w.meets {
		s.met[what] += n
	}
	s.met["a kill"] += w.crashes
	s.met["settled after a kill"] += w.settled
	s.met["batches"] += w.batched
	s.met["429"] += w.server.Counts().Throttled
	for _, r := range rows {
		if r.Attempts > 1 {
			s.met["more than one attempt"]++
		}
	}
	for _, c := range w.server.Changes() {
		if c.By == dakotatest.Foreign {
			s.met["somebody else's change"]++
		}
	}
}

// complain fails the test when n seeds have not met all they should.
func (s *simTally) complain(t *testing.T, n int) {
	t.Logf("%d seeds met %v", n, s.met)
	if n < 1000 || t.Failed() {
		return
	}
	for _, what := range simMeets {
		if s.met[what] == 0 {
			t.Errorf("%d seeds met no case of: %s", n, what)
		}
	}
}
