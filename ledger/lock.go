package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// Holder tells who holds the lock of an account, for whoever comes second.
type Holder struct {
	RunID   string    `json:"run_id"`
	Command string    `json:"command"`
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	User    string    `json:"user"`
	Started time.Time `json:"started_at"`
}

// Lock is the right to change an account. The kernel takes it back when the process ends, in whatever way.
type Lock struct {
	lock   *flock.Flock
	holder string // the file that names us
}

// LockedError says that another run holds the account's lock.
type LockedError struct {
	Account string
	Holder  Holder // zero where its file could not be read
	Path    string // of the lock's file
}

func (e *LockedError) Error() string {
	h := e.Holder
	if h.RunID == "" {
		return fmt.Sprintf("lock account %s: another run holds it (%s): wait until it is done", e.Account, e.Path)
	}
	return fmt.Sprintf("lock account %s: run %s holds it: %s by %s on %s, process %d, since %s: wait until it is done, or end that process",
		e.Account, h.RunID, h.Command, h.User, h.Host, h.PID, h.Started.Format(time.RFC3339))
}

// guardPatience is how long a holder may take to write its name. It takes a millisecond.
const guardPatience = 500 * time.Millisecond

// LockAccount takes the lock of an account, named by its fingerprint, in the folder dir (that of the ledger). It never waits for the holder:
// when there is one it fails with a [*LockedError] that names it.
func LockAccount(dir, account string, holder Holder) (*Lock, error) {
	if err := makeFolder(dir); err != nil {
		return nil, fmt.Errorf("lock account %s: %w", account, err)
	}
	name := filepath.Join(dir, "account-"+fileName(account))
	// Under the guard, taking the lock and writing the holder's name are one step for whoever reads the name.
	guard := flock.New(filepath.Join(dir, "accounts.lock"), flock.SetPermissions(0o600))
	defer func() { _ = guard.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), guardPatience)
	defer cancel()
	if _, err := guard.TryLockContext(ctx, time.Millisecond); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("lock account %s: %w", account, err)
	}
	l := &Lock{lock: flock.New(name+".lock", flock.SetPermissions(0o600)), holder: name + ".json"}
	got, err := l.lock.TryLock()
	if err != nil {
		_ = l.lock.Close()
		return nil, fmt.Errorf("lock account %s: %w", account, err)
	}
	if !got {
		_ = l.lock.Close()
		return nil, &LockedError{Account: account, Holder: readHolder(l.holder), Path: name + ".lock"}
	}
	if err := writeHolder(l.holder, holder); err != nil {
		_ = l.Unlock()
		return nil, fmt.Errorf("lock account %s: name its holder: %w", account, err)
	}
	return l, nil
}

// Unlock gives the account free. The lock's file stays: deleting it could part two processes that both wait for it.
func (l *Lock) Unlock() error {
	if !l.lock.Locked() {
		return nil
	}
	_ = os.Remove(l.holder) // a name without a lock is never read
	if err := l.lock.Close(); err != nil {
		return fmt.Errorf("unlock account: %w", err)
	}
	return nil
}

// fileName makes a name for a file of a fingerprint, whatever is in it.
func fileName(account string) string {
	const plain = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
	if account != "" && len(account) <= 64 && strings.Trim(account, plain) == "" {
		return account
	}
	sum := sha256.Sum256([]byte(account))
	return hex.EncodeToString(sum[:16])
}

// writeHolder puts the holder's name beside the lock. Not into it: Windows lets nobody read a locked file.
func writeHolder(path string, h Holder) error {
	b, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o600)
}

// readHolder is the zero Holder where nothing can be read: that there is one is known from the lock.
func readHolder(path string) Holder {
	var h Holder
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &h)
	}
	if err != nil {
		return Holder{}
	}
	return h
}
