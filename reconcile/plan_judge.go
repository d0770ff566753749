package reconcile

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// notRead is the error code of a row whose customer was not read.
const notRead = "not_read"

// judge decides rows one after another; it counts those it has planned, for Limit.
type judge struct {
	seen    *Observation
	policy  Policy
	planned int
}

// row decides one row by the table of [NewPlan].
func (j *judge) row(a Assignment) Result {
	r := Result{Change: Change{Assignment: a, Action: None, SubClientName: j.seen.name(a.SubClientID)}}
	s, found := j.seen.Customer(a.CustomerID)
	if found {
		j.describe(&r, s)
	}
	switch {
	case a.Problem != nil:
		return settle(&r, Invalid, *a.Problem)
	case a.Keep:
		r.Status = Unchanged
		return r
	case !found && j.seen.unreadable[a.CustomerID] != "":
		return settle(&r, NotAttempted, Problem{notRead, "the customer can't be read: " + j.seen.unreadable[a.CustomerID]})
	case !found && !j.seen.Missing(a.CustomerID):
		return settle(&r, NotAttempted, Problem{notRead, "it was not looked up: nearly none of the input's customers exist in this account"})
	case !found:
		return settle(&r, Invalid, Problem{"customer_not_found", "no customer of this account has the id " + a.CustomerID + j.seen.hint(a.CustomerID)})
	case a.SubClientID == a.CustomerID:
		return settle(&r, Invalid, Problem{"same_as_customer", "the customer and the sub-client are the same: correct one of the two ids"})
	}
	r.Action = actionOf(r.PreviousID, a.SubClientID)
	if s.Customer.DeletedAt != 0 {
		return settle(&r, Refused, Problem{"customer_deleted", "the customer was deleted on " + day(s.Customer.DeletedAt) + ": remove the row"})
	}
	if r.Action == None {
		r.Status = Unchanged
		return r
	}
	return j.change(r, s)
}

// change decides a row whose customer does not hold the wish.
func (j *judge) change(r Result, s Seen) Result {
	if p := j.seen.target(r.SubClientID); p != nil {
		return settle(&r, Invalid, *p)
	}
	if s.Customer.IsSubClient {
		return settle(&r, Refused, Problem{"customer_is_sub_client", "the customer is a sub-client itself and is left alone: are the two columns swapped?"})
	}
	expected, has := j.policy.Expect[r.CustomerID]
	if has && expected != r.PreviousID && j.policy.OnConflict != Overwrite {
		return settle(&r, Conflict, Problem{"changed_since", fmt.Sprintf("the customer was expected to have %s and has %s: somebody changed it since",
			j.seen.describe(expected), j.seen.describe(r.PreviousID))})
	}
	if j.policy.Approved != nil && !j.policy.Approved[r.CustomerID] {
		return settle(&r, Conflict, Problem{"not_in_plan", "the saved plan does not have this change: make a new plan to see it first"})
	}
	if p := j.policy.refusesKYB(r.KYBBefore); p != nil {
		return settle(&r, Refused, *p)
	}
	if j.policy.Limit > 0 && j.planned >= j.policy.Limit {
		return settle(&r, NotAttempted, Problem{"limit", fmt.Sprintf("it stands behind the first %d changes, to which this run is limited", j.policy.Limit)})
	}
	j.planned++
	r.Status = Planned
	return r
}

// describe takes over what was seen of the customer.
func (j *judge) describe(r *Result, s Seen) {
	c := s.Customer
	r.CustomerName, r.PreviousID, r.PreviousName = c.Name, c.SubClientID, c.SubClientName
	if name := j.seen.name(c.SubClientID); name != "" {
		r.PreviousName = name // one name for one sub-client, whoever tells it
	}
	r.KYBBefore, r.KYBStatus = c.KYBStatus, c.KYBStatus
	r.CreatedAt, r.ObservedAt = c.CreatedAt, wholeMillis(s.At)
}

// unlisted returns a row for each member of the named sub-clients that no assignment names, the unusable ones included: a customer whose
// row has a bad target is listed all the same.
func (j *judge) unlisted(assignments []Assignment) []Result {
	listed := make(map[string]bool, len(assignments))
	for _, a := range assignments {
		listed[a.CustomerID] = true
	}
	var rows []Result
	for _, s := range j.seen.members(assignments) {
		if listed[s.Customer.ID] || s.Customer.DeletedAt != 0 {
			continue // a deleted one is nobody's oversight
		}
		r := Result{Change: Change{Assignment: Assignment{CustomerID: s.Customer.ID, SubClientID: s.Customer.SubClientID}, Action: None}, Status: Unlisted}
		j.describe(&r, s)
		r.SubClientName = r.PreviousName
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b Result) int {
		return cmp.Or(cmp.Compare(a.PreviousName, b.PreviousName), cmp.Compare(a.PreviousID, b.PreviousID), cmp.Compare(a.CustomerID, b.CustomerID))
	})
	if !j.policy.Prune {
		return rows
	}
	for i := range rows {
		s, _ := j.seen.Customer(rows[i].CustomerID)
		if j.policy.Approved != nil && !j.policy.Approved[s.Customer.ID] {
			continue // it came after the plan that was approved
		}
		rows[i].SubClientID, rows[i].SubClientName, rows[i].Action = "", "", Disassociate
		rows[i] = j.change(rows[i], s)
	}
	return rows
}

// settle gives the row its final status and the reason, and returns it.
func settle(r *Result, s Status, why Problem) Result {
	r.Status, r.ErrorCode, r.Error = s, why.Code, why.Message
	return *r
}

// actionOf names the change from one sub-client to another, "" being none.
func actionOf(before, wish string) Action {
	switch {
	case before == wish:
		return None
	case before == "":
		return Associate
	case wish == "":
		return Disassociate
	}
	return Move
}

// wholeMillis is the time as runs store it: UTC, whole milliseconds.
func wholeMillis(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Round(0).Truncate(time.Millisecond)
}

// day is the day of a Unix second, in UTC.
func day(unix int64) string { return time.Unix(unix, 0).UTC().Format(time.DateOnly) }
