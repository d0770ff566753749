package reconcile_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dakota-reconcile/reconcile"
)

// row is a result with what resume and rollback look at.
func row(n int32, customer, before, wish string, status reconcile.Status) reconcile.Result {
	action := reconcile.Move
	switch {
	case before == wish:
		action = reconcile.None
	case before == "":
		action = reconcile.Associate
	case wish == "":
		action = reconcile.Disassociate
	}
	r := reconcile.Result{Status: status}
	r.Assignment = reconcile.Assignment{Row: n, CustomerID: customer, SubClientID: wish, Further: []string{"x" + customer}}
	r.Action, r.PreviousID, r.ObservedAt = action, before, time.Unix(1e9, 0).UTC()
	return r
}

// repeat makes a row repeat another.
func repeat(n int32, of reconcile.Result) reconcile.Result {
	of.Row, of.Same, of.Attempts = n, of.Row, 0
	return of
}

func TestRemainingAreTheRowsNotDone(t *testing.T) {
	doubt := row(3, "c", "s1", "s2", reconcile.InDoubt)
	planned := row(9, "h", "", "s2", reconcile.Planned)
	unread := row(10, "i", "", "s2", reconcile.NotAttempted)
	unread.ObservedAt = time.Time{}
	applied := row(2, "b", "s1", "", reconcile.Applied)
	stillPlanned := repeat(12, applied) // the run was killed before it was told its outcome
	stillPlanned.Status = reconcile.Planned
	keyRefused := row(13, "m", "s1", "s2", reconcile.Failed)
	keyRefused.HTTPStatus = 401
	pruned := row(0, "z", "s1", "", reconcile.NotAttempted)
	results := []reconcile.Result{
		applied, doubt,
		row(4, "d", "s1", "s2", reconcile.NotAttempted),
		row(5, "e", "s2", "s2", reconcile.Unchanged),
		row(6, "f", "s1", "s2", reconcile.Failed),
		row(7, "g", "s1", "s2", reconcile.Conflict),
		row(8, "k", "s1", "s2", reconcile.Refused),
		planned, unread, repeat(11, planned), stillPlanned, keyRefused, pruned,
	}
	rest := reconcile.Remaining(results)
	var got []int32
	for _, a := range rest.Assignments {
		got = append(got, a.Row)
	}
	if diff := cmp.Diff([]int32{3, 4, 9, 10, 11, 13, 0}, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	// What was never read is expected to hold nothing in particular.
	if diff := cmp.Diff(map[string]string{"c": "s1", "d": "s1", "h": "", "m": "s1", "z": "s1"}, rest.Expect); diff != "" {
		t.Errorf("expected (-want +got):\n%s", diff)
	}
	if rest.Doubts() != 1 {
		t.Errorf("%d rows in doubt, want 1", rest.Doubts())
	}
}

func TestResumedPlanIsTheWholeRun(t *testing.T) {
	made := row(2, "a", "s1", "s2", reconcile.InDoubt)
	made.Attempts, made.HTTPStatus = 2, 500
	notMade := row(3, "b", "s1", "s2", reconcile.InDoubt)
	notMade.Attempts = 1
	already := row(4, "c", "s1", "s2", reconcile.NotAttempted)
	done := row(5, "d", "s1", "s2", reconcile.Applied)
	changed := row(6, "e", "s1", "s2", reconcile.InDoubt)
	changed.Attempts = 1
	results := []reconcile.Result{done, made, repeat(9, done), notMade, already, changed, repeat(10, made)}
	rest := reconcile.Remaining(results)

	part := &reconcile.Plan{Rows: []reconcile.Result{
		row(2, "a", "s2", "s2", reconcile.Unchanged), // holds the wish: ours
		row(3, "b", "s1", "s2", reconcile.Planned),
		row(4, "c", "s2", "s2", reconcile.Unchanged), // somebody else did it: nothing was sent by us
		row(6, "e", "s3", "s2", reconcile.Conflict),
		repeat(10, row(2, "a", "s2", "s2", reconcile.Unchanged)),
	}}
	part.Rows[0].KYBStatus = "frozen"
	whole, err := rest.Plan(part)
	if err != nil {
		t.Fatal(err)
	}
	ours := made
	ours.Status, ours.KYBStatus, ours.FinishedAt = reconcile.Applied, "frozen", part.Rows[0].ObservedAt
	twin := ours
	twin.Row, twin.Same, twin.Attempts = 10, 2, 0
	again := part.Rows[1]
	again.Attempts, again.FinishedAt = 1, again.ObservedAt
	conflict := part.Rows[3]
	conflict.Attempts, conflict.FinishedAt = 1, conflict.ObservedAt
	want := []reconcile.Result{done, ours, repeat(9, done), again, part.Rows[2], conflict, twin}
	if diff := cmp.Diff(want, whole.Rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if results[1].Status != reconcile.InDoubt {
		t.Error("the run's results were changed")
	}
	part.Rows[0].CustomerID = "y"
	if _, err := rest.Plan(part); err == nil {
		t.Error("a plan of other customers was taken")
	}
	if _, err := rest.Plan(&reconcile.Plan{}); err == nil {
		t.Error("a plan of no rows was taken")
	}
}

func TestInverseGoesBackFromWhatTheRunLeft(t *testing.T) {
	applied := row(2, "a", "s1", "s2", reconcile.Applied)
	results := []reconcile.Result{
		applied,
		row(3, "b", "", "s2", reconcile.Applied),
		row(4, "c", "s1", "", reconcile.Applied),
		row(5, "d", "s1", "s2", reconcile.Failed),
		row(6, "e", "s1", "s2", reconcile.Conflict),
		row(7, "f", "s2", "s2", reconcile.Unchanged),
		row(8, "g", "s1", "s2", reconcile.InDoubt),
		row(9, "h", "s1", "s2", reconcile.NotAttempted),
		repeat(10, applied),
		row(0, "z", "s1", "", reconcile.Applied),
	}
	back, expect := reconcile.Inverse(results)
	want := []reconcile.Assignment{
		{Row: 2, CustomerID: "a", SubClientID: "s1", Further: []string{"xa"}},
		{Row: 3, CustomerID: "b", SubClientID: "", Further: []string{"xb"}},
		{Row: 4, CustomerID: "c", SubClientID: "s1", Further: []string{"xc"}},
		{Row: 8, CustomerID: "g", SubClientID: "s1", Further: []string{"xg"}},
		{Row: 10, Same: 2, CustomerID: "a", SubClientID: "s1", Further: []string{"xa"}},
		{Row: 0, CustomerID: "z", SubClientID: "s1", Further: []string{"xz"}},
	}
	if diff := cmp.Diff(want, back); diff != "" {
		t.Errorf("assignments (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"a": "s2", "b": "s2", "c": "", "g": "s2", "z": ""}, expect); diff != "" {
		t.Errorf("expected (-want +got):\n%s", diff)
	}
}

// A row proved not to have been made keeps its attempts; the next one is counted on from there.
func TestResumedRowsCountTheirAttemptsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 1)
		p := s.plan()
		p.Rows[0].Attempts = 3
		out := s.apply(t.Context(), p)
		if r := out.Rows[0]; r.Status != reconcile.Applied || r.Attempts != 4 {
			t.Errorf("%s after %d attempts, want applied after 4", r.Status, r.Attempts)
		}
		if diff := cmp.Diff([]int{4}, s.journal.intents[0]); diff != "" {
			t.Errorf("intents (-want +got):\n%s", diff)
		}
	})
}
