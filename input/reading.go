package input

import (
	"fmt"
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

func newReading(name string, o Options, keep bool) *reading {
	o = o.withDefaults()
	now := o.Now()
	return &reading{
		o: o, now: now, latest: latest(now), keep: keep, t: &Table{}, file: name, repeats: newRepeats(), targets: newTargets(),
		cleaned: map[string]*Problem{}, counts: map[*Problem]int{},
	}
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
		return r.fatal(Problem{
			Row: l.row, Code: "too_long", What: fmt.Sprintf("the file has more than %d rows", r.o.MaxRows),
			Advice: "split it",
		})
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

// unclear stands in Assignment.SubClientID of a row with a problem whose sub_client_id reads as empty and is not to be believed. A file of
// such rows, fed in again, must not disassociate anybody.
const unclear = "(unclear)"

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
		a.SubClientID = unclear
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
