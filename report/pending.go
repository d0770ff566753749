//go:build !windows

package report

import (
	"path/filepath"

	"github.com/google/renameio/v2"
)

// newPending makes the temporary file that becomes path, for its owner alone. It stands in path's own folder: elsewhere it could not be
// renamed into place, and would be readable there.
func newPending(path string) (pending, error) {
	return renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithStaticPermissions(0o600))
}
