package input

import (
	"fmt"
	"slices"
	"strings"
)

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
		p := r.place(&line{row: r.cols.row}, r.cols.customer, finding{
			"swapped_columns", "customers stand here again and again while no sub-client stands twice",
			"the two columns seem to be swapped: exchange their headers, or name them with --customer-column and --sub-client-column",
		}, "")
		return r.fatal(p)
	case !r.filled && r.t.Blanks > 0 && !r.o.BlankSaid:
		p := r.place(&line{row: r.cols.row}, r.cols.subClient, finding{
			"empty_column", "the column is empty from top to bottom",
			"if every customer shall be disassociated, say --blank disassociate; else fill the column or name the right one with --sub-client-column",
		}, "")
		return r.fatal(p)
	}
	return nil
}

func (r *reading) finishNotices() {
	for _, p := range r.cleaned {
		if n := r.counts[p]; n > 0 {
			p.What += fmt.Sprintf(" here and in %s of the column", plural(n, "more cell"))
		}
		r.notice(*p)
	}
	slices.SortFunc(r.t.Notices, func(a, b Problem) int { return strings.Compare(a.What, b.What) }) // the map's order must not show
}
