package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"dakota-reconcile/ledger"
	"dakota-reconcile/reconcile"
)

// noLedger is the value of --ledger that records nothing.
const noLedger = "none"

// ledgerPath is the ledger's file; "" when the environment does not say where the user's state lives and no flag does.
func (a *app) ledgerPath() string {
	return orElse(a.options.ledger, ledger.DefaultPath(a.process.Env))
}

// openLedger opens the ledger that the flags name; nil when they say none.
func (a *app) openLedger(ctx context.Context) (*ledger.Ledger, error) {
	if a.options.ledger == noLedger {
		return nil, nil
	}
	l, err := ledger.Open(ctx, a.ledgerPath())
	if err != nil {
		return nil, fail(exitConfig, err, "--ledger FILE names another place, --ledger none runs without a record (then nothing can be resumed)")
	}
	return l, nil
}

// needLedger opens the ledger for a command that makes no sense without one.
func (a *app) needLedger(ctx context.Context) (*ledger.Ledger, error) {
	if a.options.ledger == noLedger {
		return nil, usage("--ledger none: this command reads the ledger")
	}
	if a.options.ledger != "" { // a slip in the name shall not make an empty ledger
		if _, err := os.Stat(a.options.ledger); errors.Is(err, fs.ErrNotExist) {
			return nil, fail(exitConfig, fmt.Errorf("there is no ledger %s", a.options.ledger), "name the one that the run was recorded in; without --ledger it is "+ledger.DefaultPath(a.process.Env))
		}
	}
	return a.openLedger(ctx)
}

// lock makes sure that this is the only run that changes the account.
func (j *job) lock() (func(), error) {
	lock, err := ledger.LockAccount(j.lockDir(), j.run.Account, j.holder())
	var held *ledger.LockedError
	if errors.As(err, &held) {
		return nil, fail(exitRefused, err, "wait until it is done, or stop it; the lock is freed when that process ends")
	}
	if err != nil {
		return nil, fail(exitConfig, err, "the folder of the ledger must be writable: set XDG_STATE_HOME, or give --ledger a file in one that is")
	}
	return func() { lock.Unlock() }, nil
}

// holder names this run for whoever finds its lock.
func (j *job) holder() ledger.Holder {
	host, _ := os.Hostname()
	return ledger.Holder{RunID: j.run.ID, Command: j.run.Command, Host: host, PID: os.Getpid(), User: userName(), Started: j.run.Started}
}

// lockDir is where locks live: in the user's state directory, so that runs with different ledgers exclude each other too; where there is
// none, beside the ledger, or else in the system's folder for temporary files.
func (j *job) lockDir() string {
	switch state := ledger.DefaultPath(j.process.Env); {
	case state != "":
		return filepath.Join(filepath.Dir(state), "locks")
	case j.options.ledger != "" && j.options.ledger != noLedger:
		return filepath.Join(filepath.Dir(j.options.ledger), "locks")
	}
	return filepath.Join(os.TempDir(), program+"-locks")
}

// begin records the run before its first PATCH. The journal is nil when nothing is recorded.
func (j *job) begin(ctx context.Context) (reconcile.Journal, error) {
	if j.recording != nil {
		return j.recording, nil // resumed
	}
	if j.ledger == nil {
		return nil, nil
	}
	recording, err := j.ledger.Begin(ctx, j.run, j.original)
	if err != nil {
		return nil, fail(exitConfig, fmt.Errorf("record the run: %w", err), "nothing was sent; make room or give --ledger another file")
	}
	j.recording = recording
	return recording, nil
}
