package cli

import (
	"fmt"
	"strings"

	"dakota-reconcile/reconcile"
)

// closingWords say what happened and what to do next.
func (j *job) closingWords() {
	if j.options.quiet || j.plan == nil {
		return
	}
	w := j.human()
	fmt.Fprintln(w)
	j.showTroubleRows(w, troubled(j.run.Results))
	j.showTotals(w, j.run.SubClients)
	fmt.Fprintln(w, closingSentence(j.run))
	u := j.run.Requests
	fmt.Fprintf(w, "%s sent: %d list, %d get, %d summary, %d patch; %d refused for the rate, %d sent again\n",
		count(u.Total(), "request"), u.List, u.Get, u.Summary, u.Patch, u.Throttled, u.Retries)
	if next := nextCommand(j.run, j.recording != nil); next != "" {
		fmt.Fprintf(w, "next: %s\n", next)
	}
}

// troubled are the rows that were not shown with the plan already.
func troubled(rows []reconcile.Result) []reconcile.Result {
	var some []reconcile.Result
	for _, r := range rows {
		if r.Status == reconcile.Failed || r.Status == reconcile.Conflict || r.Status == reconcile.InDoubt {
			some = append(some, r)
		}
	}
	return some
}

func closingSentence(run reconcile.Run) string {
	n := map[reconcile.Status]int{}
	for _, r := range run.Results {
		n[r.Status]++
	}
	var parts []string
	for _, s := range reconcile.Statuses {
		if n[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[s], strings.ReplaceAll(string(s), "_", " ")))
		}
	}
	return fmt.Sprintf("run %s: %s: %s", run.ID, count(len(run.Results), "row"), strings.Join(parts, ", "))
}

// nextCommand is the command that a person would want after the run; "" when there is nothing to do.
func nextCommand(run reconcile.Run, recorded bool) string {
	switch {
	case run.Resumable && recorded:
		return fmt.Sprintf("%s resume %s", program, run.ID)
	case run.Resumable:
		return "run the same command again: rows that are right already cost no PATCH"
	case recorded && hasStatus(run.Results, reconcile.Applied):
		return fmt.Sprintf("%s rollback %s puts it back", program, run.ID)
	}
	return ""
}
