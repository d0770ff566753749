package input

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"dakota-reconcile/reconcile"
)

// reading is one Read or Check on its way: rows go in, problems, notices and (for Read) assignments come out.
type reading struct {
	o       Options
	now     time.Time
	latest  string // the greatest id that is not of the future
	keep    bool   // the rows, in the table
	t       *Table
	file    string
	cols    columns
	repeats *repeats
	targets *targets
	cleaned map[string]*Problem // notices about cleaned cells: one for each column and kind of dirt
	counts  map[*Problem]int

	found  []Problem // of the row at hand
	before blankRow  // the row before, when its sub_client_id is empty
	filled bool      // some sub_client_id is not empty
	bad    bits      // rows that are invalid
}

// line is a row of a sheet on its way into an assignment.
type line struct {
	row       int32
	customer  cell
	subClient cell
	further   []string
	line      int                  // of a text file: the physical line of its first cell
	lineOf    func(column int) int // likewise: of any of its cells, counted from 0; nil when they are gone
	torn      bool                 // the file ends in the row, without a line end
	damage    *finding             // what is wrong with the row as a whole; nil for nothing
	nameless  func() []string      // the cells of columns without a name; nil when there are none
}

// blankRow remembers a row with an empty sub_client_id until the next row proves that the file goes on as it should.
type blankRow struct {
	row        int32
	line       int
	assignment int // index in the table
}

func newReading(name string, o Options, keep bool) *reading {
	o = o.withDefaults()
	now := o.Now()
	return &reading{o: o, now: now, latest: latest(now), keep: keep, t: &Table{}, file: name, repeats: newRepeats(), targets: newTargets(),
		cleaned: map[string]*Problem{}, counts: map[*Problem]int{}}
}

// headed takes down the header.
func (r *reading) headed(c columns) {
	r.cols = c
	s := &r.t.Source
	s.Header = c.row
	s.Customer, s.CustomerName = c.customer+1, strings.TrimSpace(c.names[c.customer])
	s.SubClient, s.SubClientName = c.subClient+1, strings.TrimSpace(c.names[c.subClient])
	for _, i := range c.further {
		s.Columns = append(s.Columns, c.names[i])
		s.Places = append(s.Places, i+1)
	}
}

// add takes a row that is not blank. It fails when there are too many.
func (r *reading) add(l *line) error {
	if r.t.Rows++; r.t.Rows > r.o.MaxRows {
		return r.fatal(Problem{Row: l.row, Code: "too_long", What: fmt.Sprintf("the file has more than %d rows", r.o.MaxRows),
			Advice: "split it"})
	}
	r.found, r.before = r.found[:0], blankRow{}
	if l.damage != nil {
		r.problem(l, -1, *l.damage, "")
	}
	a := reconcile.Assignment{Row: l.row, Further: l.further}
	id, ok := r.customer(l)
	target := r.subClient(l)
	a.CustomerID = id
	switch {
	case target >= 0:
		a.SubClientID = r.targets.list[target].id
		if a.SubClientID == id {
			r.problem(l, r.cols.subClient, finding{"same_as_customer", "customer_id and sub_client_id are the same", "a customer can't be its own sub-client: correct one of the two"}, id)
		}
	case target == noTarget:
		a.Keep = r.o.Blank == BlankKeep
	}
	if ok {
		a.Same = r.repeats.add(id, target, l.row)
	}
	if len(r.found) > 0 {
		r.asWritten(l, &a, target)
	}
	r.put(l, a, target)
	return nil
}

// Unclear stands in Assignment.SubClientID of a row with a problem whose sub_client_id reads as empty and is not to be believed. A file of
// such rows, fed in again, must not disassociate anybody.
const Unclear = "(unclear)"

// asWritten gives a row with a problem the texts of its cells where they are no ids, so that it can be shown, and written to a file of
// rejected rows, as it is.
func (r *reading) asWritten(l *line, a *reconcile.Assignment, target int32) {
	if a.CustomerID == "" {
		a.CustomerID = l.customer.text
	}
	switch {
	case target >= 0, target == noTarget && l.damage == nil:
	case strings.TrimSpace(l.subClient.text) != "":
		a.SubClientID = l.subClient.text
	case r.o.Blank == BlankError && r.found[len(r.found)-1].Code == "blank":
	default:
		a.SubClientID = Unclear
	}
}

