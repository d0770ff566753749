package report

import (
	"fmt"
	"os"
)

// Try finds out whether a file could be put in path's place, and leaves nothing behind. A run asks before it sends anything: it is
// too late to learn that its report has no place when the money has moved. The error names the path and what to do.
func Try(path string) error {
	if i, err := os.Stat(path); err == nil && i.IsDir() {
		return fmt.Errorf("create %s: a folder has this name: name a file in it, or another", path)
	}
	pending, err := newPending(path)
	if err != nil {
		return fmt.Errorf("create %s: %w (%s)", path, bare(err), remedy(err))
	}
	return pending.Cleanup()
}
