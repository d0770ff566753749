package input

import (
	"fmt"
	"strings"

	"dakota-reconcile/reconcile"
)

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
	r.problem(l, r.cols.subClient, finding{
		"case_differs", fmt.Sprintf("this sub_client_id and that of row %d (%s) differ only in case", first.row, first.id),
		"case matters in ids: copy the right one into both",
	}, t.id)
	return n
}

// blank takes down an empty sub_client_id.
func (r *reading) blank(l *line) int32 {
	r.t.Blanks++
	switch {
	case l.torn && r.cols.subClient == r.lastColumn():
		r.problem(l, r.cols.subClient, finding{
			"cut_off", "the file ends within this row, where its sub_client_id would stand",
			"the file seems cut off: get it again; if it is whole, end its last row with a line end",
		}, "")
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
