package cli

import (
	"fmt"
	"io"
	"slices"

	"dakota-reconcile/reconcile"
)

// showTroubleRows prints the rows that are not as wished, and those the sheet forgot, with the reason; without --verbose the first twenty.
func (a *app) showTroubleRows(w io.Writer, rows []reconcile.Result) {
	shownRows, total := 0, 0
	for _, r := range rows {
		why := r.Error
		if r.Status == reconcile.Unlisted {
			why = "is in " + shown(r.PreviousName, r.PreviousID) + ", but not in the sheet"
		}
		if why == "" || r.Same != 0 {
			continue
		}
		if total++; shownRows == shownProblems && !a.options.verbose {
			continue
		}
		shownRows++
		fmt.Fprintf(w, "%s: %s%s: %s\n", rowNumber(r.Row), a.statusWord(r.Status), customer(r), clean(why, oneLine))
	}
	if total > shownRows {
		fmt.Fprintf(w, "… and %s; --verbose shows all\n", count(total-shownRows, "more row"))
	}
	if total > 0 {
		fmt.Fprintln(w)
	}
}

// customer is a row's customer, after a blank; nothing where its cell is empty.
func customer(r reconcile.Result) string {
	if r.CustomerID == "" {
		return ""
	}
	return " " + shown(r.CustomerName, r.CustomerID)
}

// showTroubles prints the troubles that comparing with the account has found: those of the file were shown when it was read.
func (j *job) showTroubles(w io.Writer) {
	j.showTroubleRows(w, slices.DeleteFunc(slices.Clone(j.plan.Rows), func(r reconcile.Result) bool { return r.Problem != nil }))
}

func (a *app) statusWord(s reconcile.Status) string {
	p := a.screen.colour
	switch s {
	case reconcile.Applied, reconcile.Unchanged:
		return p.good(string(s))
	case reconcile.Failed, reconcile.Invalid, reconcile.InDoubt:
		return p.bad(string(s))
	case reconcile.Conflict, reconcile.Refused, reconcile.NotAttempted, reconcile.Unlisted:
		return p.warn(string(s))
	}
	return string(s)
}
