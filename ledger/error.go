package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// The causes that a user can do something about. errors.Is finds them in what this package returns; the whole text says what to do.
var (
	ErrFull      = errors.New("the disk does not take what is written")
	ErrReadOnly  = errors.New("it can't be written")
	ErrNotLedger = errors.New("this is not a ledger")
	ErrNewer     = errors.New("it was written by a newer version of this program")
	ErrDamaged   = errors.New("the file is damaged")
	ErrBusy      = errors.New("another process is writing it")
	ErrNoRun     = errors.New("no such run")
	ErrRunExists = errors.New("this run is recorded already")
)

// explain names the ledger and says of a failure what it means and what to do.
func (l *Ledger) explain(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return l.named(err)
	}
	advice, cause := l.cause(err)
	switch {
	case cause == nil && advice == "":
		return l.named(err)
	case cause == nil:
		return fmt.Errorf("ledger %s: %w: %s", l.path, err, advice)
	}
	return fmt.Errorf("ledger %s: %w: %s (%w)", l.path, cause, advice, err)
}

func (l *Ledger) named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("ledger %s: %w", l.path, err)
}

// cause finds what lies behind err, and the advice. The cause is nil where err names it already, the advice is "" where there is none.
func (l *Ledger) cause(err error) (advice string, cause error) {
	var s *sqlite.Error
	switch {
	case errors.Is(err, ErrNotLedger):
		return "name another file with --ledger", nil
	case errors.Is(err, ErrNewer):
		return "use that version, or name another file with --ledger", nil
	case errors.As(err, &s):
		return l.sqliteCause(resultCode(err))
	case errors.Is(err, syscall.ENOSPC):
		return "free some space, or name a file on another disk with --ledger", ErrFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return "make the file and its folder writable, or name another file with --ledger", ErrReadOnly
	}
	return "", nil
}

// sqliteCause does the same for a primary result code of SQLite (https://www.sqlite.org/rescode.html).
func (l *Ledger) sqliteCause(code int) (advice string, cause error) {
	switch code {
	case sqlite3.SQLITE_FULL:
		return "it is full: free some space, then start again or resume the run", ErrFull
	case sqlite3.SQLITE_IOERR:
		return "it is full, over a quota or failing: mend that, then start again or resume the run", ErrFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return "make the file and its folder writable, or name another file with --ledger", ErrReadOnly
	case sqlite3.SQLITE_CANTOPEN:
		return fmt.Sprintf("make the file writable and the folder %s too, or name another file with --ledger", filepath.Dir(l.path)), ErrReadOnly
	case sqlite3.SQLITE_NOTADB:
		return "it is no SQLite database: name another file with --ledger", ErrNotLedger
	case sqlite3.SQLITE_CORRUPT:
		return "keep a copy (sqlite3 can often recover its tables), then name another file with --ledger", ErrDamaged
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return "wait until it is done, or name another file with --ledger", ErrBusy
	}
	return "", nil
}

// isBusy tells that another connection holds what this one needs.
func isBusy(err error) bool { return resultCode(err) == sqlite3.SQLITE_BUSY }

// isConstraint tells that a unique value is there already.
func isConstraint(err error) bool { return resultCode(err) == sqlite3.SQLITE_CONSTRAINT }

// resultCode returns the primary result code of SQLite's error, SQLITE_OK for one that is not SQLite's.
func resultCode(err error) int {
	var s *sqlite.Error
	if !errors.As(err, &s) {
		return sqlite3.SQLITE_OK
	}
	return s.Code() & 0xff
}
