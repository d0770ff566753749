package input

import (
	"bytes"
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
	data    bool // the rows have begun
	ended   bool // the rows have ended
	// What stands around the rows.
	merges      []area
	hiddenParts []area // columns
	filtered    bool
}

// walkCell is a cell that is not blank.
type walkCell struct {
	column  int // from 0
	kind    kind
	text    string
	formula bool
	styled  bool // its style may show it otherwise than it is
}

// area is a rectangle of cells, columns from 0, rows from 1, both ends included.
type area struct {
	name              string
	firstCol, lastCol int
	firstRow, lastRow int32
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

// column reads a cell's place, which must be in its row and right of the cell before.
func (w *walk) column(e xml.StartElement, last int) (int, error) {
	ref := attr(e, "r")
	if ref == "" {
		return last + 1, nil
	}
	column, row, err := parseCell(ref)
	switch {
	case err != nil:
		return 0, err
	case row != w.row:
		return 0, fmt.Errorf("cell %s stands in row %d", ref, w.row)
	case column <= last:
		return 0, fmt.Errorf("cell %s stands after %s", ref, cellName(last+1, w.row))
	}
	return column, nil
}

// rawCell is a cell as the XML has it.
type rawCell struct {
	kind             string
	value, inline    []byte
	hasValue, styled bool
	formula          bool
	loose            bool // text where none belongs
}

func (w *walk) readCell(e xml.StartElement, column int) error {
	c := rawCell{kind: attr(e, "t")}
	style := attr(e, "s")
	c.styled = style != "" && style != "0"
	for {
		t, err := w.x.next()
		if err != nil {
			return noEOF(err)
		}
		switch e := t.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "f":
				c.formula = true
			case "v":
				c.hasValue = true
			}
		case xml.CharData:
			switch {
			case w.x.parent(0) == "v":
				c.value = append(c.value, e...)
			case w.x.parent(0) == "t" && w.x.parent(1) != "rPh":
				c.inline = append(c.inline, e...)
			case w.x.parent(0) != "f" && w.x.parent(1) != "rPh" && len(bytes.TrimSpace(e)) > 0:
				c.loose = true
			}
		case xml.EndElement:
			if e.Name.Local != "c" {
				continue
			}
			cell, err := w.meaning(c)
			if err != nil {
				return fmt.Errorf("%s: %w", cellName(column+1, w.row), err)
			}
			if cell.kind != text || cell.text != "" {
				cell.column = column
				w.cells = append(w.cells, cell)
			}
			return nil
		}
	}
}

// meaning says what a cell holds. A blank one is a text without characters.
func (w *walk) meaning(c rawCell) (walkCell, error) {
	out := walkCell{text: string(c.value), formula: c.formula, styled: c.styled}
	switch {
	case c.loose, len(c.inline) > 0 && c.kind != "inlineStr", len(c.value) > 0 && c.kind == "inlineStr":
		return out, errors.New("a cell's text is not where it belongs")
	case c.kind == "s" && c.hasValue:
		s, err := w.strings.at(out.text)
		out.text = s
		return out, err
	case c.kind == "s":
		return out, nil
	case c.kind == "inlineStr":
		out.text = unescaped(string(c.inline))
		return out, nil
	case c.kind == "str" && c.formula && out.text == "":
		out.kind = emptyResult
	case c.kind == "str":
		out.text = unescaped(out.text)
	case out.text == "" && c.formula:
		out.kind = uncalculated
	case c.kind == "b":
		out.kind = boolean
	case c.kind == "e":
		out.kind = errorValue
	case c.kind == "" || c.kind == "n" || c.kind == "d":
		if out.text != "" {
			out.kind = number
		}
	default:
		return out, fmt.Errorf("a cell of the unknown kind %q", clip(c.kind))
	}
	return out, nil
}

// parseCell reads a reference like B5 (or $B$5).
func parseCell(ref string) (column int, row int32, err error) {
	s := strings.ReplaceAll(ref, "$", "")
	i := 0
	for i < len(s) && (s[i] >= 'A' && s[i] <= 'Z' || s[i] >= 'a' && s[i] <= 'z') {
		i++
	}
	n, err := strconv.Atoi(s[i:])
	column = lettersColumn(s[:i])
	if err != nil || column < 1 || column > maxColumns || n < 1 || n > 1<<20 {
		return 0, 0, fmt.Errorf("%q is no cell", clip(ref))
	}
	return column - 1, int32(n), nil
}

func parseArea(ref string) (area, error) {
	from, to, ok := strings.Cut(ref, ":")
	if !ok {
		to = from
	}
	a := area{name: ref}
	var err1, err2 error
	a.firstCol, a.firstRow, err1 = parseCell(from)
	a.lastCol, a.lastRow, err2 = parseCell(to)
	return a, errors.Join(err1, err2)
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
