package ledger

import (
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dakota-reconcile/reconcile"
)

// TestAFullLedgerTakesNoIntent lets SQLite find no page free in the middle of a run, as on a full disk, and frees some at its end.
func TestAFullLedgerTakesNoIntent(t *testing.T) {
	l, run, r := small(t)
	limit(t, r, 0) // not one page more
	var err error
	done := 0
	for ; done < len(run.Results) && err == nil; done++ {
		err = r.Intend(t.Context(), reconcile.Intent{Row: done, Attempt: 1})
	}
	if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), l.Path()) || !strings.Contains(err.Error(), "free some space") {
		t.Fatalf("want ErrFull with the path and advice, got: %v", err)
	}
	done-- // the last one was refused
	if err := r.Intend(t.Context(), reconcile.Intent{Row: len(run.Results) - 1, Attempt: 1}); !errors.Is(err, ErrFull) {
		t.Errorf("an intent after the failure must be refused, too: %v", err)
	}
	want := run
	want.Results = append([]reconcile.Result(nil), run.Results...)
	for i := range done {
		want.Results[i].Status, want.Results[i].Attempts = reconcile.InDoubt, 1
	}
	check(t, l, want)

	conclude := run.Results[0]
	conclude.Status, conclude.Attempts = reconcile.Applied, 1
	if err := r.Conclude(0, conclude); !errors.Is(err, ErrFull) {
		t.Errorf("a conclusion must surface the failure: %v", err)
	}
	limit(t, r, 1<<20)
	if err := r.Close(); err != nil {
		t.Fatalf("there is space again: %v", err)
	}
	want.Results[0] = conclude
	check(t, l, want)
}

// TestAFailedGroupIsWrittenByFinish guards that a row counts as written only when its commit was.
func TestAFailedGroupIsWrittenByFinish(t *testing.T) {
	l, run, r := small(t)
	var entries []entry
	for i := range run.Results {
		run.Results[i].Error = strings.Repeat("x", 500)
		entries = append(entries, entry{row: i, result: &run.Results[i]})
	}
	limit(t, r, 0)
	if err := r.write(entries); err == nil {
		t.Fatal("the file grew")
	}
	limit(t, r, 1<<20)
	if err := r.Finish(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	check(t, l, run)
}

// TestFinishOnAFullDisk fails, and leaves what was recorded.
func TestFinishOnAFullDisk(t *testing.T) {
	l, run, r := small(t)
	limit(t, r, 0)
	ended := run
	ended.Results = append([]reconcile.Result(nil), run.Results...)
	for i := range ended.Results {
		ended.Results[i].Error = strings.Repeat("x", 1000)
	}
	if err := r.Finish(t.Context(), ended); !errors.Is(err, ErrFull) {
		t.Fatalf("want ErrFull, got %v", err)
	}
	check(t, l, run)
	if err := r.Finish(t.Context(), ended); err == nil {
		t.Error("a second Finish must be refused")
	}
}

// TestBeginOnAFullDisk leaves nothing.
func TestBeginOnAFullDisk(t *testing.T) {
	l, run, _ := small(t)
	l.db.SetMaxOpenConns(2) // so that Begin takes the connection that is limited here
	c, err := l.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.ExecContext(t.Context(), "PRAGMA max_page_count = 1"); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	run.ID = "r2"
	if _, err := l.Begin(t.Context(), run, nil); !errors.Is(err, ErrFull) {
		t.Fatalf("want ErrFull, got %v", err)
	}
	if _, _, err := l.Load(t.Context(), "r2"); !errors.Is(err, ErrNoRun) {
		t.Errorf("the run is there in part: %v", err)
	}
}

// small is a ledger with a run of 200 rows that is being recorded.
func small(t *testing.T) (*Ledger, reconcile.Run, *Recording) {
	t.Helper()
	l, err := Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	run := reconcile.Run{ID: "r1", Command: "apply", Started: time.UnixMilli(1e12).UTC()}
	for i := range 200 {
		run.Results = append(run.Results, reconcile.Result{Status: reconcile.Planned, Change: reconcile.Change{
			Assignment: reconcile.Assignment{Row: int32(i + 2), CustomerID: strconv.Itoa(i)}, Action: reconcile.Associate,
		}})
	}
	r, err := l.Begin(t.Context(), run, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l, run, r
}

// limit keeps the file of a recording from growing by more than a number of pages.
func limit(t *testing.T, r *Recording, pages int) {
	t.Helper()
	var have int
	if err := r.conn.QueryRowContext(t.Context(), "PRAGMA page_count").Scan(&have); err != nil {
		t.Fatal(err)
	}
	if _, err := r.conn.ExecContext(t.Context(), "PRAGMA max_page_count = "+strconv.Itoa(have+pages)); err != nil {
		t.Fatal(err)
	}
}

func check(t *testing.T, l *Ledger, want reconcile.Run) {
	t.Helper()
	got, _, err := l.Load(t.Context(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +loaded):\n%s", d)
	}
}
