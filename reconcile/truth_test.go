package reconcile_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"dakota-reconcile/dakota/dakotatest"
	"dakota-reconcile/reconcile"
)

// A PATCH that had to wait for the quota longer than its reading may be old is based on a new one: what somebody else did meanwhile is
// not overwritten.
func TestReadingThatAgedAtTheGateIsMadeAgain(t *testing.T) {
	for name, staleness := range map[string]time.Duration{"right before each": 0, "a few seconds": 5 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := setStage(t, 1)
				s.applier.MaxStaleness = staleness
				busy := time.Now().Add(40 * time.Second)
				s.server.Faults = func(r dakotatest.Request) dakotatest.Fault {
					if r.Kind != dakotatest.Patch || r.At.After(busy) {
						return dakotatest.Fault{}
					}
					return dakotatest.Fault{Status: http.StatusTooManyRequests, After: func() { s.server.Change(r.CustomerID, "") }}
				}
				p := s.plan()
				r := s.apply(t.Context(), p).Rows[0]
				if c, _ := s.server.Customer(r.CustomerID); r.Status != reconcile.Conflict || c.SubClientID != "" {
					t.Errorf("the row is %s (%s), the customer has %q", r.Status, r.Error, c.SubClientID)
				}
			})
		})
	}
}

// settling answers the first PATCH of each customer with 500 though it is made, and the first GET after it as told.
func settling(s *stage, first dakotatest.Fault) {
	s.server.Faults = func(r dakotatest.Request) dakotatest.Fault {
		switch {
		case r.Kind == dakotatest.Patch && r.Attempt == 1:
			return dakotatest.Fault{Status: 500, Made: true}
		case r.Kind == dakotatest.Get && r.Attempt == 1:
			return first
		}
		return dakotatest.Fault{}
	}
}

// One 404 does not make a customer missing whose change may have been made; nor does a deletion unmake a change.
func TestDoubtIsNotSettledByASingle404(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 3)
		settling(s, dakotatest.Fault{Status: http.StatusNotFound})
		single := s.server.Faults
		s.server.Faults = func(r dakotatest.Request) dakotatest.Fault {
			if r.Kind == dakotatest.List && r.Attempt <= 2 { // nor is there a list to ask at first
				return dakotatest.Fault{Status: 500}
			}
			return single(r)
		}
		out := s.apply(t.Context(), s.plan())
		if n := counts(out.Rows); n[reconcile.Applied] != 3 || s.patches("") != 3 {
			t.Errorf("%v after %d PATCHes: %s", n, s.patches(""), out.Rows[0].Error)
		}
	})
}

// An answer of 303 is given after the work: whether the change was made is read.
func TestSeeOtherIsADoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 1)
		s.server.Faults = func(r dakotatest.Request) dakotatest.Fault {
			if r.Kind == dakotatest.Patch {
				return dakotatest.Fault{Status: http.StatusSeeOther, Made: true}
			}
			return dakotatest.Fault{}
		}
		if r := s.apply(t.Context(), s.plan()).Rows[0]; r.Status != reconcile.Applied || s.patches("") != 1 {
			t.Errorf("%s after %d PATCHes: %s", r.Status, s.patches(""), r.Error)
		}
	})
}

