package input

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
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

// findSheet returns the sheet that was asked for, or the one visible sheet that has both columns.
func (r *reading) findSheet(w *workbook, table *sharedStrings) (workSheet, columns, error) {
	var found []workSheet
	var cols columns
	var problem, best *Problem
	score := 0
	for _, s := range w.sheets {
		if r.o.Sheet != "" && !strings.EqualFold(s.name, r.o.Sheet) || r.o.Sheet == "" && s.hidden {
			continue
		}
		search, err := w.searchSheet(s, table, r.o)
		if err != nil {
			return s, cols, r.brokenSheet(s.name, err)
		}
		switch {
		case search.ok:
			found, cols = append(found, s), search.found
		case search.problem != nil:
			found, problem = append(found, s), search.problem
			problem.Sheet = s.name
		case search.score > score || best == nil && r.o.Sheet != "":
			score, best = search.score, &search.best
			best.Sheet = s.name
		}
	}
	switch {
	case len(found) > 1:
		return workSheet{}, cols, r.fatal(Problem{Code: "ambiguous_sheet", What: "several sheets have the columns: " + sheetNames(found), Advice: "say which with --sheet"})
	case problem != nil:
		return workSheet{}, cols, r.fatal(*problem)
	case len(found) == 1:
		return found[0], cols, nil
	}
	return workSheet{}, cols, r.noSheet(w, best)
}

// noSheet says why no sheet can be used.
func (r *reading) noSheet(w *workbook, best *Problem) *Error {
	switch {
	case r.o.Sheet != "" && !slices.ContainsFunc(w.sheets, func(s workSheet) bool { return strings.EqualFold(s.name, r.o.Sheet) }):
		return r.fatal(Problem{Code: "no_sheet", Value: clip(r.o.Sheet), What: "the workbook has no such sheet", Advice: "it has " + sheetNames(w.sheets)})
	case best != nil && best.What != "":
		return r.fatal(*best)
	case best != nil:
		return r.fatal(Problem{Sheet: best.Sheet, Code: "empty", What: "the sheet is empty", Advice: "it needs the columns customer_id and sub_client_id"})
	case len(w.sheets) == 0:
		return r.damaged("the workbook has no sheet of cells")
	}
	return r.fatal(Problem{Code: "empty", What: "no visible sheet has any cells", Advice: "the workbook has " + sheetNames(w.sheets) + "; say with --sheet to read a hidden one"})
}

