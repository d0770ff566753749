package cli

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestOnlyOldTemporaryFoldersOfOursAreSwept(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	for name, age := range map[string]time.Duration{
		"dakota-reconcile-123": 2 * time.Hour, "dakota-reconcile-456": time.Minute, "dakota-reconcile-locks": 48 * time.Hour, "other-123": 48 * time.Hour,
	} {
		path := filepath.Join(dir, name)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	sweep(dir, now)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if diff := cmp.Diff([]string{"dakota-reconcile-456", "dakota-reconcile-locks", "other-123"}, left); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
