package input

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// walkCell is a cell that is not blank.
type walkCell struct {
	column  int // from 0
	kind    kind
	text    string
	formula bool
	styled  bool // its style may show it otherwise than it is
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
			if e.Name.Local == "f" {
				c.formula = true
				if err := w.spill(e); err != nil {
					return err
				}
			}
			c.hasValue = c.hasValue || e.Name.Local == "v"
		case xml.CharData:
			c.take(e, w.x.parent(0), w.x.parent(1))
		case xml.EndElement:
			if e.Name.Local == "c" {
				return w.keepCell(c, column)
			}
		}
	}
}

// take adds text that stands in an element and that one's parent.
func (c *rawCell) take(s []byte, element, parent string) {
	switch {
	case element == "v":
		c.value = append(c.value, s...)
	case element == "t" && parent != "rPh":
		c.inline = append(c.inline, s...)
	case element != "f" && parent != "rPh" && len(bytes.TrimSpace(s)) > 0:
		c.loose = true
	}
}

// spill takes down which cells an array formula fills below and beside its own: they hold its results and no formula themselves.
func (w *walk) spill(f xml.StartElement) error {
	ref := attr(f, "ref")
	if attr(f, "t") != "array" || ref == "" {
		return nil
	}
	a, err := parseArea(ref)
	if err != nil {
		return fmt.Errorf("an array formula: %w", err)
	}
	if w.spills += max(0, a.lastCol-a.firstCol) + 1; w.spills > maxArea {
		return errors.New("its array formulas are too wide")
	}
	for column := a.firstCol; column <= a.lastCol; column++ {
		if w.spillEnd == nil {
			w.spillEnd = map[int]int32{}
		}
		w.spillEnd[column] = max(w.spillEnd[column], a.lastRow)
	}
	return nil
}

// spilled reports whether a cell of the row at hand is in the area that an array formula fills.
func (w *walk) spilled(column int) bool { return w.row <= w.spillEnd[column] }

// keepCell adds a cell to the row unless it is blank.
func (w *walk) keepCell(c rawCell, column int) error {
	cell, err := w.meaning(c)
	cell.formula = cell.formula || w.spilled(column)
	if err != nil {
		return fmt.Errorf("%s: %w", cellName(column+1, w.row), err)
	}
	if cell.kind == text && cell.formula && unseen(cell.text) {
		cell.kind = emptyResult
	}
	if cell.kind != text || cell.text != "" {
		cell.column = column
		w.cells = append(w.cells, cell)
	}
	return nil
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
	case c.kind == "str" && out.text == "": // only what a formula gave is of this kind, though the formula may stand in another cell
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

// area is a rectangle of cells, columns from 0, rows from 1, both ends included.
type area struct {
	name              string
	firstCol, lastCol int
	firstRow, lastRow int32
}
