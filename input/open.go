package input

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
)

// Read reads a spreadsheet. name is its path, or "-" for standard input; messages show it as it is.
//
// The error is an *Error when the file as a whole can't be used (nothing found where it should be, damaged, contradicting itself); the
// table then holds what was found until there, for a report, and none of it is to be acted on. Problems of single rows are no error:
// see Table.Problems.
func Read(r io.Reader, name string, o Options) (*Table, error) {
	return run(r, newReading(name, o, true))
}

// Check makes the checks of Read, and finds the same, without keeping the rows: a million of them need less than 250 MB.
func Check(r io.Reader, name string, o Options) (*Table, error) {
	return run(r, newReading(name, o, false))
}

func run(src io.Reader, r *reading) (*Table, error) {
	source := &r.t.Source
	source.Name = filepath.Base(r.file)
	if r.file != "-" {
		if path, err := filepath.Abs(r.file); err == nil {
			source.Path = path
		}
	}
	hash := sha256.New()
	all := io.TeeReader(src, hash)
	if err := r.read(bufio.NewReaderSize(all, 32<<10)); err != nil {
		r.finish() // for what was found until there
		return r.t, r.asError(err)
	}
	if _, err := io.Copy(io.Discard, all); err != nil { // nothing is left, but the hash must be of all there is
		return r.t, r.asError(err)
	}
	source.SHA256 = hex.EncodeToString(hash.Sum(nil))
	if err := r.finish(); err != nil {
		return r.t, err
	}
	return r.t, nil
}

// asError makes an *Error of any error.
func (r *reading) asError(err error) error {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.As(err, new(flate.CorruptInputError)):
		return r.fatal(Problem{Code: "damaged", What: "the file is damaged or cut off: " + err.Error(), Advice: "get it again"})
	}
	return r.fatal(Problem{Code: "unreadable", What: "read the file: " + err.Error(), Advice: "try again"})
}

// read unpacks the file as far as it is packed, and reads it as what it is, whatever its name says.
func (r *reading) read(src *bufio.Reader) error {
	head, err := src.Peek(2)
	if err != nil && err != io.EOF {
		return fmt.Errorf("read %s: %w", r.file, err)
	}
	if bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		return r.unpack(src)
	}
	return r.unpacked(src)
}

func (r *reading) unpack(src *bufio.Reader) error {
	z, err := gzip.NewReader(src)
	if err != nil {
		return r.fatal(Problem{Code: "damaged", What: "unpack the file: " + err.Error(), Advice: "get the file again"})
	}
	return r.unpacked(z)
}

func (r *reading) unpacked(packed io.Reader) error {
	limit := &limited{src: packed, left: r.o.MaxBytes, err: r.fatal(Problem{
		Code: "too_long",
		What: fmt.Sprintf("the file is larger than %d MiB", r.o.MaxBytes>>20), Advice: "check that it is the right file, or split it",
	})}
	src := bufio.NewReaderSize(limit, maxHead)
	head, err := src.Peek(maxHead)
	if err != nil && err != io.EOF && len(head) == 0 {
		return r.fatal(Problem{Code: "damaged", What: "unpack the file: " + err.Error(), Advice: "get the file again"})
	}
	if p := foreign(head); p != nil {
		return r.fatal(*p)
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")) {
		return r.readWorkbook(src)
	}
	return r.readText(src)
}
