package reconcile

import (
	"fmt"
	"net/http"
	"slices"
)

// Rest is what is left to do of a run that ended before its last row, or was killed. To finish it: observe and plan Assignments under
// the policy Expect, and apply what [Rest.Plan] makes of that plan.
type Rest struct {
	// Assignments are those of the rows left, in the run's order.
	Assignments []Assignment
	// Expect tells what each of their customers was associated with when it was read last, "" for none.
	Expect map[string]string

	results []Result // of the whole run
	at      []int    // where the rows left stand in it, ascending
}

// Remaining returns what is left to do of a run, from its results as the ledger has them: the rows not attempted, those still planned
// because the run was killed, those in doubt, and those that failed only because the key was refused. Other rows that failed or
// conflicted are done; their report says what to do.
func Remaining(results []Result) *Rest {
	rest := &Rest{Expect: map[string]string{}, results: results}
	first := firstRows(results)
	for i := range results {
		r := &results[i]
		if !left(r, results, first) {
			continue
		}
		rest.at = append(rest.at, i)
		rest.Assignments = append(rest.Assignments, r.Assignment)
		if !r.ObservedAt.IsZero() && r.Same == 0 {
			rest.Expect[r.CustomerID] = r.PreviousID
		}
	}
	return rest
}

// left tells whether a row is still to be done; one that repeats another is when that other is.
func left(r *Result, results []Result, first map[int32]int) bool {
	if j, ok := first[r.Same]; ok && r.Same != 0 {
		r = &results[j]
	}
	return r.Status == Planned || r.unfinished()
}

// unfinished tells whether resume would send or settle the row after its run has ended.
func (r *Result) unfinished() bool {
	keyRefused := r.HTTPStatus == http.StatusUnauthorized || r.HTTPStatus == http.StatusForbidden
	return r.Status == NotAttempted || r.Status == InDoubt || r.Status == Failed && keyRefused
}

// Doubts returns how many of the rows left were sent without anybody knowing yet whether they were made.
func (rest *Rest) Doubts() int {
	n := 0
	for _, i := range rest.at {
		if rest.results[i].Status == InDoubt {
			n++
		}
	}
	return n
}

// Plan returns the whole run as a plan: the rows done with their results, and those left as part, the plan of Assignments, has them. Its
// rows stand where they stood in the run, so that journal and report are one.
//
// A row in doubt whose customer now holds the wish was made by us: it is applied, not unchanged. One whose customer is not found stays in
// doubt once more, since a 404 may be a gateway's. The error is for a part that is not the plan of Assignments.
func (rest *Rest) Plan(part *Plan) (*Plan, error) {
	if len(part.Rows) != len(rest.at) {
		return nil, fmt.Errorf("resume the run: %d rows are left, but %d are planned", len(rest.at), len(part.Rows))
	}
	whole := *part
	whole.Rows, whole.sources = slices.Clone(rest.results), make([]source, len(rest.results))
	for k, i := range rest.at {
		before, now := &rest.results[i], part.Rows[k]
		if now.CustomerID != before.CustomerID || now.SubClientID != before.SubClientID {
			return nil, fmt.Errorf("resume the run: row %d left is of customer %s, but %s is planned", k+1, before.CustomerID, now.CustomerID)
		}
		whole.Rows[i] = takeUp(before, now)
		if k < len(part.sources) {
			whole.sources[i] = part.sources[k]
		}
	}
	repeatOutcomes(whole.Rows)
	whole.Batches = slices.Clone(part.Batches)
	for b := range whole.Batches {
		whole.Batches[b].Rows = nil
		for _, k := range part.Batches[b].Rows {
			whole.Batches[b].Rows = append(whole.Batches[b].Rows, rest.at[k])
		}
	}
	return &whole, nil
}

// leftUnread is a row whose customer could not be read: what it was based on, and its doubt, are not forgotten.
func leftUnread(r, now Result) Result {
	if r.Status != InDoubt {
		r.Status, r.ErrorCode = NotAttempted, notRead
	}
	r.Error = now.Error
	return r
}

// takeUp joins what a row's plan says now with what was tried before.
func takeUp(before *Result, now Result) Result {
	if now.ErrorCode == notRead {
		return leftUnread(*before, now)
	}
	now.Attempts, now.HTTPStatus, now.RequestID = before.Attempts, before.HTTPStatus, before.RequestID
	if before.Attempts == 0 || now.Same != 0 {
		return now
	}
	now.FinishedAt = wholeMillis(now.ObservedAt)
	switch {
	case before.Status != InDoubt:
	case now.ErrorCode == "customer_not_found" && before.ErrorCode != "customer_not_found":
		now.Status, now.ErrorCode, now.Action = InDoubt, "customer_not_found", before.Action
		now.Error = "sent, but the customer is not found now, so that nobody can tell whether the change was made; resume once more to be sure"
	case now.Status == Unchanged:
		now.Status, now.Action = Applied, before.Action
		now.PreviousID, now.PreviousName, now.KYBBefore = before.PreviousID, before.PreviousName, before.KYBBefore
	}
	return now
}
