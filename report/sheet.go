package report

import (
	"fmt"

	"github.com/xuri/excelize/v2"
)

// column is one of a sheet that we write: its name, and its width in characters.
type column struct {
	name  string
	width float64
}

// stream is a sheet written row by row, whatever its length: text under a frozen header with filters.
type stream struct {
	*excelize.StreamWriter
	book *book
	row  int // the last one written
	text int // style
}

// stream begins the sheet with its notes, each in the first cell of a row above the header, and the header. rows is the number of rows
// to come.
func (b *book) stream(sheet string, columns []column, rows int, notes ...string) (*stream, error) {
	if need := rows + len(notes) + 1; need > excelize.TotalRows || len(columns) > excelize.MaxColumns {
		return nil, fmt.Errorf("a sheet holds %s rows and %s columns, this needs %s and %s: write the report as .csv, .jsonl or .html",
			thousands(excelize.TotalRows), thousands(excelize.MaxColumns), thousands(need), thousands(len(columns)))
	}
	if err := b.printable(sheet); err != nil {
		return nil, err
	}
	sw, err := b.NewStreamWriter(sheet)
	if err != nil {
		return nil, err
	}
	s := &stream{StreamWriter: sw, book: b}
	if s.text, err = b.textStyle(); err != nil {
		return nil, err
	}
	head := len(notes) + 1
	err = sw.SetPanes(&excelize.Panes{
		Freeze: true, YSplit: head, TopLeftCell: axis(1, head+1), ActivePane: "bottomLeft",
		Selection: []excelize.Selection{{SQRef: axis(1, head+1), ActiveCell: axis(1, head+1), Pane: "bottomLeft"}},
	})
	if err != nil {
		return nil, err
	}
	for i, c := range columns {
		if err := sw.SetColWidth(i+1, i+1, c.width); err != nil {
			return nil, err
		}
		if err := sw.SetColStyle(i+1, i+1, s.text); err != nil {
			return nil, err
		}
	}
	if err := b.AutoFilter(sheet, axis(1, head)+":"+axis(len(columns), head+max(rows, 1)), nil); err != nil {
		return nil, err
	}
	return s, s.begin(columns, notes)
}

// begin writes the notes and the header.
func (s *stream) begin(columns []column, notes []string) error {
	for _, n := range notes {
		if err := s.add([]any{n}); err != nil {
			return err
		}
	}
	header, err := s.book.headerStyle()
	if err != nil {
		return err
	}
	cells := make([]any, len(columns))
	for i, c := range columns {
		cells[i] = excelize.Cell{StyleID: header, Value: neutral(c.name)}
	}
	return s.add(cells)
}

// add writes the next row. A nil is an empty cell.
func (s *stream) add(cells []any) error {
	s.row++
	for i, c := range cells {
		if text, ok := c.(string); ok {
			cells[i] = excelize.Cell{StyleID: s.text, Value: text}
		}
	}
	return s.SetRow(axis(1, s.row), cells)
}

// addText writes the next row from texts, neutralised.
func (s *stream) addText(texts []string) error {
	cells := make([]any, len(texts))
	for i, t := range texts {
		cells[i] = sheetText(t)
	}
	return s.add(cells)
}
