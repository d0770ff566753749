package reconcile_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"dakota-reconcile/ledger"
	"dakota-reconcile/reconcile"
)

// TestSimulationOnTheLedger is the simulation with the real ledger in the place of its model: a kill leaves what is on the disk at that
// moment, a copy of the ledger's files, and nothing else.
func TestSimulationOnTheLedger(t *testing.T) {
	n := max(30, simulations()/200)
	for seed := uint64(1_000_001); seed <= 1_000_000+uint64(n); seed++ {
		synctest.Test(t, func(t *testing.T) {
			w := newSimWorld(seed)
			d := &simDisk{t: t, w: w, dir: t.TempDir()}
			w.disk = d
			rows := w.run()
			d.closeAll()
			if rows == nil {
				t.Fatalf("seed %d: the run did not come to its end", seed)
			}
			w.verify(rows)
			for _, b := range w.broken {
				t.Errorf("seed %d: %s", seed, b)
			}
		})
	}
}

// simDisk is where the ledger of a simulated run lies.
type simDisk struct {
	t      *testing.T
	w      *simWorld
	dir    string // of the ledger as the last kill left it
	kills  int
	ledger *ledger.Ledger
	record *ledger.Recording
}

const simRun = "20261122T083000Z-0001"

func (d *simDisk) fail(what string, err error) error {
	err = fmt.Errorf("%s: %w", what, err)
	d.w.mu.Lock()
	defer d.w.mu.Unlock()
	d.w.breaks("ledger: %v", err)
	return err
}

func (d *simDisk) path() string { return filepath.Join(d.dir, "ledger.db") }

// open opens the ledger for a new process, and the run where there is one.
func (d *simDisk) open(ctx context.Context) (rows []reconcile.Result, err error) {
	d.closeAll()
	if d.ledger, err = ledger.Open(ctx, d.path()); err != nil {
		return nil, d.fail("open", err)
	}
	d.w.mu.Lock()
	begun := d.w.store.rows != nil
	d.w.mu.Unlock()
	if !begun {
		return nil, nil
	}
	record, run, err := d.ledger.Reopen(ctx, simRun)
	if err != nil {
		return nil, d.fail("reopen", err)
	}
	d.record = record
	return run.Results, nil
}

func (d *simDisk) begin(ctx context.Context, rows []reconcile.Result) error {
	run := reconcile.Run{ID: simRun, Command: "apply", Account: "sim", Started: time.Now().UTC().Truncate(time.Millisecond), Results: rows}
	record, err := d.ledger.Begin(ctx, run, nil)
	if err != nil {
		return d.fail("begin", err)
	}
	d.record = record
	return nil
}

func (d *simDisk) finish(rows []reconcile.Result) error {
	run := reconcile.Run{ID: simRun, Command: "apply", Account: "sim", Started: time.Now().UTC().Truncate(time.Millisecond), Results: rows}
	if err := d.record.Finish(context.Background(), run); err != nil {
		return d.fail("finish", err)
	}
	return nil
}

// kill copies the files as they are now; the next process finds those. The dead one goes on writing to the old ones, which nobody reads.
func (d *simDisk) kill() {
	d.kills++
	to := filepath.Join(d.t.TempDir(), fmt.Sprint(d.kills))
	if err := os.MkdirAll(to, 0o700); err != nil {
		d.t.Fatal(err)
	}
	for _, ending := range []string{"", "-wal"} {
		b, err := os.ReadFile(d.path() + ending)
		if os.IsNotExist(err) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(to, "ledger.db"+ending), b, 0o600)
		}
		if err != nil {
			d.t.Fatal(err)
		}
	}
	d.dir = to
}

func (d *simDisk) closeAll() {
	if d.record != nil {
		_ = d.record.Close()
	}
	if d.ledger != nil {
		_ = d.ledger.Close()
	}
	d.record, d.ledger = nil, nil
}