func sheetNames(sheets []workSheet) string {
	var names []string
	for _, s := range sheets {
		name := fmt.Sprintf("%q", clip(s.name))
		if s.hidden {
			name += " (hidden)"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

func (r *reading) brokenSheet(sheet string, err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	p := r.damaged("the sheet is damaged: " + err.Error())
	p.Sheet = sheet
	return p
}

// searchSheet looks for the header among a sheet's first rows.
func (w *workbook) searchSheet(s workSheet, table *sharedStrings, o Options) (*headerSearch, error) {
	src, err := w.open(s.part)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	search := &headerSearch{o: o}
	walk := &walk{x: newXMLReader(src), strings: table}
	for {
		err := walk.next()
		if err == io.EOF || walk.row > headerRows {
			return search, nil
		}
		if err != nil {
			return nil, err
		}
		if search.row(walk.row, walk.row, walk.texts()) {
			return search, nil
		}
	}
}

// texts gives the row's cells as a text file would have them.
func (w *walk) texts() []string {
	cells := make([]string, w.cells[len(w.cells)-1].column+1)
	for _, c := range w.cells {
		cells[c.column] = c.text
	}
	return cells
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
	book, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{UnzipSizeLimit: r.o.MaxBytes + 8*maxSmallPart, TmpDir: dir})
	if err != nil {
		os.RemoveAll(dir)
		return nil, nil, err
	}
	return book, func() { book.Close(); os.RemoveAll(dir) }, nil
}

// row makes an assignment of the row at hand.
func (t *sheetRows) row() error {
	if t.walk.blank() {
		return nil
	}
	// A row is filled with blanks up to its last cell: a million rows with one cell each in column XFD would take minutes.
	if t.area += t.walk.cells[len(t.walk.cells)-1].column + 1; t.area > maxArea {
		return t.r.fatal(Problem{Row: t.walk.row, Code: "too_wide", What: "the rows are too many and too wide", Advice: "remove the columns that are not needed"})
	}
	shown, err := t.show()
	if err != nil {
		return err
	}
	w, cols := t.walk, t.r.cols
	l := &line{row: w.row, nameless: w.nameless(cols.names)}
	for _, c := range w.cells {
		switch c.column {
		case cols.customer:
			l.customer = cell{c.text, c.kind}
		case cols.subClient:
			l.subClient = cell{c.text, c.kind}
		default:
			continue
		}
		if err := agree(c, shown, w.row); err != nil {
			return err
		}
		if c.kind != text {
			*t.cellOf(l, c.column) = cell{at(shown, c.column), c.kind}
		}
		t.tally(&t.count.formulas, &t.formula, c.formula && c.kind == text)
	}
	for _, column := range []int{cols.customer, cols.subClient} {
		if c := t.cellOf(l, column); c.kind == text && c.text == "" && at(shown, column) != "" {
			return fmt.Errorf("%s reads as empty once and as %q once", cellName(column+1, w.row), clip(at(shown, column)))
		}
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

// agree says whether both readings of a cell with an id give the same. A style may show a cell otherwise than it is.
func agree(c walkCell, shown []string, row int32) error {
	if s := at(shown, c.column); c.kind == text && s != c.text && (!c.styled || s == "") {
		return fmt.Errorf("%s reads as %q once and as %q once", cellName(c.column+1, row), clip(c.text), clip(s))
	}
	return nil
}

func at(cells []string, i int) string {
	if i < len(cells) {
		return cells[i]
	}
	return ""
}

// end makes the checks for which the whole sheet must have been read.
func (t *sheetRows) end() error {
	r, w := t.r, t.walk
	var first *Error
	for _, m := range w.merges {
		for _, column := range []int{r.cols.customer, r.cols.subClient} {
			if column < m.firstCol || column > m.lastCol || m.lastRow <= r.cols.row || m.firstRow == m.lastRow && m.firstCol == m.lastCol {
				continue
			}
			p := r.place(&line{row: max(m.firstRow, r.cols.row)}, column, finding{"merged_cells", "the cells " + m.name + " are merged: only the first of them holds the value",
				"unmerge them and write the id into each row"}, "")
			e := r.fatal(p)
			if first != nil {
				r.keepProblem(e.Problem)
				continue
			}
			first = e
		}
	}
	t.notices()
	if first != nil {
		return first
	}
	return nil
}

func (t *sheetRows) notices() {
	r, w := t.r, t.walk
	if t.count.hidden > 0 {
		what := "hidden rows count like all others: " + plural(t.count.hidden, "row")
		if w.filtered {
			what = "rows that a filter hides count like all others: " + plural(t.count.hidden, "row")
		}
		r.t.Notices = append(r.t.Notices, r.place(&line{row: t.hidden}, -1, finding{code: "hidden_rows", what: what}, ""))
	}
	if t.count.formulas > 0 {
		r.t.Notices = append(r.t.Notices, r.place(&line{row: t.formula}, -1, finding{code: "formulas",
			what: "results of formulas are taken as they were when the file was saved: " + plural(t.count.formulas, "id")}, ""))
	}
	for _, a := range w.hiddenParts {
		for _, column := range []int{r.cols.customer, r.cols.subClient} {
			if column >= a.firstCol && column <= a.lastCol {
				r.t.Notices = append(r.t.Notices, r.place(&line{row: r.cols.row}, column, finding{code: "hidden_column", what: "the column is hidden: it counts all the same"}, ""))
			}
		}
	}
}
