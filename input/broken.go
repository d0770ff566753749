package input

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// bytes looks at a row's bytes: are they text, and in which encoding?
func (t *sheetText) bytes(raw []byte, l *line) {
	if bytes.IndexByte(raw, 0) >= 0 {
		l.damage = &finding{"damaged", "the row has a NUL byte in it: it is no text, or text in UTF-16 without its mark", "save the file again as CSV UTF-8"}
		return
	}
	if ascii(raw) {
		return
	}
	if bytes.Contains(raw, []byte("\xef\xbf\xbd")) || t.charset.marked && !utf8.Valid(raw) {
		l.damage = &finding{"damaged", "the row has characters in it that were lost in a conversion", "get the file again, or correct the row"}
		return
	}
	windows, first := t.charset.sees(raw)
	if first {
		p := t.r.place(l, -1, finding{"windows_1252", "the file is not UTF-8 from here on and was read as Windows-1252", "save it as CSV UTF-8 if names look wrong"}, "")
		t.r.notice(p)
	}
	if windows {
		l.customer.text, l.subClient.text = fromWindows(l.customer.text), fromWindows(l.subClient.text)
		for i, s := range l.further {
			l.further[i] = fromWindows(s)
		}
	}
}

// ragged reads a row again that has not as many cells as the header.
func (t *sheetText) ragged(raw []byte) error {
	if t.empty(raw) {
		return nil
	}
	cells, err := t.again(raw)
	if err != nil {
		return err
	}
	t.r.ragged(&line{row: t.row, line: t.line, customer: cell{text: at(cells, t.r.cols.customer)}}, len(cells))
	return nil
}

// again reads a row's text once more, whatever its number of cells.
func (t *sheetText) again(raw []byte) ([]string, error) {
	c := csv.NewReader(bytes.NewReader(raw))
	c.Comma, c.FieldsPerRecord = t.csv.Comma, -1
	cells, err := c.Read()
	if err != nil {
		return nil, fmt.Errorf("read row %d again: %w", t.row, err)
	}
	return cells, nil
}

// nameless gives a row's cells in columns that the header does not name.
func (t *sheetText) nameless(raw []byte) []string {
	cells, _ := t.again(raw) // it was read without an error once
	var list []string
	for i, c := range cells {
		if strings.TrimSpace(t.r.cols.names[i]) == "" {
			list = append(list, c)
		}
	}
	return list
}

// broken says why the file can't be read on. Where a quote is the cause, nothing that stands after it can be trusted.
func (t *sheetText) broken(err error) error {
	place := Problem{Row: t.row, Code: "unreadable", What: "the file can't be read on from here: " + err.Error(), Advice: "get the file again"}
	var e *Error
	var parse *csv.ParseError
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, errLongRecord):
		place.Code, place.What, place.Advice = "too_long", "the row is longer than 1 MiB", "look for a quote that is not closed"
	case errors.As(err, &parse):
		place.Code = "quote"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, gzip.ErrChecksum):
		place.Code, place.What = "damaged", "the file is damaged or cut off: "+err.Error()
		return t.r.fatal(place)
	default:
		return t.r.fatal(place)
	}
	column, lines, what := quoteTrouble(t.tape.rest(), t.csv.Comma)
	if column < 0 {
		return t.r.fatal(place)
	}
	place.Column, place.Cell = column+1, cellName(column+1, place.Row)
	if column < len(t.r.cols.names) {
		place.ColumnName = clip(t.r.cols.names[column])
	}
	place.What = what
	place.Advice = "put a quote that belongs to the text twice, inside a cell that begins and ends with one"
	if what == guarded {
		place.Advice = guardedAdvice
	}
	if n := t.line + lines; n != int(place.Row) {
		place.Line = n
	}
	return t.r.fatal(place)
}
