package input

import (
	"fmt"

	"dakota-reconcile/reconcile"
)

// ragged takes a row that has not as many cells as the header. It becomes an invalid row: its cells can't be told apart. When the row
// before it is empty where the ragged one may have been torn off, that emptiness is not to be believed.
func (r *reading) ragged(l *line, cells int) {
	r.t.Rows++
	before := r.before
	r.found, r.before = r.found[:0], blankRow{}
	what, advice := "fewer", "the row is cut in two, or a delimiter is missing"
	switch {
	case cells > len(r.cols.names):
		what, advice = "more", "put a cell that holds the delimiter in quotes"
	case wellFormed(l.customer.text, r.latest) && before.row == 0: // it begins as it should: some programs leave out empty cells at a row's end
		advice = "its last cells are missing: if they are empty ones, add their delimiters or save the file as .xlsx; if not, the row is cut in two"
	}
	p := r.place(l, -1, finding{"ragged_row", fmt.Sprintf("the row has %s, %s than the header's %d", plural(cells, "cell"), what, len(r.cols.names)), advice}, "")
	r.found = append(r.found, p)
	r.put(l, reconcile.Assignment{Row: l.row, CustomerID: l.customer.text, SubClientID: unclear}, badTarget)
	if before.row != 0 && r.cols.subClient == r.lastColumn() {
		r.doubt(before, l.row)
	}
}

func (r *reading) doubt(b blankRow, next int32) {
	p := r.place(&line{row: b.row}, r.cols.subClient, finding{
		"cut_off", fmt.Sprintf("the sub_client_id is empty and row %d has the wrong number of cells", next),
		"the row seems to be broken in two",
	}, "")
	p.Line = b.line
	r.invalid(b.row)
	r.keepProblem(p)
	if r.keep {
		a := &r.t.Assignments[b.assignment]
		a.Problem, a.Same, a.SubClientID = p.of(), 0, unclear
	}
}

// blankRow remembers a row with an empty sub_client_id until the next row proves that the file goes on as it should.
type blankRow struct {
	row        int32
	line       int
	assignment int // index in the table
}
