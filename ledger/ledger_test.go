package ledger_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dakota-reconcile/dakota"
	"dakota-reconcile/ledger"
	"dakota-reconcile/reconcile"
)

// at is the moment at which the tests' runs start.
var at = time.Date(2026, 11, 22, 8, 30, 0, 123e6, time.UTC)

// open opens a ledger in a folder of the test's own.
func open(t testing.TB) *ledger.Ledger {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "ledger.db"))
}

func openAt(t testing.TB, path string) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// planned is a run of n rows, each a planned association.
func planned(id string, n int) reconcile.Run {
	run := reconcile.Run{
		ID: id, Command: "apply", Environment: "sandbox", BaseURL: "https://api.example", Account: "0a1b2c", By: "ann@host (12)", Started: at,
		Source: reconcile.Source{Name: "in.csv", Path: "/tmp/in.csv", SHA256: "ab", Format: "csv", Columns: []string{"note"}, Places: []int{3}},
		Bill:   reconcile.Bill{Reads: 3, Writes: n, Limit: 60, Window: time.Minute, Takes: 90 * time.Second, Ends: at.Add(time.Hour)},
	}
	for i := range n {
		run.Results = append(run.Results, reconcile.Result{Status: reconcile.Planned, KYBStatus: "active", Change: reconcile.Change{
			Assignment: reconcile.Assignment{
				Row: int32(i + 2), CustomerID: key("C", i), SubClientID: key("S", i%7), Further: []string{"a note"},
			},
			Action: reconcile.Associate, CustomerName: "Müller & Söhne", SubClientName: "Acme", KYBBefore: "active",
			CreatedAt: 1700000000, ObservedAt: at,
		}})
	}
	return run
}

// key makes something of an id's length.
func key(kind string, i int) string {
	b := []byte("2fQhAbCdEfGhIjKlMnOpQr00000")
	for p := len(b) - 1; i > 0; p, i = p-1, i/10 {
		b[p] = '0' + byte(i%10)
	}
	return kind + string(b[1:])
}

// applied is a row's result after its PATCH.
func applied(r reconcile.Result, attempts int) reconcile.Result {
	r.Status, r.HTTPStatus, r.RequestID, r.Attempts, r.FinishedAt = reconcile.Applied, 200, "req-1", attempts, at.Add(time.Minute)
	return r
}

func load(t testing.TB, l *ledger.Ledger, id string) reconcile.Run {
	t.Helper()
	run, _, err := l.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func begin(t testing.TB, l *ledger.Ledger, run reconcile.Run) *ledger.Recording {
	t.Helper()
	r, err := l.Begin(t.Context(), run, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestARunComesBackAsItWasGiven(t *testing.T) {
	l := open(t)
	run := planned("20261122T083000Z-6f3a", 5)
	r := begin(t, l, run)
	if d := cmp.Diff(run, load(t, l, run.ID)); d != "" {
		t.Errorf("after Begin (-given +loaded):\n%s", d)
	}
	for i := range run.Results {
		if err := r.Intend(t.Context(), reconcile.Intent{Row: i, Attempt: 1}); err != nil {
			t.Fatal(err)
		}
		run.Results[i] = applied(run.Results[i], 1)
		if err := r.Conclude(i, run.Results[i]); err != nil {
			t.Fatal(err)
		}
	}
	run.Finished, run.ExitCode, run.Stopped = at.Add(time.Hour), 3, "a reason"
	run.Requests = dakota.Usage{List: 1, Get: 2, Summary: 3, Patch: 4, Throttled: 5, Retries: 6}
	three := 3
	run.SubClients = []reconcile.SubClientTotal{{ID: "S", Name: "Acme", Opening: -1, Expected: -1}, {ID: "T", Actual: &three}}
	if err := r.Finish(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(run, load(t, l, run.ID)); d != "" {
		t.Errorf("after Finish (-given +loaded):\n%s", d)
	}
}

func TestAnIntentWithoutAConclusionIsADoubt(t *testing.T) {
	l := open(t)
	run := planned("r1", 4)
	r := begin(t, l, run)
	for _, i := range []struct{ row, attempt int }{
		{1, 1}, {1, 2}, // sent twice, never concluded
		{2, 1}, {2, 1}, // answered with 429, then sent again
		{3, 1}, // concluded below
	} {
		if err := r.Intend(t.Context(), reconcile.Intent{Row: i.row, Attempt: i.attempt}); err != nil {
			t.Fatal(err)
		}
	}
	run.Results[3] = applied(run.Results[3], 1)
	if err := r.Conclude(3, run.Results[3]); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	run.Results[1].Status, run.Results[1].Attempts = reconcile.InDoubt, 2
	run.Results[2].Status, run.Results[2].Attempts = reconcile.InDoubt, 1
	if d := cmp.Diff(run, load(t, l, run.ID)); d != "" {
		t.Errorf("(-want +loaded):\n%s", d)
	}
	if err := r.Intend(context.Background(), reconcile.Intent{Row: 0, Attempt: 1}); err == nil {
		t.Error("an intent was taken after the end of the recording")
	}
}
