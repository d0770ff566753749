package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"dakota-reconcile/reconcile"
)

// File renders the run to path in the form that its ending stands for. Its mode is 0600, because it holds names of businesses. The
// file is there whole or not at all: it is written beside path and renamed. The error names the path and what to do.
func File(path string, run reconcile.Run, o Options) error {
	k, err := KindOf(path)
	if err != nil {
		return err
	}
	return Replace(path, func(w io.Writer) error { return Write(w, k, run, o) })
}

// pending is a file that is not in its place yet.
type pending interface {
	io.Writer
	CloseAtomicallyReplace() error
	Cleanup() error
}

// Replace puts what write writes in path's place at once, or leaves path as it is. The file's mode is 0600.
func Replace(path string, write func(io.Writer) error) error {
	pending, err := newPending(path)
	if err != nil {
		return fmt.Errorf("create %s: %w (%s)", path, bare(err), remedy(err))
	}
	defer pending.Cleanup() //nolint:errcheck // after the rename there is nothing to clean up; before it, the first error counts
	b := bufio.NewWriterSize(pending, 1<<16)
	if err := write(b); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write %s: %w (%s)", path, bare(err), remedy(err))
	}
	if err := pending.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("write %s: %w (%s)", path, bare(err), remedy(err))
	}
	return nil
}

// bare drops the temporary file's name from err: it means nothing to the reader and differs each time.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return l.Err
	}
	return err
}

// remedy says what to do about a file that can't be written.
func remedy(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "make the folder first, or name another"
	case errors.Is(err, fs.ErrPermission):
		return "choose a folder that you may write to"
	case errors.Is(err, fs.ErrExist):
		return "a folder has this name: name a file in it, or another"
	default:
		return "free space on the disk, or name a file elsewhere; the run itself is not touched by this"
	}
}
