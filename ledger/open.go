package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// applicationID is SQLite's mark for the owner of a file, set by the first migration.
const applicationID = 1684763745

// open makes the file where it is missing, brings its tables up to date and makes sure that it can be written.
func (l *Ledger) open(ctx context.Context) error {
	if err := makeFolder(filepath.Dir(l.path)); err != nil {
		return err
	}
	if err := checkFile(l.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// Two processes that open a new ledger at once would both make the tables, and the change to WAL waits for nobody.
	turn := flock.New(l.path+".lock", flock.SetPermissions(0o600))
	if _, err := turn.TryLockContext(ctx, 5*time.Millisecond); err != nil {
		return err
	}
	defer func() { _ = turn.Close() }()
	if err := makeFile(l.path); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn(l.path))
	if err != nil {
		return err
	}
	l.db = db
	if err := l.claim(ctx); err != nil {
		return err
	}
	if err := l.logAhead(ctx); err != nil {
		return err
	}
	if err := l.migrate(ctx); err != nil {
		return err
	}
	return l.tryWrite(ctx)
}

// makeFile makes an empty file that only its owner can read; SQLite gives its other files the same mode. A file that is there is not
// touched: opening and closing it here would drop the locks that SQLite holds on it elsewhere in this process.
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// checkFile refuses what SQLite would overwrite or not understand.
func checkFile(path string) error {
	i, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case !i.Mode().IsRegular():
		return fmt.Errorf("%w: this is no file", ErrNotLedger)
	case i.Size() > 0 && i.Size() < 512: // less than the smallest page
		return fmt.Errorf("%w: it is no SQLite database", ErrNotLedger)
	}
	return nil
}

// dsn names the file to the driver. synchronous FULL makes a commit survive a power loss, on macOS only together with fullfsync; the cache
// holds the pages of a large plan that would otherwise be written over and over; the log of one shrinks again to 64 MB.
func dsn(path string) string {
	p := filepath.ToSlash(path)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p // a drive letter
	}
	q := url.Values{"_pragma": {
		"busy_timeout(1000)", "synchronous(FULL)", "fullfsync(1)", "cache_size(-65536)", "temp_store(MEMORY)",
		"journal_size_limit(67108864)",
	}, "_txlock": {"immediate"}, "_dqs": {"0"}, "_error_rc": {"1"}}
	return (&url.URL{Scheme: "file", Path: p, RawQuery: q.Encode()}).String()
}

// claim refuses a database that belongs to something else, before anything is written to it.
func (l *Ledger) claim(ctx context.Context) error {
	var id, tables int
	if err := l.db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	if id == applicationID {
		return nil
	}
	if err := l.db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%'").
		Scan(&tables); err != nil {
		return err
	}
	if id != 0 || tables > 0 {
		return fmt.Errorf("%w: it is a database of another program", ErrNotLedger)
	}
	return nil
}

// logAhead turns the write-ahead log on, which stays with the file.
func (l *Ledger) logAhead(ctx context.Context) error {
	var mode string
	if err := l.db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return errors.New("its file system can't share memory between processes: name a file on a local disk with --ledger")
	}
	return nil
}

// migrate brings the tables to the newest form that this program knows.
func (l *Ledger) migrate(ctx context.Context) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, l.db, dir, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have > want {
		return fmt.Errorf("%w: it has form %d, this program knows form %d", ErrNewer, have, want)
	}
	if have < want {
		_, err = p.Up(ctx)
	}
	return err
}

// tryWrite makes sure that the file can be written. To begin a transaction is not enough: SQLite opens what it may not write for reading,
// and says so at the first change. That somebody else is writing it proves it, too.
func (l *Ledger) tryWrite(ctx context.Context) error {
	_, err := l.db.ExecContext(ctx, "DELETE FROM runs WHERE 0")
	if isBusy(err) {
		return nil
	}
	return err
}

// syncFolder makes a new name in dir survive a power loss. Windows neither needs nor allows it.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return nil // not readable for us: then whoever made it so must sync it
	}
	defer func() { _ = d.Close() }()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}