// put adds the assignment and the problems found in its row to the table.
func (r *reading) put(l *line, a reconcile.Assignment, target int32) {
	if len(r.found) > 0 {
		r.invalid(l.row)
		a.Problem = joined(r.found)
		a.Same = 0
		for _, p := range r.found {
			r.keepProblem(p)
		}
	}
	if r.keep {
		r.t.Assignments = append(r.t.Assignments, a)
	}
	if target == noTarget {
		r.before = blankRow{row: l.row, line: r.lineFor(l, r.cols.subClient), assignment: len(r.t.Assignments) - 1}
	}
}

// invalid counts a row among the invalid ones, once.
func (r *reading) invalid(row int32) {
	if r.bad.set(int(row)) {
		r.t.Invalid++
	}
}

func joined(ps []Problem) *reconcile.Problem {
	p := ps[0].of()
	for _, more := range ps[1:] {
		p.Message += "; " + more.of().Message
	}
	return p
}

// customer returns the row's customer id, and whether it is one.
func (r *reading) customer(l *line) (string, bool) {
	c := l.customer
	if c.kind == text && wellFormed(c.text, r.latest) {
		return c.text, true
	}
	s, ok := r.id(l, r.cols.customer, customerRole, c)
	if ok && s == "" {
		r.problem(l, r.cols.customer, finding{"no_customer", "the row has no customer_id", "write the customer's id, or remove the row"}, "")
		return "", false
	}
	return s, ok
}

// subClient returns the number of the row's wished sub-client, noTarget or badTarget.
func (r *reading) subClient(l *line) int32 {
	c := l.subClient
	if c.kind == text && c.text == "" {
		return r.blank(l)
	}
	if n, known := r.targets.numbers[c.text]; known && c.kind == text {
		r.filled = true
		return r.spelling(l, n)
	}
	s, ok := r.id(l, r.cols.subClient, subClientRole, c)
	switch {
	case !ok:
		r.filled = true
		return badTarget
	case s == "":
		return r.blank(l)
	}
	r.filled = true
	n, known := r.targets.numbers[s]
	if !known {
		n = r.targets.add(s, l.row)
	}
	return r.spelling(l, n)
}

// spelling finds a sub-client's id that another row writes in another case: one of the two is wrong.
func (r *reading) spelling(l *line, n int32) int32 {
	t := &r.targets.list[n]
	if t.other == 0 {
		return n
	}
	first := r.targets.list[t.other-1]
	r.problem(l, r.cols.subClient, finding{"case_differs", fmt.Sprintf("this sub_client_id and that of row %d (%s) differ only in case", first.row, first.id),
		"case matters in ids: copy the right one into both"}, t.id)
	return n
}

// blank takes down an empty sub_client_id.
func (r *reading) blank(l *line) int32 {
	r.t.Blanks++
	switch {
	case l.torn && r.cols.subClient == r.lastColumn():
		r.problem(l, r.cols.subClient, finding{"cut_off", "the file ends within this row, where its sub_client_id would stand",
			"the file seems cut off: get it again; if it is whole, end its last row with a line end"}, "")
		return badTarget
	case r.o.Blank == BlankError:
		r.problem(l, r.cols.subClient, finding{"blank", "the row has no sub_client_id", "write the sub-client's id, or say with --blank what an empty cell means"}, "")
		return badTarget
	}
	return r.stray(l)
}

// stray finds an id beside an empty sub_client_id, in a column that has no name: it has slipped, or its column's header has.
func (r *reading) stray(l *line) int32 {
	if l.nameless == nil {
		return noTarget
	}
	for _, s := range l.nameless() {
		if s, _ := cleaned(s); wellFormed(s, r.latest) {
			r.problem(l, r.cols.subClient, finding{"stray_id", "the sub_client_id is empty, and an id stands in a column without a header", "move the id, or the header, to where it belongs"}, s)
			return badTarget
		}
	}
	return noTarget
}

func (r *reading) lastColumn() int { return len(r.cols.names) - 1 }

// id returns what a cell holds when it is cleaned: an id, or nothing ("" and true). Otherwise it takes down the problem.
func (r *reading) id(l *line, column int, ro role, c cell) (string, bool) {
	if f, bad := c.byKind(); bad {
		r.problem(l, column, f, c.text)
		return "", false
	}
	s, did := cleaned(c.text)
	if s == "" {
		if strings.Contains(did, "quotes") {
			r.problem(l, column, finding{"placeholder", "the cell holds nothing but quotes", "empty the cell if nothing is meant"}, c.text)
			return "", false
		}
		if did != "" {
			r.cleanedCell(l, column, did, c.text)
		}
		return "", true
	}
	if bad := reconcile.CheckID(s, r.now); bad != nil {
		r.problem(l, column, judge(ro, s, r.o.Blank, bad), c.text)
		return "", false
	}
	if did != "" {
		r.cleanedCell(l, column, did, c.text)
	}
	return s, true
}

