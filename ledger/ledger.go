// Package ledger is the durable record of runs: what was about to be done, and what came back.
//
// It is one SQLite file. What a run is about to send is on the disk before it is sent, so that after a kill or a power loss nothing is
// unknown but what [Ledger.Load] calls in doubt. A [reconcile.Run] comes back as it was given, so that a report can be rendered again.
// People can ask the tables runs, rows and attempts with SQL; the columns are named as in the report. It holds ids, names, states and
// request ids; no key and no token ever comes near it.
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// patience is how long a write waits for another process that is writing. Recording a plan of a million rows takes some tens of seconds.
const patience = 2 * time.Minute

// Ledger is an open ledger file. It serves many goroutines, and many processes may have the same file open.
type Ledger struct {
	path string
	db   *sql.DB

	mu         sync.Mutex
	recordings map[*Recording]struct{} // not yet closed
}

// Open opens the ledger at path and makes it where there is none: its folder with mode 0700, its files with 0600. It fails with
// [ErrReadOnly], [ErrFull], [ErrNotLedger], [ErrNewer], [ErrDamaged] or [ErrBusy] where that is the cause: a ledger that opens can be
// written.
func Open(ctx context.Context, path string) (*Ledger, error) {
	if path == "" {
		return nil, errors.New("open ledger: no file named, and no home directory to keep one in: name a file with --ledger")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	l := &Ledger{path: path, recordings: map[*Recording]struct{}{}}
	if err := l.open(ctx); err != nil {
		if l.db != nil {
			_ = l.db.Close() // what failed before it is what counts
		}
		return nil, fmt.Errorf("open %w", l.explain(err))
	}
	return l, nil
}

// Path is the ledger's file, absolute.
func (l *Ledger) Path() string { return l.path }

// Close ends the recordings that are still open, as [Recording.Close] does, and closes the file.
func (l *Ledger) Close() error {
	l.mu.Lock()
	open := make([]*Recording, 0, len(l.recordings))
	for r := range l.recordings {
		open = append(open, r)
	}
	l.mu.Unlock()
	var errs []error
	for _, r := range open {
		errs = append(errs, r.Close())
	}
	if err := l.db.Close(); err != nil {
		errs = append(errs, fmt.Errorf("close %w", l.explain(err)))
	}
	return errors.Join(errs...)
}

// begin opens a transaction that may write. Another process that writes is waited for, but not past the end of ctx.
func begin(ctx context.Context, c *sql.Conn) error {
	for start := time.Now(); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		// Without the context: the driver would interrupt the connection, which then can't be used again.
		_, err := c.ExecContext(context.WithoutCancel(ctx), "BEGIN IMMEDIATE")
		if err == nil || !isBusy(err) || time.Since(start) > patience {
			return err
		}
	}
}

// transact does what write says, durably or not at all.
func transact(ctx context.Context, c *sql.Conn, write func() error) error {
	if err := begin(ctx, c); err != nil {
		return err
	}
	free := context.WithoutCancel(ctx)
	err := write()
	if err == nil {
		_, err = c.ExecContext(free, "COMMIT")
	}
	if err != nil {
		_, _ = c.ExecContext(free, "ROLLBACK") // after some failures SQLite has rolled back itself
	}
	return err
}

// makeFolder makes the folder of the ledger and what is above it.
func makeFolder(dir string) error {
	if i, err := os.Stat(dir); err == nil && i.IsDir() {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(dir))
}
