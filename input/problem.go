package input

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"dakota-reconcile/reconcile"
)

// Problem is something wrong in a file (or, as a notice, worth knowing), with its place and what to do about it.
type Problem struct {
	File       string // the name as it was given to Read
	Sheet      string // of a workbook
	Cell       string // as spreadsheet programs name it, B5, in text files too; "" when it is not one cell
	Row        int32  // from 1; 0 for the file as a whole
	Line       int    // the line of a text file, from 1, where it differs from Row; else 0
	Column     int    // from 1; 0 for a whole row or file
	ColumnName string // as the header writes it
	Value      string // what stands there, cut to 80 characters
	Code       string // a short word for programs: bad_id, placeholder, conflicting_rows, …
	What       string // what is wrong, lower case, without a full stop
	Advice     string // what to do
	Fatal      bool   // the file as a whole can't be used; --skip-invalid does not help
}

// Error gives the problem in one line: file:sheet!cell: what: "value": advice.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if place := p.Place(); place != "" {
		b.WriteString(":" + place)
	}
	b.WriteString(": " + p.sentence())
	return b.String()
}

// Place says where the problem is inside its file: sheet!B5, B5 (line 9), row 5; "" for the file as a whole.
func (p Problem) Place() string {
	place := p.Cell
	if place == "" && p.Row > 0 {
		place = fmt.Sprintf("row %d", p.Row)
	}
	switch {
	case p.Sheet != "" && place != "":
		place = p.Sheet + "!" + place
	case p.Sheet != "":
		place = p.Sheet
	}
	if p.Line != 0 {
		place += fmt.Sprintf(" (line %d)", p.Line)
	}
	return place
}

func (p Problem) sentence() string {
	s := p.What
	if p.Value != "" {
		s += fmt.Sprintf(": %q", p.Value)
	}
	if p.Advice != "" {
		s += ": " + p.Advice
	}
	return s
}

// Error is the problem for which a file as a whole can't be used.
type Error struct{ Problem }

// of returns the problem as an assignment carries it. The cell is named, the file is not: a report is about one file.
func (p Problem) of() *reconcile.Problem {
	message := p.sentence()
	if place := p.Cell; place != "" {
		message = place + ": " + message
	}
	return &reconcile.Problem{Code: p.Code, Message: message}
}

// sortProblems orders by place, the file as a whole first, so that the order in which checks ran does not show.
func sortProblems(ps []Problem) {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Column, b.Column), strings.Compare(a.Code, b.Code))
	})
}

// columnLetters names a column, counted from 1, as spreadsheet programs do: A, Z, AA.
func columnLetters(column int) string {
	var b [8]byte
	i := len(b)
	for ; column > 0; column = (column - 1) / 26 {
		i--
		b[i] = byte('A' + (column-1)%26)
	}
	return string(b[i:])
}

func cellName(column int, row int32) string { return fmt.Sprintf("%s%d", columnLetters(column), row) }

// clip bounds a value for a message.
func clip(s string) string {
	const most = 80
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n++; n == most {
			return s[:i] + "…"
		}
	}
	return s
}