// What a resumed row is called depends on whether its last PATCH is in doubt, not on how many were proved not to have been made.
func TestResumedRowIsOursOnlyWhenItWasInDoubt(t *testing.T) {
	row := func(status reconcile.Status, attempts int) []reconcile.Result {
		r := reconcile.Result{Status: status, Attempts: attempts}
		r.Row, r.CustomerID, r.SubClientID, r.Action = 2, "a", "s", reconcile.Associate
		return []reconcile.Result{r}
	}
	held := reconcile.Result{Status: reconcile.Unchanged}
	held.Row, held.CustomerID, held.SubClientID, held.PreviousID, held.Action = 2, "a", "s", "s", reconcile.None
	missing := reconcile.Result{Status: reconcile.Invalid, ErrorCode: "customer_not_found"}
	missing.Row, missing.CustomerID, missing.SubClientID = 2, "a", "s"
	for _, tt := range []struct {
		name   string
		before []reconcile.Result
		now    reconcile.Result
		want   reconcile.Status
	}{
		{"in doubt, holds the wish", row(reconcile.InDoubt, 1), held, reconcile.Applied},
		{"proved not made, holds the wish", row(reconcile.NotAttempted, 1), held, reconcile.Unchanged},
		{"never sent, holds the wish", row(reconcile.NotAttempted, 0), held, reconcile.Unchanged},
		{"in doubt, not found", row(reconcile.InDoubt, 1), missing, reconcile.InDoubt},
		{"never sent, not found", row(reconcile.NotAttempted, 0), missing, reconcile.Invalid},
	} {
		p, err := reconcile.Remaining(tt.before).Plan(&reconcile.Plan{Rows: []reconcile.Result{tt.now}})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Rows[0].Status; got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	again := row(reconcile.InDoubt, 1)
	again[0].ErrorCode = "customer_not_found"
	p, err := reconcile.Remaining(again).Plan(&reconcile.Plan{Rows: []reconcile.Result{missing}})
	if err != nil || p.Rows[0].Status == reconcile.InDoubt {
		t.Errorf("not found a second time: %v, %v", p, err)
	}
}

// A customer that can't be read, though the API answers, costs its own row alone.
func TestCustomerThatCannotBeReadDoesNotStopThePlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 6)
		var sheet []reconcile.Assignment
		for i, c := range s.customers() {
			sheet = append(sheet, reconcile.Assignment{Row: int32(i + 2), CustomerID: c.ID, SubClientID: s.target()})
		}
		hidden := sheet[2].CustomerID
		s.server.Faults = dakotatest.Poison(dakotatest.Fault{Status: http.StatusGone}, hidden)
		s.server.HideDeleted = true
		s.server.Edit(hidden, func(c *dakotatest.Customer) { c.DeletedAt = time.Now().Unix() })
		p, err := observeAndPlan(t.Context(), &reconcile.Observer{API: s.client}, sheet, reconcile.Policy{})
		if err != nil {
			t.Fatal(err)
		}
		if n := counts(p.Rows); n[reconcile.Planned] != 5 || n[reconcile.NotAttempted] != 1 {
			t.Errorf("%v", n)
		}
	})
}

// A stopped run leaves no intent without a word in the journal, and ends the turn of each row that it has begun: rows prepared ahead too.
func TestStoppedRunConcludesWhatItHadPrepared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 300)
		ctx, cancel := context.WithCancel(t.Context())
		arrived, begun, ended := 0, 0, 0
		s.server.Before = func(dakotatest.Request) {
			if arrived++; arrived == 40 {
				cancel()
			}
		}
		s.applier.Hooks.Started = func(int) { begun++ }
		s.applier.Hooks.Finished = func(int, reconcile.Result) { ended++ }
		s.apply(ctx, s.plan())
		ahead := 0
		for row := range s.journal.intents {
			r, concluded := s.journal.results[row]
			if !concluded {
				t.Errorf("row %d was intended and nothing tells what became of it", row)
			}
			if r.Status == reconcile.NotAttempted {
				ahead++
			}
		}
		if begun != ended || ahead == 0 || ahead > 2*64 {
			t.Errorf("%d rows were begun, %d ended; %d intents were of rows not sent", begun, ended, ahead)
		}
	})
}

// While requests fail, and with a budget, no intent is recorded before its request may leave.
func TestNothingIsPreparedWhileRequestsFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 300)
		s.server.Down = func(dakotatest.Request) bool { return true }
		s.applier.MaxOutage = time.Minute
		s.apply(t.Context(), s.plan())
		if n := len(s.journal.intents); n > 8+2*64 {
			t.Errorf("%d intents were recorded though nothing could be sent", n)
		}
		b := setStage(t, 300)
		b.applier.MaxRequests = 40
		b.apply(t.Context(), b.plan())
		if n, sent := len(b.journal.intents), b.patches(""); n != sent {
			t.Errorf("%d intents for %d PATCHes", n, sent)
		}
	})
}
