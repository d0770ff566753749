//go:build unix

package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"dakota-reconcile/ledger"
	"dakota-reconcile/reconcile"
)

func init() {
	roles["quota"] = childQuota
}

// childQuota records intents until a file may not grow any more, and prints how many were durable.
func childQuota(path string) error {
	signal.Ignore(syscall.SIGXFSZ)
	const bytes = 400_000
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: bytes}); err != nil {
		return err
	}
	l, err := ledger.Open(context.Background(), path)
	if err != nil {
		return err
	}
	r, err := l.Begin(context.Background(), planned("r1", 500), nil)
	if err != nil {
		return err
	}
	for i := range 500 {
		if err := r.Intend(context.Background(), reconcile.Intent{Row: i, Attempt: 1}); err != nil {
			fmt.Println("durable", i)
			return err
		}
	}
	return errors.New("the limit was never met")
}

// TestAFileThatMayNotGrow uses a limit of the kernel: the failure comes from the write itself.
func TestAFileThatMayNotGrow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	out := start(t, "quota", path, nil).rest()
	var durable int
	if len(out) != 2 {
		t.Fatalf("the process said %q", out)
	}
	if _, err := fmt.Sscanf(out[0], "durable %d", &durable); err != nil || durable == 0 {
		t.Fatalf("the process said %q", out)
	}
	if !strings.Contains(out[1], ledger.ErrFull.Error()) || !strings.Contains(out[1], "resume the run") {
		t.Errorf("the message does not tell what to do: %s", out[1])
	}
	checkIntents(t, load(t, openAt(t, path), "r1"), durable)
}

// checkIntents makes sure that the first n rows of a run are in doubt, and none behind the next one: that was refused, but may be there.
func checkIntents(t *testing.T, run reconcile.Run, n int) {
	t.Helper()
	for i, r := range run.Results {
		if i < n && r.Status != reconcile.InDoubt || i > n && r.Status != reconcile.Planned {
			t.Fatalf("%d intents were durable, and row %d is %s", n, i, r.Status)
		}
	}
}

// TestAFullDisk fills a small file system of its own.
func TestAFullDisk(t *testing.T) {
	dir := smallDisk(t)
	path := filepath.Join(dir, "ledger.db")
	l, err := ledger.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	run := planned("r1", 500)
	r := begin(t, l, run)
	if err := os.WriteFile(filepath.Join(dir, "filler"), make([]byte, 4<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk did not fill up: %v", err)
	}
	durable := 0
	for err = nil; err == nil && durable < 500; durable++ {
		err = r.Intend(t.Context(), reconcile.Intent{Row: durable, Attempt: 1})
	}
	if !errors.Is(err, ledger.ErrFull) {
		t.Fatalf("want ErrFull, got %v", err)
	}
	durable--
	checkIntents(t, load(t, l, "r1"), durable)
	if _, err := l.Begin(t.Context(), planned("r2", 500), nil); !errors.Is(err, ledger.ErrFull) {
		t.Errorf("begin: want ErrFull, got %v", err)
	}
	if err := r.Finish(t.Context(), run); !errors.Is(err, ledger.ErrFull) {
		t.Errorf("finish: want ErrFull, got %v", err)
	}
	if _, err := ledger.Open(t.Context(), filepath.Join(dir, "other.db")); !errors.Is(err, ledger.ErrFull) {
		t.Errorf("open: want ErrFull, got %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "filler")); err != nil {
		t.Fatal(err)
	}
	again, got, err := l.Reopen(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	checkIntents(t, got, durable)
	if err := again.Finish(t.Context(), run); err != nil {
		t.Errorf("there is space again: %v", err)
	}
}

// TestALedgerThatMayNotBeWritten takes the rights of a file, of its folder, and of both away.
func TestALedgerThatMayNotBeWritten(t *testing.T) {
	prepare := asNobody(t)
	for _, tt := range []struct {
		name         string
		file, folder os.FileMode
	}{
		{"the file", 0o400, 0o700},
		{"the folder", 0o600, 0o500},
		{"both", 0o400, 0o500},
		{"the file, to read either", 0, 0o700},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(openFolder(t), "state")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			path := filled(t, filepath.Join(dir, "ledger.db"))
			own(t, dir, path, path+".lock")
			chmod(t, path, tt.file)
			chmod(t, dir, tt.folder)
			t.Cleanup(func() { chmod(t, dir, 0o700) })
			out := start(t, "open", path, prepare).rest()
			if len(out) != 1 || !strings.HasPrefix(out[0], "error: open ledger "+path) || !strings.Contains(out[0], ledger.ErrReadOnly.Error()) || !strings.Contains(out[0], "--ledger") {
				t.Errorf("the process said %q", out)
			}
			chmod(t, dir, 0o700)
			chmod(t, path, 0o600)
			if hs, err := openAt(t, path).Runs(t.Context()); err != nil || len(hs) != 1 {
				t.Errorf("%d runs of 1 are there: %v", len(hs), err)
			}
		})
	}
}

// nobody is the user that a test as root becomes, because rights don't bind root.
const nobody = 65534

func asNobody(t *testing.T) func(*exec.Cmd) {
	if os.Getuid() != 0 {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(openFolder(t), "test") // the test's own binary lies where only root can go
	if os.Link(self, copied) != nil {
		copyFile(t, self, copied, -1)
		chmod(t, copied, 0o755)
	}
	return func(c *exec.Cmd) {
		c.Path = copied
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
}

// openFolder is a folder that every user can get into.
func openFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		chmod(t, d, 0o755)
	}
	return dir
}

func own(t *testing.T, paths ...string) {
	t.Helper()
	for _, p := range paths {
		if err := os.Chown(p, owner(), -1); err != nil {
			t.Fatal(err)
		}
	}
}

func owner() int {
	if u := os.Getuid(); u != 0 {
		return u
	}
	return nobody
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// smallDisk is a file system of one megabyte, where the system lets us make one.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	mount := exec.Command("mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", dir)
	if out, err := mount.CombinedOutput(); runtime.GOOS != "linux" || err != nil {
		t.Skipf("no small disk can be made here (that needs root): %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	return dir
}
