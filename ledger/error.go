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
	cause, advice := l.cause(err)
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
func (l *Ledger) cause(err error) (cause error, advice string) {
	var s *sqlite.Error
	switch {
	case errors.Is(err, ErrNotLedger):
		return nil, "name another file with --ledger"
	case errors.Is(err, ErrNewer):
		return nil, "use that version, or name another file with --ledger"
	case errors.As(err, &s):
		return l.sqliteCause(s.Code())
	case errors.Is(err, syscall.ENOSPC):
		return ErrFull, "free some space, or name a file on another disk with --ledger"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return ErrReadOnly, "make the file and its folder writable, or name another file with --ledger"
	}
	return nil, ""
}

// sqliteCause does the same for a result code of SQLite (https://www.sqlite.org/rescode.html).
func (l *Ledger) sqliteCause(code int) (cause error, advice string) {
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return ErrFull, "it is full: free some space, then start again or resume the run"
	case sqlite3.SQLITE_IOERR:
		return ErrFull, "it is full, over a quota or failing: mend that, then start again or resume the run"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return ErrReadOnly, "make the file and its folder writable, or name another file with --ledger"
	case sqlite3.SQLITE_CANTOPEN:
		return ErrReadOnly, fmt.Sprintf("make the file writable and the folder %s too, or name another file with --ledger", filepath.Dir(l.path))
	case sqlite3.SQLITE_NOTADB:
		return ErrNotLedger, "it is no SQLite database: name another file with --ledger"
	case sqlite3.SQLITE_CORRUPT:
		return ErrDamaged, "keep a copy (sqlite3 can often recover its tables), then name another file with --ledger"
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return ErrBusy, "wait until it is done, or name another file with --ledger"
	}
	return nil, ""
}

// isBusy tells that another connection holds what this one needs.
func isBusy(err error) bool {
	var s *sqlite.Error
	return errors.As(err, &s) && s.Code()&0xff == sqlite3.SQLITE_BUSY
}

// isConstraint tells that a unique value is there already.
func isConstraint(err error) bool {
	var s *sqlite.Error
	return errors.As(err, &s) && s.Code()&0xff == sqlite3.SQLITE_CONSTRAINT
}
