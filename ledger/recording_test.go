package ledger_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dakota-reconcile/ledger"
	"dakota-reconcile/reconcile"
)

func TestAReopenedRunGoesOn(t *testing.T) {
	l := open(t)
	run := planned("r1", 4)
	r := begin(t, l, run)
	for row := range 3 {
		if err := r.Intend(t.Context(), reconcile.Intent{Row: row, Attempt: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Conclude(0, applied(run.Results[0], 1)); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil { // as a kill would, but for what was still queued
		t.Fatal(err)
	}
	r, got, err := l.Reopen(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(load(t, l, "r1"), got); d != "" {
		t.Errorf("Reopen and Load differ (-loaded +reopened):\n%s", d)
	}
	// Row 1 is settled by a read, row 2 is sent again, row 3 for the first time.
	for _, row := range []int{2, 3} {
		if err := r.Intend(t.Context(), reconcile.Intent{Row: row, Attempt: got.Results[row].Attempts + 1}); err != nil {
			t.Fatal(err)
		}
	}
	for row, attempts := range map[int]int{1: 1, 2: 2, 3: 1} {
		got.Results[row] = applied(run.Results[row], attempts)
		if err := r.Conclude(row, got.Results[row]); err != nil {
			t.Fatal(err)
		}
	}
	got.Finished = at.Add(time.Hour)
	if err := r.Finish(t.Context(), got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(got, load(t, l, "r1")); d != "" {
		t.Errorf("(-given +loaded):\n%s", d)
	}
}

// TestARunMayNumberItsAttemptsAnewAfterReopening keeps a doubt a doubt, whatever number its attempt has.
func TestARunMayNumberItsAttemptsAnewAfterReopening(t *testing.T) {
	l := open(t)
	run := planned("r1", 1)
	r := begin(t, l, run)
	if err := r.Intend(t.Context(), reconcile.Intent{Row: 0, Attempt: 1}); err != nil {
		t.Fatal(err)
	}
	run.Results[0].Status = reconcile.NotAttempted // proved not to have been made
	run.Resumable = true
	if err := r.Finish(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	if got := load(t, l, "r1").Results[0].Status; got != reconcile.NotAttempted {
		t.Fatalf("after Finish the row is %s", got)
	}
	r, _, err := l.Reopen(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Intend(t.Context(), reconcile.Intent{Row: 0, Attempt: 1}); err != nil {
		t.Fatal(err)
	}
	if got := load(t, l, "r1").Results[0].Status; got != reconcile.InDoubt {
		t.Errorf("with a new intent the row is %s", got)
	}
}

// TestAnIntentAfterTheConclusionOfItsRowIsADoubt guards the order of entries that wait for different commits.
func TestAnIntentAfterTheConclusionOfItsRowIsADoubt(t *testing.T) {
	l := open(t)
	run := planned("r1", 1)
	r := begin(t, l, run)
	for _, attempt := range []int{1, 2} {
		if err := r.Intend(t.Context(), reconcile.Intent{Row: 0, Attempt: attempt}); err != nil {
			t.Fatal(err)
		}
		if attempt == 1 {
			run.Results[0].Status, run.Results[0].Attempts = reconcile.Failed, attempt
			if err := r.Conclude(0, run.Results[0]); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if got := load(t, l, "r1").Results[0]; got.Status != reconcile.InDoubt || got.Attempts != 2 {
		t.Errorf("the row is %s after %d attempts", got.Status, got.Attempts)
	}
}

func TestManyWorkersShareCommits(t *testing.T) {
	l := open(t)
	runs := []reconcile.Run{planned("r1", 160), planned("r2", 160)} // of two accounts, say
	var wg sync.WaitGroup
	for n := range runs {
		r := begin(t, l, runs[n])
		for w := range 8 {
			wg.Go(func() {
				for i := w; i < len(runs[n].Results); i += 8 {
					if err := r.Intend(t.Context(), reconcile.Intent{Row: i, Attempt: 1}); err != nil {
						t.Error(err)
					}
					if err := r.Conclude(i, applied(runs[n].Results[i], 1)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		defer func() {
			for i := range runs[n].Results {
				runs[n].Results[i] = applied(runs[n].Results[i], 1)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			if d := cmp.Diff(runs[n], load(t, l, runs[n].ID)); d != "" {
				t.Errorf("(-want +loaded):\n%s", d)
			}
		}()
	}
	wg.Wait()
}

// TestTwoProcessesWriteOneLedger lets three processes record in the file that this one records in.
func TestTwoProcessesWriteOneLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := openAt(t, path)
	r := begin(t, l, planned("ours", 100))
	var others []*child
	for range 3 {
		others = append(others, start(t, "open", path, nil))
	}
	for i := range 100 {
		if err := r.Intend(t.Context(), reconcile.Intent{Row: i, Attempt: 1}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range others {
		if out := c.rest(); len(out) > 0 {
			t.Errorf("a process said: %q", out)
		}
	}
	if got := ids(t, l); len(got) != 4 {
		t.Errorf("%d runs of 4 are recorded", len(got))
	}
}

// TestNobodyWaitsPastTheContext holds the file as another process would that writes for long.
func TestNobodyWaitsPastTheContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := openAt(t, path)
	r := begin(t, l, planned("r1", 10))
	release := hold(t, path)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond) // so that all three are waiting when it ends
	defer cancel()
	var wg sync.WaitGroup
	for name, call := range map[string]func() error{
		"Intend": func() error { return r.Intend(ctx, reconcile.Intent{Row: 0, Attempt: 1}) },
		"Begin":  func() error { _, err := l.Begin(ctx, planned("r2", 10), nil); return err },
		"Prune":  func() error { _, err := l.Prune(ctx, at.AddDate(1, 0, 0)); return err },
	} {
		wg.Go(func() {
			if err := call(); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	wg.Wait()
	if err := r.Intend(ctx, reconcile.Intent{Row: 1, Attempt: 1}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("an intent under a context that has ended: %v", err)
	}
	release()
	if err := r.Intend(t.Context(), reconcile.Intent{Row: 2, Attempt: 1}); err != nil {
		t.Errorf("giving up must not end the recording: %v", err)
	}
}

// hold begins to write the ledger from elsewhere, until the function that it returns is called.
func hold(t *testing.T, path string) func() {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		for _, end := range []func() error{c.Close, db.Close} {
			if err := end(); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestEndingARunRefusesIntentsThatWait ends a recording while intents queue behind another writer.
func TestEndingARunRefusesIntentsThatWait(t *testing.T) {
	l := open(t)
	r := begin(t, l, planned("r1", 200))
	var wg sync.WaitGroup
	var mu sync.Mutex
	durable := map[int]bool{}
	for i := range 200 {
		wg.Go(func() {
			if err := r.Intend(t.Context(), reconcile.Intent{Row: i, Attempt: 1}); err == nil {
				mu.Lock()
				durable[i] = true
				mu.Unlock()
			}
		})
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait() // nobody hangs
	for i, res := range load(t, l, "r1").Results {
		if durable[i] && res.Status != reconcile.InDoubt {
			t.Errorf("the intent of row %d was durable, and the row is %s", i, res.Status)
		}
	}
}

func TestWrongCallsAreRefused(t *testing.T) {
	l := open(t)
	run := planned("r1", 2)
	r := begin(t, l, run)
	if _, err := l.Begin(t.Context(), run, nil); !errors.Is(err, ledger.ErrRunExists) {
		t.Errorf("the same run again: %v", err)
	}
	if _, _, err := l.Reopen(t.Context(), "r9"); !errors.Is(err, ledger.ErrNoRun) || !strings.Contains(err.Error(), "r9") {
		t.Errorf("an unknown run: %v", err)
	}
	for _, row := range []int{-1, 2} {
		if err := r.Intend(t.Context(), reconcile.Intent{Row: row, Attempt: 1}); err == nil {
			t.Errorf("an intent for row %d was taken", row)
		}
		if err := r.Conclude(row, reconcile.Result{}); err == nil {
			t.Errorf("a conclusion for row %d was taken", row)
		}
	}
	if err := r.Finish(t.Context(), planned("r2", 2)); err == nil {
		t.Error("another run's end was taken")
	}
	if err := r.Finish(t.Context(), run); err != nil {
		t.Errorf("none of this may harm the recording: %v", err)
	}
	if err := r.Conclude(0, reconcile.Result{}); err == nil {
		t.Error("a conclusion was taken after the end")
	}
}

// TestARunMayEndWithMoreOrFewerRows keeps the stored rows those of the last call.
func TestARunMayEndWithMoreOrFewerRows(t *testing.T) {
	l := open(t)
	for _, n := range []int{0, 1, 5, 9} {
		id := fmt.Sprint("r", n)
		r := begin(t, l, planned(id, 5))
		run := planned(id, n)
		if err := r.Finish(t.Context(), run); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(run, load(t, l, id)); d != "" {
			t.Errorf("%d rows (-given +loaded):\n%s", n, d)
		}
	}
}

// TestTheLedgerRunsInABubble guards what simulations of whole runs need: nothing here waits for a clock outside.
func TestTheLedgerRunsInABubble(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l, err := ledger.Open(t.Context(), filepath.Join(dir, "ledger.db"))
		if err != nil {
			t.Fatal(err)
		}
		run := planned("r1", 3)
		r := begin(t, l, run)
		if err := r.Intend(t.Context(), reconcile.Intent{Row: 0, Attempt: 1}); err != nil {
			t.Fatal(err)
		}
		run.Results[0] = applied(run.Results[0], 1)
		if err := r.Conclude(0, run.Results[0]); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute) // of the bubble: nobody else records anything, and the conclusion is written all the same
		synctest.Wait()
		if d := cmp.Diff(run, load(t, l, "r1")); d != "" {
			t.Errorf("(-want +loaded):\n%s", d)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