// cleanedCell counts a cell that was cleaned; the notice is about all of them.
func (r *reading) cleanedCell(l *line, column int, did, value string) {
	key := fmt.Sprint(column, did)
	if p := r.cleaned[key]; p != nil {
		r.counts[p]++
		return
	}
	p := r.place(l, column, finding{code: "cleaned", what: did + " removed"}, value)
	r.cleaned[key] = &p
}

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

func (r *reading) notice(p Problem) {
	p.File, p.Sheet = r.file, r.t.Source.Sheet
	r.t.Notices = append(r.t.Notices, p)
}

// fatal makes the error for which the whole file is refused.
func (r *reading) fatal(p Problem) *Error {
	p.File, p.Fatal = r.file, true
	if p.Sheet == "" {
		p.Sheet = r.t.Source.Sheet
	}
	return &Error{p}
}

// ragged takes a row that has not as many cells as the header. It becomes an invalid row: its cells can't be told apart. When the row
// before it is empty where the ragged one may have been torn off, that emptiness is not to be believed.
func (r *reading) ragged(l *line, cells int) {
	r.t.Rows++
	before := r.before
	r.found, r.before = r.found[:0], blankRow{}
	what, advice := "fewer", "the row is cut in two, or a delimiter is missing"
	if cells > len(r.cols.names) {
		what, advice = "more", "put a cell that holds the delimiter in quotes"
	}
	p := r.place(l, -1, finding{"ragged_row", fmt.Sprintf("the row has %d cells, %s than the header's %d", cells, what, len(r.cols.names)), advice}, "")
	r.found = append(r.found, p)
	r.put(l, reconcile.Assignment{Row: l.row, CustomerID: l.customer.text, SubClientID: Unclear}, badTarget)
	if before.row != 0 && r.cols.subClient == r.lastColumn() {
		r.doubt(before, l.row)
	}
}

func (r *reading) doubt(b blankRow, next int32) {
	p := r.place(&line{row: b.row}, r.cols.subClient, finding{"cut_off", fmt.Sprintf("the sub_client_id is empty and row %d has the wrong number of cells", next),
		"the row seems to be broken in two"}, "")
	p.Line = b.line
	r.invalid(b.row)
	r.keepProblem(p)
	if r.keep {
		a := &r.t.Assignments[b.assignment]
		a.Problem, a.Same, a.SubClientID = p.of(), 0, Unclear
	}
}

// finish makes the checks that need all rows.
func (r *reading) finish() *Error {
	r.finishNotices()
	r.bothColumns()
	r.clashes()
	sortProblems(r.t.Problems)
	sortProblems(r.t.Notices)
	switch {
	case r.t.Rows == 0:
		return r.fatal(Problem{Code: "no_rows", What: "the file has a header and no rows", Advice: "add rows, or check that it is the right file"})
	case r.swapped():
		p := r.place(&line{row: r.cols.row}, r.cols.customer, finding{"swapped_columns", "customers stand here again and again while no sub-client stands twice",
			"the two columns seem to be swapped: exchange their headers, or name them with --customer-column and --sub-client-column"}, "")
		return r.fatal(p)
	case !r.filled && r.t.Blanks > 0 && !r.o.BlankSaid:
		p := r.place(&line{row: r.cols.row}, r.cols.subClient, finding{"empty_column", "the column is empty from top to bottom",
			"if every customer shall be disassociated, say --blank disassociate; else fill the column or name the right one with --sub-client-column"}, "")
		return r.fatal(p)
	}
	return nil
}

func (r *reading) finishNotices() {
	for _, p := range r.cleaned {
		if n := r.counts[p]; n > 0 {
			p.What += fmt.Sprintf(" here and in %s of the column", plural(n, "more cell"))
		}
		r.t.Notices = append(r.t.Notices, *p)
	}
	slices.SortFunc(r.t.Notices, func(a, b Problem) int { return strings.Compare(a.What, b.What) }) // the map's order must not show
}
