package input

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"
)

// readWorkbook reads the one sheet of a workbook that has the columns.
func (r *reading) readWorkbook(src *bufio.Reader) (err error) {
	defer func() {
		// excelize is a large library and files are hostile: what it can't take is a damaged file, not the end of the process.
		if v := recover(); v != nil {
			err = r.damaged(fmt.Sprintf("the workbook can't be read: %v", v))
		}
	}()
	w, err := r.openWorkbook(src)
	if err != nil {
		return err
	}
	r.t.Source.Format = "xlsx"
	if r.keep {
		r.t.Original = w.raw
	}
	table, err := w.sharedStrings()
	if err != nil {
		return r.damaged("the workbook is damaged: " + err.Error())
	}
	sheet, cols, err := r.findSheet(w, table)
	if err != nil {
		return err
	}
	r.t.Source.Sheet = sheet.name
	r.headed(cols)
	return r.readSheet(w, sheet, table)
}

func (w *workbook) sharedStrings() (*sharedStrings, error) {
	if w.strings == "" {
		return &sharedStrings{}, nil
	}
	src, err := w.open(w.strings)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	s, err := readSharedStrings(src, maxTexts)
	if err != nil {
		return nil, fmt.Errorf("read its part %s: %w", w.strings, err)
	}
	return s, nil
}

// sheetRows is a sheet read twice at once: by the walk, which knows what cells are, and by excelize, which knows how they show.
type sheetRows struct {
	r               *reading
	walk            *walk
	rows            *excelize.Rows
	area            int   // cells up to the last of each row
	shown           int32 // the row excelize stands at
	count           struct{ hidden, formulas int }
	hidden, formula int32 // the first such rows
}

func (r *reading) readSheet(w *workbook, s workSheet, table *sharedStrings) error {
	src, err := w.open(s.part)
	if err != nil {
		return r.brokenSheet(s.name, err)
	}
	defer src.Close()
	book, done, err := r.excelize(w, s)
	if err != nil {
		return r.brokenSheet(s.name, err)
	}
	defer done()
	rows, err := book.Rows(s.name)
	if err != nil {
		return r.brokenSheet(s.name, err)
	}
	defer rows.Close()
	t := &sheetRows{r: r, walk: &walk{x: newXMLReader(src), strings: table}, rows: rows}
	for err == nil {
		if err = t.walk.next(); err == nil && t.walk.row > r.cols.row {
			err = t.row()
		}
	}
	if err != io.EOF {
		return r.brokenSheet(s.name, err)
	}
	return t.end()
}

// excelize opens the workbook with excelize. Its temporary files hold customers' ids: they lie in a directory of ours, which done removes.
func (r *reading) excelize(w *workbook, s workSheet) (*excelize.File, func(), error) {
	b, err := w.excerpt(s.part, r.o.MaxBytes)
	if err != nil {
		return nil, nil, err
	}
	dir, err := os.MkdirTemp(r.o.TempDir, "dakota-reconcile-")
	if err != nil {
		return nil, nil, r.fatal(Problem{Code: "no_space", What: "make a directory for temporary files: " + err.Error(), Advice: "set TMPDIR to a directory that can be written"})
	}
	book, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{UnzipSizeLimit: r.o.MaxBytes + 8*maxSmallPart, UnzipXMLSizeLimit: r.o.inMemory, TmpDir: dir})
	if err != nil {
		os.RemoveAll(dir)
		return nil, nil, err
	}
	return book, func() { book.Close(); os.RemoveAll(dir) }, nil
}

// row makes an assignment of the row at hand.
func (t *sheetRows) row() error {
	w, cols := t.walk, t.r.cols
	if w.blank() {
		return nil
	}
	// A row is filled with blanks up to its last cell: a million rows with one cell each in column XFD would take minutes.
	if t.area += w.cells[len(w.cells)-1].column + 1; t.area > maxArea {
		return t.r.fatal(Problem{Row: w.row, Code: "too_wide", What: "the rows are too many and too wide", Advice: "remove the columns that are not needed"})
	}
	shown, err := t.show()
	if err != nil {
		return err
	}
	l := &line{row: w.row, nameless: w.nameless(cols.names)}
	if err := t.ids(l, shown); err != nil {
		return err
	}
	t.tally(&t.count.hidden, &t.hidden, w.hidden)
	if t.r.keep {
		l.further = make([]string, len(cols.further))
		for i, column := range cols.further {
			l.further[i] = at(shown, column)
		}
	}
	return t.r.add(l)
}

// ids takes the two cells that matter from the walk, and fails when excelize shows something else. A cell without text is named in
// messages by what it shows.
func (t *sheetRows) ids(l *line, shown []string) error {
	for _, c := range t.walk.cells {
		if c.column != t.r.cols.customer && c.column != t.r.cols.subClient {
			continue
		}
		if err := t.agree(c, shown); err != nil {
			return err
		}
		into := t.cellOf(l, c.column)
		if *into = (cell{c.text, c.kind}); c.kind != text {
			into.text = at(shown, c.column)
		}
		t.tally(&t.count.formulas, &t.formula, c.formula && c.kind == text)
	}
	for _, column := range []int{t.r.cols.customer, t.r.cols.subClient} {
		c := t.cellOf(l, column)
		switch {
		case c.kind != text || c.text != "":
		case at(shown, column) != "":
			return fmt.Errorf("%s reads as empty once and as %q once", cellName(column+1, l.row), clip(at(shown, column)))
		case t.walk.spilled(column): // the file leaves the cell out
			c.kind = emptyResult
		}
	}
	return nil
}

func (t *sheetRows) cellOf(l *line, column int) *cell {
	if column == t.r.cols.customer {
		return &l.customer
	}
	return &l.subClient
}

func (t *sheetRows) tally(count *int, first *int32, seen bool) {
	if !seen {
		return
	}
	if *count++; *count == 1 {
		*first = t.walk.row
	}
}

// show returns the row at hand as excelize reads it.
func (t *sheetRows) show() ([]string, error) {
	for t.shown < t.walk.row {
		if !t.rows.Next() {
			return nil, fmt.Errorf("row %d is there once and missing once", t.walk.row)
		}
		t.shown++
		if t.shown < t.walk.row {
			if cells, err := t.rows.Columns(); err != nil {
				return nil, err
			} else if t.shown > t.r.cols.row && strings.TrimSpace(strings.Join(cells, "")) != "" {
				return nil, fmt.Errorf("row %d is empty once and not empty once", t.shown)
			}
		}
	}
	return t.rows.Columns()
}

// agree fails when the two readings of a cell with an id differ. A style may show a cell otherwise than it is, but not as nothing: then
// people see an empty cell where an id is.
func (t *sheetRows) agree(c walkCell, shown []string) error {
	s := at(shown, c.column)
	switch {
	case c.kind != text || s == c.text || c.styled && s != "":
		return nil
	case c.styled:
		return t.r.fatal(t.r.place(&line{row: t.walk.row}, c.column, finding{
			"hidden_text", "the cell holds a text and shows none: its number format, ;;; perhaps, hides it",
			"format the column as text, see what is in it, and save the file again",
		}, c.text))
	}
	return fmt.Errorf("%s reads as %q once and as %q once", cellName(c.column+1, t.walk.row), clip(c.text), clip(s))
}

func at(cells []string, i int) string {
	if i < len(cells) {
		return cells[i]
	}
	return ""
}
