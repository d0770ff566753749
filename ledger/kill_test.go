package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"dakota-reconcile/ledger"
	"dakota-reconcile/reconcile"

	"golang.org/x/sync/errgroup"
)

const (
	killedRun  = "killed"
	killedRows = 400
)

// childRecord records a run with eight workers and prints what it was told to be durable, each when it was.
func childRecord(path string) error {
	ctx := context.Background()
	l, err := ledger.Open(ctx, path)
	if err != nil {
		return err
	}
	run := planned(killedRun, killedRows)
	r, err := l.Begin(ctx, run, []byte("a workbook"))
	if errors.Is(err, ledger.ErrRunExists) {
		r, run, err = l.Reopen(ctx, killedRun)
	}
	if err != nil {
		return err
	}
	fmt.Println("begun")
	var next atomic.Int64
	var g errgroup.Group
	for range 8 {
		g.Go(func() error {
			for i := int(next.Add(1)) - 1; i < len(run.Results); i = int(next.Add(1)) - 1 {
				if run.Results[i].Status == reconcile.Applied {
					continue
				}
				attempt := run.Results[i].Attempts + 1
				if err := r.Intend(ctx, reconcile.Intent{Row: i, Attempt: attempt}); err != nil {
					return err
				}
				fmt.Println("intended", i, attempt)
				run.Results[i] = applied(run.Results[i], attempt)
				if err := r.Conclude(i, run.Results[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	run.Finished = at
	return r.Finish(ctx, run)
}

// TestAKilledProcessLosesNoIntent kills a recording process at random moments, and goes on with the same run each time.
func TestAKilledProcessLosesNoIntent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	intents := make([]int, killedRows) // the number of intents that were reported as durable, by row
	for kill := range 10 {
		c := start(t, "record", path, nil)
		lines := []string{}
		for range rand.IntN(killedRows / 5) {
			lines = append(lines, c.line())
		}
		lines = append(lines, c.kill()...)
		began := slices.Contains(lines, "begun") || kill > 0 && begun(t, path)
		for _, s := range lines {
			var row, attempt int
			if n, _ := fmt.Sscanf(s, "intended %d %d", &row, &attempt); n == 2 {
				intents[row] = max(intents[row], attempt)
			}
		}
		if began {
			checkKilled(t, path, intents)
		}
	}
	c := start(t, "record", path, nil)
	if out := c.rest(); len(out) == 0 || out[0] != "begun" || !c.ProcessState.Success() {
		t.Fatalf("the last process did not finish: %q", out)
	}
	run := load(t, openAt(t, path), killedRun)
	for i, r := range run.Results {
		if r.Status != reconcile.Applied {
			t.Fatalf("row %d is %s after the run has finished", i, r.Status)
		}
	}
}

// begun tells whether the run was recorded at all before its process died.
func begun(t *testing.T, path string) bool {
	t.Helper()
	found := false
	inspect(t, path, func(l *ledger.Ledger) {
		hs, err := l.Runs(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		found = len(hs) > 0
	})
	return found
}

// checkKilled looks for a row whose intent was durable and that the ledger has forgotten.
func checkKilled(t *testing.T, path string, intents []int) {
	t.Helper()
	inspect(t, path, func(l *ledger.Ledger) {
		run, original, err := l.Load(t.Context(), killedRun)
		if err != nil {
			t.Fatal(err)
		}
		if string(original) != "a workbook" {
			t.Errorf("the input is %q", original)
		}
		for i, r := range run.Results {
			known := r.Attempts >= intents[i] && (r.Status == reconcile.InDoubt || r.Status == reconcile.Applied)
			if intents[i] > 0 && !known {
				t.Errorf("row %d had %d durable intents and is %s after %d", i, intents[i], r.Status, r.Attempts)
			}
		}
	})
}

// inspect opens the ledger between two processes, and closes it before the next one comes.
func inspect(t *testing.T, path string, look func(*ledger.Ledger)) {
	t.Helper()
	l, err := ledger.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	look(l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}
