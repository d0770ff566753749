package cli

import (
	"fmt"
	"slices"
	"strings"

	"dakota-reconcile/reconcile"
)

// closingWords say what happened and what to do next.
func (j *job) closingWords() {
	if j.options.quiet {
		return
	}
	w := j.human()
	if j.plan == nil { // the run ended before there was one
		fmt.Fprintln(w, strings.Join(advice(j.run, j.recording != nil), "\n"))
		return
	}
	fmt.Fprintln(w)
	j.showTroubleRows(w, troubled(j.run.Results))
	j.showTotals(w, j.run.SubClients)
	fmt.Fprintln(w, closingSentence(j.run))
	u := j.run.Requests
	fmt.Fprintf(w, "%s sent: %d list, %d get, %d summary, %d patch; %d refused for the rate, %d sent again\n",
		count(u.Total(), "request"), u.List, u.Get, u.Summary, u.Patch, u.Throttled, u.Retries)
	for _, line := range advice(j.run, j.recording != nil) {
		fmt.Fprintln(w, line)
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
	parts := outcomes(reconcile.Count(run.Results), reconcile.Statuses)
	return fmt.Sprintf("run %s: %s: %s", run.ID, count(len(run.Results), "row"), strings.Join(parts, ", "))
}

// advice are the lines that say what a person can do after the run.
func advice(run reconcile.Run, recorded bool) []string {
	var lines []string
	switch {
	case run.Resumable && recorded:
		lines = append(lines, fmt.Sprintf("next: %s resume %s", program, run.ID))
	case slices.Contains([]int{exitStopped, exitInterrupted, exitTerminated}, run.ExitCode):
		lines = append(lines, "next: run the same command again; rows that are right already cost no PATCH")
	case run.ExitCode == exitRows:
		lines = append(lines, "next: correct the rows above, then apply them again; rows that are right already cost no PATCH")
	}
	if recorded && hasStatus(run.Results, reconcile.Applied) {
		lines = append(lines, fmt.Sprintf("undo: %s rollback %s", program, run.ID))
	}
	return lines
}
