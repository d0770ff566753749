package input

import "dakota-reconcile/reconcile"

// Table is what a file says.
type Table struct {
	Source reconcile.Source
	// Assignments has one entry for each row of the file, in its order; blank rows are none. A row that can't be used has its Problem.
	// Its ids are then the cells' texts as they are written, or "(unclear)". Check leaves Assignments empty.
	Assignments []reconcile.Assignment
	// Problems are all that was found, by row and column, up to 10,000; ProblemsMore counts the rest. Unless there are none, the file is
	// to be refused, or, with --skip-invalid, the rows concerned are to be left out.
	Problems     []Problem
	ProblemsMore int
	// Notices tell what was taken for granted: rows said twice, spaces removed. NoticesMore counts those that are not kept.
	Notices     []Problem
	NoticesMore int

	Rows    int // rows that are not blank
	Invalid int // rows with a problem
	Blanks  int // rows with an empty sub_client_id
	Repeats int // rows that say again what an earlier row says
	// Original is the workbook as it was read, for a report into it; nil for text and from Check.
	Original []byte
}
