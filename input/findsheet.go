package input

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

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
	return workSheet{}, cols, r.hint(w, table, r.noSheet(w, best))
}

// hint adds to what is said when no visible sheet has the columns that hidden ones have them.
func (r *reading) hint(w *workbook, table *sharedStrings, e *Error) *Error {
	if r.o.Sheet != "" {
		return e
	}
	var have []workSheet
	for _, s := range w.sheets {
		if !s.hidden {
			continue
		}
		if search, err := w.searchSheet(s, table, r.o); err == nil && search.ok {
			have = append(have, s)
		}
	}
	if len(have) > 0 {
		e.Advice += "; both columns are in " + sheetNames(have) + ": name that sheet with --sheet if it is meant"
	}
	return e
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
		if err == io.EOF {
			return search, nil
		}
		if err != nil {
			return nil, err
		}
		if walk.row > headerRows {
			if search.score == 0 && walk.blank() {
				continue
			}
			if search.score == 0 {
				search.late(walk.row)
			}
			return search, nil
		}
		if search.row(walk.row, walk.row, walk.texts()) && (search.ok || search.problem != nil || search.score > 0) {
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
