package ledger_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"dakota-reconcile/ledger"
	"dakota-reconcile/reconcile"
)

// childOpen opens the ledger and records a run in it.
func childOpen(path string) error {
	l, err := ledger.Open(context.Background(), path)
	if err != nil {
		return err
	}
	r, err := l.Begin(context.Background(), planned(fmt.Sprint("run of ", os.Getpid()), 10), nil)
	if err != nil {
		return err
	}
	for i := range 10 {
		if err := r.Intend(context.Background(), reconcile.Intent{Row: i, Attempt: 1}); err != nil {
			return err
		}
	}
	return l.Close()
}

func TestOnlyTheOwnerCanReadTheLedger(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes: the folder's rights hold")
	}
	dir := filepath.Join(t.TempDir(), "state", "dakota-reconcile")
	path := filepath.Join(dir, "ledger.db")
	l := openAt(t, path)
	begin(t, l, planned("r1", 1))
	for file, want := range map[string]os.FileMode{dir: 0o700 | os.ModeDir, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600, path + ".lock": 0o600} {
		i, err := os.Stat(file)
		if err != nil {
			t.Error(err)
		} else if i.Mode() != want {
			t.Errorf("%s has mode %v, not %v", file, i.Mode(), want)
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	tests := []struct {
		name  string
		make  func(t *testing.T, path string) string // returns the path to open
		cause error
		text  string // must be in the message
	}{
		{"no home and no path", func(*testing.T, string) string { return "" }, nil, "--ledger"},
		// A wrong --ledger must not destroy what lies there.
		{"a text file", write("not a database, but long enough to be taken for one by its size alone"), ledger.ErrNotLedger, "--ledger"},
		{"a short text file", write("x"), ledger.ErrNotLedger, "--ledger"},
		{"another program's database", script("CREATE TABLE songs (name TEXT)"), ledger.ErrNotLedger, "another program"},
		{"another program's empty database", script("PRAGMA application_id = 42"), ledger.ErrNotLedger, "another program"},
		{"a folder", func(t *testing.T, p string) string { return filepath.Dir(p) }, ledger.ErrNotLedger, "this is no file"},
		{"a folder below a file", func(t *testing.T, p string) string { return filepath.Join(write("x")(t, p), "ledger.db") }, nil, "not a directory"},
		{"a newer form", newer, ledger.ErrNewer, "form 99"},
		{"a damaged ledger", damaged, ledger.ErrDamaged, "keep a copy"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := tt.make(t, filepath.Join(t.TempDir(), "ledger.db"))
			before, _ := os.ReadFile(path)
			l, err := ledger.Open(t.Context(), path)
			if err == nil {
				_ = l.Close()
				t.Fatal("it opened")
			}
			if tt.cause != nil && !errors.Is(err, tt.cause) || !strings.Contains(err.Error(), tt.text) || !strings.Contains(err.Error(), path) {
				t.Errorf("want %v, with %q in it, got: %v", tt.cause, tt.text, err)
			}
			if after, _ := os.ReadFile(path); string(before) != string(after) && tt.cause == ledger.ErrNotLedger {
				t.Error("the file was changed")
			}
		})
	}
}

// write makes a file with a text in it.
func write(text string) func(*testing.T, string) string {
	return func(t *testing.T, path string) string {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
}

// script makes a database that a few statements have made or changed.
func script(statements string) func(*testing.T, string) string {
	return func(t *testing.T, path string) string {
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(statements); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
}

// filled makes a ledger with a run in it.
func filled(t *testing.T, path string) string {
	l, err := ledger.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	begin(t, l, planned("r1", 200))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func newer(t *testing.T, path string) string {
	return script("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)")(t, filled(t, path))
}

// damaged overwrites the table of tables and leaves the file's first hundred bytes, by which SQLite knows it.
func damaged(t *testing.T, path string) string {
	b, err := os.ReadFile(filled(t, path))
	if err != nil {
		t.Fatal(err)
	}
	for i := 100; i < 4096; i++ {
		b[i] = 0xee
	}
	return write(string(b))(t, path)
}

func TestAPathWithAnyCharactersIsOpened(t *testing.T) {
	for _, name := range []string{"a b", "50%20", "x?y=1", "#1", "Grüße", "a&b;c"} {
		if runtime.GOOS == "windows" && strings.ContainsAny(name, "?") {
			continue
		}
		path := filepath.Join(t.TempDir(), name, name+".db")
		filled(t, path)
		if size(t, path) == 0 {
			t.Errorf("%s: the run was written elsewhere", path)
		}
	}
}

func TestManyOpenANewLedgerAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	var wg sync.WaitGroup
	for range 4 {
		c := start(t, "open", path, nil)
		wg.Go(func() {
			if out := c.rest(); len(out) > 0 {
				t.Errorf("a process said: %q", out)
			}
		})
	}
	wg.Wait()
	hs, err := openAt(t, path).Runs(t.Context())
	if err != nil || len(hs) != 4 {
		t.Errorf("%d runs of 4 are recorded: %v", len(hs), err)
	}
}

func TestOpenGivesUpWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ledger.Open(ctx, filepath.Join(t.TempDir(), "ledger.db")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
