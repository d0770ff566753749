package report

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFileIsPrivateWholeAndReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.csv")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := File(path, applied(), Options{}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(render(t, CSV, applied())), string(got)); diff != "" {
		t.Error(diff)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600 (%v)", info.Mode(), err)
	}
	onlyFile(t, path)
}

func TestFileThatCanNotBeWrittenLeavesTheOldOneAndNamesThePath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.xlsx")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := fromWorkbook()
	err := File(path, run, Options{Original: []byte("no workbook")})
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v does not name the file", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("the old file is now %q", got)
	}
	onlyFile(t, path)

	missing := filepath.Join(t.TempDir(), "no", "r.csv")
	err = File(missing, applied(), Options{})
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), missing) || !strings.Contains(err.Error(), "make the folder") {
		t.Errorf("error %v does not say what to do about %s", err, missing)
	}

	folder := t.TempDir() + ".csv"
	if err := os.MkdirAll(filepath.Join(folder, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	err = File(folder, applied(), Options{})
	if err == nil || !strings.Contains(err.Error(), "a folder has this name") || strings.Contains(err.Error(), "/.") {
		t.Errorf("error %v does not say that %s is a folder", err, folder)
	}
}

// onlyFile fails when something else is in path's folder.
func onlyFile(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v (%v)", entries, err)
	}
}
