package ledger_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dakota-reconcile/ledger"
)

// childLock takes the lock of account "a" and waits until its standard input ends.
func childLock(dir string) error {
	l, err := ledger.LockAccount(dir, "a", ledger.Holder{RunID: "theirs", Command: "apply", Host: "h", PID: os.Getpid(), User: "ann", Started: at})
	if err != nil {
		return err
	}
	fmt.Println("locked")
	_, _ = os.Stdin.Read(make([]byte, 1))
	return l.Unlock()
}

func TestASecondRunIsToldWhoHoldsTheLock(t *testing.T) {
	dir := t.TempDir()
	c := start(t, "lock", dir, nil)
	if s := c.line(); s != "locked" {
		t.Fatal(s)
	}
	_, err := ledger.LockAccount(dir, "a", ledger.Holder{RunID: "ours"})
	var locked *ledger.LockedError
	if !errors.As(err, &locked) {
		t.Fatalf("want a LockedError, got %v", err)
	}
	want := ledger.Holder{RunID: "theirs", Command: "apply", Host: "h", PID: c.Process.Pid, User: "ann", Started: at}
	if d := cmp.Diff(want, locked.Holder); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, part := range []string{"theirs", "ann on h", fmt.Sprint("process ", c.Process.Pid), "2026-11-22T08:30:00Z"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in the message: %v", part, err)
		}
	}
	lockAndUnlock(t, dir, "b") // another account is free
	c.kill()
	lockAndUnlock(t, dir, "a") // the kernel has freed it
}

func lockAndUnlock(t *testing.T, dir, account string) {
	t.Helper()
	l, err := ledger.LockAccount(dir, account, ledger.Holder{RunID: "ours"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time does nothing
		if err := l.Unlock(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOneProcessCannotLockAnAccountTwice(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "by the lock")
	l, err := ledger.LockAccount(dir, "a/../b", ledger.Holder{RunID: "first"})
	if err != nil {
		t.Fatal(err)
	}
	var locked *ledger.LockedError
	if _, err := ledger.LockAccount(dir, "a/../b", ledger.Holder{RunID: "second"}); !errors.As(err, &locked) || locked.Holder.RunID != "first" {
		t.Errorf("want a LockedError that names the first run, got %v", err)
	}
	if err := l.Unlock(); err != nil {
		t.Fatal(err)
	}
	lockAndUnlock(t, dir, "a/../b")
	if in, _ := filepath.Glob(filepath.Join(dir, "account-*.lock")); len(in) != 1 {
		t.Errorf("the account's lock is not in the folder: %v", in)
	}
}

func TestALockWhoseHolderCannotBeReadIsStillALock(t *testing.T) {
	dir := t.TempDir()
	l, err := ledger.LockAccount(dir, "a", ledger.Holder{RunID: "first"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Unlock() }()
	if err := os.WriteFile(filepath.Join(dir, "account-a.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = ledger.LockAccount(dir, "a", ledger.Holder{})
	if err == nil || !strings.Contains(err.Error(), "another run holds it") {
		t.Errorf("got %v", err)
	}
}
