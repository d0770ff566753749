package reconcile_test

import (
	"testing"
	"testing/synctest"
	"time"

	"dakota-reconcile/dakota"
	"dakota-reconcile/dakota/dakotatest"
	"dakota-reconcile/reconcile"
)

// planned observes the account for moving every customer to the target, and plans that for a staleness that the quota is too slow for.
func (s *stage) planned(o *reconcile.Observer, staleness time.Duration) *reconcile.Plan {
	s.t.Helper()
	var sheet []reconcile.Assignment
	for i, c := range s.customers() {
		sheet = append(sheet, reconcile.Assignment{Row: int32(i + 2), CustomerID: c.ID, SubClientID: s.target()})
	}
	seen, err := o.Observe(s.t.Context(), sheet)
	if err != nil {
		s.t.Fatal(err)
	}
	p, err := reconcile.NewPlan(sheet, seen, reconcile.Policy{MaxStaleness: staleness, Quota: s.client.Quota()})
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// slowStage is a stage with the documented quota, and an applier that reads batches again.
func slowStage(t *testing.T, n int, staleness time.Duration) (*stage, *reconcile.Plan) {
	s := setStage(t, n)
	s.server.Quota = dakotatest.Quota{}
	s.server.Latency = func(dakotatest.Request) (time.Duration, time.Duration) {
		return 40 * time.Millisecond, 40 * time.Millisecond
	}
	o := &reconcile.Observer{API: s.client}
	p := s.planned(o, staleness)
	s.applier.MaxStaleness, s.applier.Refresh = staleness, o.Refresh
	return s, p
}

func TestLongRunSendsExactlyItsBill(t *testing.T) {
	for _, staleness := range []time.Duration{0, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			s, p := slowStage(t, 700, staleness)
			read := s.server.Counts().Total()
			out := s.apply(t.Context(), p)
			if n := counts(out.Rows)[reconcile.Applied]; n != 700 || out.Stopped != nil {
				t.Fatalf("staleness %s: %v; stopped: %v", staleness, counts(out.Rows), out.Stopped)
			}
			if _, err := s.client.SubClients(t.Context()); err != nil { // the closing totals are on the bill, too
				t.Fatal(err)
			}
			if sent, bill := s.server.Counts().Total()-read, p.Bill.Writes+p.Bill.Checks; sent != bill {
				t.Errorf("staleness %s: %d requests were sent, %d were on the bill", staleness, sent, bill)
			}
			if p.Bill.Reads != read {
				t.Errorf("staleness %s: %d requests to read, %d on the bill", staleness, read, p.Bill.Reads)
			}
		})
	}
}

// What somebody else does while a long run is under way is found by reading the batches again, and left alone.
func TestBatchesFindWhatOthersChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p := slowStage(t, 400, 2*time.Minute)
		if len(p.Batches) < 3 {
			t.Fatalf("the plan has %d batches", len(p.Batches))
		}
		last := p.Batches[len(p.Batches)-1].Rows
		taken, done := p.Rows[last[0]].CustomerID, p.Rows[last[1]].CustomerID
		time.AfterFunc(time.Minute, func() { s.server.Change(taken, ""); s.server.Change(done, s.target()) })
		finished := map[int]int{}
		s.applier.Hooks.Finished = func(row int, _ reconcile.Result) { finished[row]++ }
		out := s.apply(t.Context(), p)
		if r := out.Rows[last[0]]; r.Status != reconcile.Conflict || r.Attempts != 0 || s.patches(taken) != 0 {
			t.Errorf("changed by others: %s after %d PATCHes", r.Status, s.patches(taken))
		}
		if r := out.Rows[last[1]]; r.Status != reconcile.Unchanged || s.patches(done) != 0 {
			t.Errorf("made by others: %s after %d PATCHes", r.Status, s.patches(done))
		}
		if n := counts(out.Rows)[reconcile.Applied]; n != 398 {
			t.Errorf("%v", counts(out.Rows))
		}
		for row, n := range finished {
			if n != 1 {
				t.Errorf("row %d finished %d times", row, n)
			}
		}
		if len(finished) != 400 {
			t.Errorf("%d rows finished", len(finished))
		}
	})
}

// A batch that can't be read again costs requests, never a row.
func TestRowsOfAnUnreadBatchAreReadOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p := slowStage(t, 400, 2*time.Minute)
		s.server.Faults = dakotatest.Only(dakotatest.Always(dakotatest.Fault{Status: 500}), dakotatest.List)
		out := s.apply(t.Context(), p)
		if n := counts(out.Rows)[reconcile.Applied]; n != 400 {
			t.Errorf("%v; stopped: %v", counts(out.Rows), out.Stopped)
		}
		if n := s.server.Counts(); n.Get == 0 {
			t.Errorf("%+v: no row was read by itself", n)
		}
	})
}

func TestBudgetedRunDoesTheRowsThatFit(t *testing.T) {
	for _, staleness := range []time.Duration{0, 15 * time.Minute} {
		for budget := 1; budget < 60; budget += 7 {
			synctest.Test(t, func(t *testing.T) {
				s := setStage(t, 40)
				p := s.planned(&reconcile.Observer{API: s.client}, staleness)
				fit := p.Fit(budget, -1)
				s.applier.MaxStaleness, s.applier.MaxRequests = staleness, s.client.Usage().Total()+budget
				out := s.apply(t.Context(), p)
				if n := counts(out.Rows)[reconcile.Applied]; n != fit.Rows {
					t.Errorf("staleness %s, %d requests: %d rows were applied, %d were said to fit", staleness, budget, n, fit.Rows)
				}
			})
		}
	}
}

var _ reconcile.Writer = (*dakota.Client)(nil)
