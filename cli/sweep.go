package cli

import (
	"os"
	"path/filepath"
	"time"
)

// stale is the age from which a temporary folder belongs to nobody any more: a workbook is read or written in minutes.
const stale = time.Hour

// sweep removes the temporary folders that killed processes left: they hold parts of workbooks. What can't be removed is somebody else's.
func sweep(dir string, now time.Time) {
	left, _ := filepath.Glob(filepath.Join(dir, program+"-[0-9]*")) // the pattern is sound
	for _, path := range left {
		if i, err := os.Lstat(path); err == nil && i.IsDir() && now.Sub(i.ModTime()) > stale {
			_ = os.RemoveAll(path)
		}
	}
}
