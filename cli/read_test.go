package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dakota-reconcile/reconcile"
)

// The folder was writable when the run began, and hours later its disk is full: the other reports must not be lost with that one.
func TestReportThatCannotBeWrittenHoldsUpNoOther(t *testing.T) {
	folder := t.TempDir()
	standsThere, metrics, written := filepath.Join(folder, "first.csv"), filepath.Join(folder, "metrics.prom"), filepath.Join(folder, "second.csv")
	for _, name := range []string{standsThere, metrics} {
		if err := os.Mkdir(name, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	var said bytes.Buffer
	a := &app{options: &options{reports: []string{standsThere, written}, metrics: metrics}, screen: screen{err: &said}}
	err := a.writeReports(reconcile.Run{ID: "20261122T090000Z-0000"}, nil)
	if err == nil || !strings.Contains(err.Error(), standsThere) || !strings.Contains(err.Error(), metrics) {
		t.Errorf("both failures should be told: %v", err)
	}
	if exitCode(err) != exitUnexpected {
		t.Errorf("exit code %d", exitCode(err))
	}
	if _, err := os.Stat(written); err != nil {
		t.Error(err)
	}
	if text := said.String(); !strings.Contains(text, written) || strings.Contains(text, standsThere) {
		t.Errorf("said %q", text)
	}
}
