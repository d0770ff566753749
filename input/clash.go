package input

import (
	"fmt"
	"sort"

	"dakota-reconcile/reconcile"
)

// clashes tells what rows about the same customer have to do with one another, when all rows are known. Rows that contradict each other
// are all invalid, the first of them included: nobody knows which one is meant.
func (r *reading) clashes() {
	told := map[int32]bool{} // first rows, by index in seen, that have their problem
	for _, c := range r.repeats.clashes {
		s := r.repeats.at(c.first)
		switch {
		case c.kind == otherCase:
			r.clash(s.row, c.row, caseDiffers)
			r.clash(c.row, s.row, caseDiffers)
			continue
		case s.conflict == 0:
			r.repeated(s.row, c.row)
			continue
		}
		if !told[c.first] {
			told[c.first] = true
			r.clash(s.row, s.conflict, conflicting)
		}
		other := s.row
		if c.kind == sameAgain {
			other = s.conflict
		}
		r.clash(c.row, other, conflicting)
	}
}

// What rows can have to do with one another; the other row's number is still to be filled in.
var (
	caseDiffers = finding{"case_differs", "this customer_id and that of row %d differ only in case", "case matters in ids: copy the right ones again"}
	conflicting = finding{"conflicting_rows", "row %d says something else of this customer", "keep the row that is meant"}
)

// clash makes a row invalid because of another row.
func (r *reading) clash(row, other int32, f finding) {
	f.what = fmt.Sprintf(f.what, other)
	p := r.place(&line{row: row}, r.cols.customer, f, "")
	r.invalid(row)
	r.keepProblem(p)
	a := r.assignment(row)
	if a == nil {
		return
	}
	a.Same = 0
	if a.Problem == nil {
		a.Problem = p.of()
		return
	}
	a.Problem = &reconcile.Problem{Code: a.Problem.Code, Message: a.Problem.Message + "; " + p.of().Message}
}

// repeated counts a row that says again what an earlier one says.
func (r *reading) repeated(first, row int32) {
	r.t.Repeats++
	if r.t.Repeats > maxRepeats {
		r.t.NoticesMore++
		return
	}
	r.notice(r.place(&line{row: row}, r.cols.customer,
		finding{code: "repeated_row", what: fmt.Sprintf("the row says the same as row %d: it is sent once", first)}, ""))
}

// swapped says whether the columns look exchanged: the same few customers, each with many sub-clients that are all different.
func (r *reading) swapped() bool {
	wishes := r.t.Rows - r.t.Blanks
	return wishes > 3 && len(r.targets.list) == wishes && int(r.repeats.count)*2 <= wishes
}

// bothColumns notices ids that stand in both columns: a sub-client is a customer, but it is rarely moved itself.
func (r *reading) bothColumns() {
	count, first := 0, int32(0)
	for _, t := range r.targets.list {
		if row := r.repeats.rowOf(t.id); row != 0 {
			if count++; first == 0 || row < first {
				first = row
			}
		}
	}
	if count > 0 {
		what := "this id stands in both columns, as a customer and as a sub-client"
		if count > 1 {
			what = plural(count, "id") + " stand in both columns, as customers and as sub-clients; this is the first"
		}
		r.notice(r.place(&line{row: first}, r.cols.customer, finding{code: "customer_is_target", what: what}, ""))
	}
}

// plural writes a number and what it counts.
func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprint(n, " ", what)
}

// assignment finds a row in the table; nil when rows are not kept.
func (r *reading) assignment(row int32) *reconcile.Assignment {
	as := r.t.Assignments
	i, ok := sort.Find(len(as), func(i int) int { return int(row) - int(as[i].Row) })
	if !ok {
		return nil
	}
	return &r.t.Assignments[i]
}
