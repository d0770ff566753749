package ledger

import (
	"errors"
	"runtime"
	"testing"

	"dakota-reconcile/reconcile"
)

// TestEveryConnectionWaitsForTheDisk guards what no test can see without cutting the power: with synchronous below FULL (2) a commit may
// be lost, and all of these tests would still pass.
func TestEveryConnectionWaitsForTheDisk(t *testing.T) {
	l, _, r := small(t)
	other, err := l.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	var mode string
	for name, query := range map[string]func(string) error{
		"recording": func(q string) error { return r.conn.QueryRowContext(t.Context(), q).Scan(&mode) },
		"other":     func(q string) error { return other.QueryRowContext(t.Context(), q).Scan(&mode) },
	} {
		for pragma, want := range map[string]string{"PRAGMA synchronous": "2", "PRAGMA journal_mode": "wal"} {
			if err := query(pragma); err != nil || mode != want {
				t.Errorf("%s: %s is %s, not %s (%v)", name, pragma, mode, want, err)
			}
		}
	}
}

// TestAFailureFreesWhoCameDuringIt lets an intent queue while another group is being written, and that group fail.
func TestAFailureFreesWhoCameDuringIt(t *testing.T) {
	_, _, r := small(t)
	close(r.quit) // the test is the committer from here on
	<-r.stopped
	refused := make(chan error)
	go func() { refused <- r.Intend(t.Context(), reconcile.Intent{Row: 0, Attempt: 1}) }()
	for queued := false; !queued; runtime.Gosched() {
		r.mu.Lock()
		queued = len(r.pending.entries) == 1
		r.mu.Unlock()
	}
	r.fail(newGroup(), ErrFull)
	if err := <-refused; !errors.Is(err, ErrFull) {
		t.Errorf("got %v", err)
	}
	r.quit = make(chan struct{}) // for the end of the recording
}
