package report

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTryTellsWhereAReportWouldFailAndLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "old.csv")
	if err := os.WriteFile(old, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		path string
		fits bool
	}{
		"a new file":          {filepath.Join(dir, "new.csv"), true},
		"a file to replace":   {old, true},
		"a folder":            {dir, false},
		"in a missing folder": {filepath.Join(dir, "nowhere", "new.csv"), false},
		"below a file":        {filepath.Join(old, "new.csv"), false},
	} {
		if err := Try(test.path); (err == nil) != test.fits {
			t.Errorf("%s: %v", name, err)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("%d files are left, want the one that was there (%v)", len(left), err)
	}
	if text, _ := os.ReadFile(old); string(text) != "kept" {
		t.Errorf("the old file holds %q", text)
	}
}
