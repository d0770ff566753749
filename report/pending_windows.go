package report

import (
	"errors"
	"os"
	"path/filepath"
)

// pendingFile stands in for renameio, which does not build on Windows since a rename there is not promised to be atomic. It is the nearest
// that can be had: os.Rename replaces the old file in one call of the system.
type pendingFile struct {
	*os.File
	path string
	done bool
}

// newPending makes the temporary file that becomes path, in path's own folder.
func newPending(path string) (pending, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"*")
	if err != nil {
		return nil, err
	}
	return &pendingFile{File: f, path: path}, nil
}

// CloseAtomicallyReplace puts the file in path's place.
func (p *pendingFile) CloseAtomicallyReplace() error {
	if err := errors.Join(p.Sync(), p.Close()); err != nil {
		return err
	}
	if err := os.Rename(p.Name(), p.path); err != nil {
		return err
	}
	p.done = true
	return nil
}

// Cleanup removes the file if it was not put in place.
func (p *pendingFile) Cleanup() error {
	if p.done {
		return nil
	}
	_ = p.Close() // an error of the removal says all that counts
	return os.Remove(p.Name())
}
