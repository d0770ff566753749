package input

// end makes the checks for which the whole sheet must have been read.
func (t *sheetRows) end() error {
	r, w := t.r, t.walk
	var first *Error
	for _, m := range w.merges {
		for _, column := range []int{r.cols.customer, r.cols.subClient} {
			if column < m.firstCol || column > m.lastCol || m.lastRow <= r.cols.row || m.firstRow == m.lastRow && m.firstCol == m.lastCol {
				continue
			}
			p := r.place(&line{row: max(m.firstRow, r.cols.row)}, column, finding{
				"merged_cells", "the cells " + m.name + " are merged: only the first of them holds the value",
				"unmerge them and write the id into each row",
			}, "")
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
		r.notice(r.place(&line{row: t.hidden}, -1, finding{code: "hidden_rows", what: what}, ""))
	}
	if t.count.formulas > 0 {
		r.notice(r.place(&line{row: t.formula}, -1, finding{
			code: "formulas",
			what: "results of formulas are taken as they were when the file was saved: " + plural(t.count.formulas, "id"),
		}, ""))
	}
	for _, a := range w.hiddenParts {
		for _, column := range []int{r.cols.customer, r.cols.subClient} {
			if column >= a.firstCol && column <= a.lastCol {
				r.notice(r.place(&line{row: r.cols.row}, column, finding{code: "hidden_column", what: "the column is hidden: it counts all the same"}, ""))
			}
		}
	}
}
