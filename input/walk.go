package input

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// walk reads a sheet's XML once, strictly: well-formed to its end, rows and cells in ascending order, every reference to a text in range.
// A streaming reader passes over all of that in silence, and what it lost reads as an empty cell.
type walk struct {
	x       *xmlReader
	strings *sharedStrings
	row     int32
	hidden  bool // the row at hand
	cells   []walkCell
	// Array formulas: the last row that one of them fills in a column, and the width of all of them, which is limited.
	spillEnd map[int]int32
	spills   int
	data     bool // the rows have begun
	ended    bool // the rows have ended
	// What stands around the rows.
	merges      []area
	hiddenParts []area // columns
	filtered    bool
}

// next reads the next row that has cells; io.EOF after the last row when the sheet ended as it should.
func (w *walk) next() error {
	for {
		t, err := w.x.next()
		if err != nil {
			if err == io.EOF && !w.ended {
				return errors.New("it has no rows part")
			}
			return err
		}
		e, start := t.(xml.StartElement)
		switch {
		case !start:
			if end, ok := t.(xml.EndElement); ok && end.Name.Local == "sheetData" {
				w.ended = true
			}
		case len(w.x.stack) == 1 && e.Name.Local != "worksheet":
			return fmt.Errorf("it is a %s, not a worksheet", clip(e.Name.Local))
		case e.Name.Local == "sheetData" && len(w.x.stack) == 2:
			if w.data {
				return errors.New("it has two rows parts")
			}
			w.data = true
		case e.Name.Local == "row" && w.x.parent(1) == "sheetData":
			if err := w.readRow(e); err != nil {
				return err
			}
			if len(w.cells) > 0 {
				return nil
			}
		default:
			if err := w.around(e); err != nil {
				return err
			}
		}
	}
}

// around reads what matters of the elements before and after the rows.
func (w *walk) around(e xml.StartElement) error {
	switch e.Name.Local {
	case "mergeCell":
		a, err := parseArea(attr(e, "ref"))
		if err != nil {
			return err
		}
		w.merges = append(w.merges, a)
	case "col":
		first, err1 := strconv.Atoi(attr(e, "min"))
		last, err2 := strconv.Atoi(attr(e, "max"))
		if on(attr(e, "hidden")) && err1 == nil && err2 == nil {
			w.hiddenParts = append(w.hiddenParts, area{firstCol: first - 1, lastCol: last - 1})
		}
	case "autoFilter":
		w.filtered = true
	}
	return nil
}

func on(s string) bool { return s == "1" || s == "true" }

func (w *walk) readRow(e xml.StartElement) error {
	number := w.row + 1
	if r := attr(e, "r"); r != "" {
		n, err := strconv.Atoi(r)
		if err != nil || n < 1 || n > 1<<20 {
			return fmt.Errorf("it has a row with the number %q", clip(r))
		}
		number = int32(n)
	}
	if number <= w.row {
		return fmt.Errorf("row %d stands after row %d", number, w.row)
	}
	w.row, w.hidden, w.cells = number, on(attr(e, "hidden")), w.cells[:0]
	last := -1
	for {
		t, err := w.x.next()
		if err != nil {
			return noEOF(err)
		}
		switch e := t.(type) {
		case xml.EndElement:
			if e.Name.Local == "row" {
				return nil
			}
		case xml.StartElement:
			if e.Name.Local != "c" || w.x.parent(1) != "row" {
				continue
			}
			column, err := w.column(e, last)
			if err != nil {
				return err
			}
			last = column
			if err := w.readCell(e, column); err != nil {
				return err
			}
		}
	}
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// nameless gives the row's texts in columns that the header does not name.
func (w *walk) nameless(header []string) func() []string {
	return func() []string {
		var list []string
		for _, c := range w.cells {
			if strings.TrimSpace(at(header, c.column)) == "" {
				list = append(list, c.text)
			}
		}
		return list
	}
}

// blank says whether the row at hand shows nothing: its cells are space, or formulas whose result is empty.
func (w *walk) blank() bool {
	for _, c := range w.cells {
		if c.kind != emptyResult && (c.kind != text || strings.TrimSpace(c.text) != "") {
			return false
		}
	}
	return true
}
