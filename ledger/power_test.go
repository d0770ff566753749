package ledger_test

import (
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dakota-reconcile/reconcile"
)

// TestAnIntentSurvivesPowerLoss copies the files as they are on the disk after each call, and opens the copy.
func TestAnIntentSurvivesPowerLoss(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := openAt(t, path)
	run := planned("r1", 12)
	r := begin(t, l, run)
	want := planned("r1", 12)
	for i := range want.Results {
		if err := r.Intend(t.Context(), reconcile.Intent{Row: i, Attempt: 1}); err != nil {
			t.Fatal(err)
		}
		want.Results[i].Status, want.Results[i].Attempts = reconcile.InDoubt, 1
		if d := cmp.Diff(want, load(t, openAt(t, copyOf(t, path, -1)), run.ID)); d != "" {
			t.Fatalf("after intent %d (-want +in the copy):\n%s", i, d)
		}
	}
}

// TestATornLogKeepsWhatWasDurable cuts SQLite's log anywhere behind the end that it had when an intent became durable: what the disk had
// not yet taken of later commits must not harm the earlier ones.
func TestATornLogKeepsWhatWasDurable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := openAt(t, path)
	run := planned("r1", 20)
	r := begin(t, l, run)
	ends := make([]int64, len(run.Results)) // of the log, when the row's intent was durable
	for i := range ends {
		if err := r.Intend(t.Context(), reconcile.Intent{Row: i, Attempt: 1}); err != nil {
			t.Fatal(err)
		}
		ends[i] = size(t, path+"-wal")
	}
	for range 25 {
		i := rand.IntN(len(ends))
		last := ends[len(ends)-1]
		cut := ends[i] + rand.Int64N(last-ends[i]+1)
		got := load(t, openAt(t, copyOf(t, path, cut)), run.ID)
		for row := range i + 1 {
			if got.Results[row].Status != reconcile.InDoubt {
				t.Fatalf("log cut at %d of %d: the intent of row %d, durable at %d, is lost", cut, last, row, ends[row])
			}
		}
	}
}

// copyOf copies a ledger's file and its log, cut at a number of bytes (-1 for all of it), and returns the copy's path.
func copyOf(t *testing.T, path string, cut int64) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy.db")
	copyFile(t, path, to, -1)
	copyFile(t, path+"-wal", to+"-wal", cut)
	return to
}

func copyFile(t *testing.T, from, to string, cut int64) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	b, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	if cut >= 0 {
		b = b[:cut]
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	i, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return i.Size()
}
