package input

import (
	"errors"
	"io"
)

var errLongRecord = errors.New("a row is longer than 1 MiB")

// tape is a reader that keeps what was read of it since the last cut, so that the text of a row is at hand after the row was parsed. It
// bounds what a quote that is never closed can swallow.
type tape struct {
	src   io.Reader
	buf   []byte
	start int // of what was not cut yet, in buf
	base  int64
	err   error
}

func (t *tape) Read(p []byte) (int, error) {
	if t.err != nil {
		return 0, t.err
	}
	if len(t.buf)-t.start > maxRecord {
		t.err = errLongRecord
		return 0, t.err
	}
	n, err := t.src.Read(p)
	if t.start > 64<<10 {
		t.base += int64(t.start)
		t.buf = t.buf[:copy(t.buf, t.buf[t.start:])]
		t.start = 0
	}
	t.buf = append(t.buf, p[:n]...)
	return n, err
}

// cut returns the bytes from the last cut to offset and forgets them at the next Read.
func (t *tape) cut(offset int64) []byte {
	end := min(int(offset-t.base), len(t.buf))
	b := t.buf[t.start:end]
	t.start = end
	return b
}

// rest returns what was read and not cut.
func (t *tape) rest() []byte { return t.buf[t.start:] }
