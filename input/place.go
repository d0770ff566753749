package input

import "dakota-reconcile/reconcile"

// problem takes down what is wrong with a cell of the row at hand.
func (r *reading) problem(l *line, column int, f finding, value string) {
	r.found = append(r.found, r.place(l, column, f, value))
}

func (r *reading) place(l *line, column int, f finding, value string) Problem {
	p := Problem{File: r.file, Sheet: r.t.Source.Sheet, Row: l.row, Line: r.lineFor(l, column), Value: clip(value), Code: f.code, What: f.what, Advice: f.advice}
	if column >= 0 {
		p.Cell, p.Column, p.ColumnName = cellName(column+1, l.row), column+1, clip(r.cols.names[column])
	}
	return p
}

// lineFor is the physical line of a cell where it differs from its row, else 0.
func (r *reading) lineFor(l *line, column int) int {
	n := l.line
	if l.lineOf != nil && column > 0 {
		n = l.lineOf(column)
	}
	if n == int(l.row) {
		return 0
	}
	return n
}

// keepProblem adds a problem to the table, or counts it.
func (r *reading) keepProblem(p Problem) {
	if len(r.t.Problems) >= maxProblems {
		r.t.ProblemsMore++
		return
	}
	r.t.Problems = append(r.t.Problems, p)
}

func (r *reading) notice(p Problem) { r.t.Notices = append(r.t.Notices, p) }

// fatal makes the error for which the whole file is refused.
func (r *reading) fatal(p Problem) *Error {
	p.File, p.Fatal = r.file, true
	if p.Sheet == "" {
		p.Sheet = r.t.Source.Sheet
	}
	return &Error{p}
}

func joined(ps []Problem) *reconcile.Problem {
	p := ps[0].of()
	for _, more := range ps[1:] {
		p.Message += "; " + more.of().Message
	}
	return p
}
