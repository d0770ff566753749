package reconcile

import (
	"fmt"
	"slices"

	"dakota-reconcile/dakota"
)

// Plan is what a run would do: one Result for each input row, in input order, then the unlisted. Rows to be sent have status Planned and
// an action other than None; all others are settled already.
type Plan struct {
	Rows       []Result
	SubClients []SubClientTotal // those concerned, by name then id
	Bill       Bill
	// Batches are the rows to be sent, in the order in which to send them. Nil: all of them at once, in the order of Rows.
	Batches []Batch

	policy  Policy
	facts   planFacts
	sources []source // of the rows, where reading them again finds them
	pages   []dakota.Query
	lists   []memberList
	spots   []spot // in order
	closing int    // requests that close the control totals
}

// planFacts is what the guards must know beyond the rows.
type planFacts struct {
	customers  int // distinct customers of rows that can be used
	unknown    int // of these, those the account does not have, or that were not looked up because so many were unknown
	subClients int // of these, those that are sub-clients themselves
}

// NewPlan compares what is wished with what was observed. It is pure: the same arguments give the same plan, in whatever order the
// customers were observed. It fails only for assignments that contradict themselves, which the reader of the input has to refuse.
//
// The first case that fits decides a row:
//
//	case                                            action    status         code
//	the row has a problem                           none      invalid        the problem's
//	Same names an earlier row                       (that row's, in everything but what the input says)
//	Keep                                            none      unchanged
//	the customer was not looked up                  none      not_attempted  not_read
//	the account does not have the customer          none      invalid        customer_not_found
//	the customer is to be its own sub-client        none      invalid        same_as_customer
//	the customer was deleted                        as asked  refused        customer_deleted
//	the customer holds the wish                     none      unchanged
//	the account does not have the target            as asked  invalid        sub_client_not_found
//	the target is no sub-client                     as asked  invalid        not_a_sub_client
//	the target was deleted                          as asked  invalid        sub_client_deleted
//	the customer is a sub-client itself             as asked  refused        customer_is_sub_client
//	the customer holds something not expected       as asked  conflict       changed_since (unless Overwrite)
//	the change was not in the plan people approved  as asked  conflict       not_in_plan
//	its kyb_status is in RefuseKYB                  as asked  refused        kyb_status
//	more than Limit rows before it are planned      as asked  not_attempted  limit
//	anything else                                   as asked  planned
//
// "As asked" is associate (none before), disassociate (none wished), else move. With Complete, the members of the named sub-clients that
// no row names follow, ordered by sub-client name and customer id: unlisted, or with Prune planned to be disassociated.
func NewPlan(assignments []Assignment, seen *Observation, policy Policy) (*Plan, error) {
	first, err := planFirstRows(assignments)
	if err != nil {
		return nil, err
	}
	j := judge{seen: seen, policy: policy}
	p := &Plan{Rows: make([]Result, 0, len(assignments)), policy: policy}
	for _, a := range assignments {
		if a.Same != 0 && a.Problem == nil {
			p.Rows = append(p.Rows, mirror(a, p.Rows[first[a.Same]]))
			continue
		}
		p.Rows = append(p.Rows, j.row(a))
	}
	if policy.Complete || policy.Prune {
		p.Rows = append(p.Rows, j.unlisted(assignments)...)
	}
	p.facts = factsOf(p.Rows, seen)
	p.SubClients = openTotals(p.Rows, seen)
	p.schedule(seen)
	return p, nil
}

// planFirstRows returns where the rows stand that others repeat, and refuses what would send one customer two requests.
func planFirstRows(assignments []Assignment) (map[int32]int, error) {
	repeated := map[int32]int{}
	for _, a := range assignments {
		if a.Same != 0 {
			repeated[a.Same] = -1
		}
	}
	customers := make(map[string]int32, len(assignments))
	for i, a := range assignments {
		if at, ok := repeated[a.Row]; ok && at < 0 && a.Same == 0 {
			repeated[a.Row] = i
		}
		if a.Problem != nil || a.Keep {
			continue
		}
		if a.Same != 0 {
			at := repeated[a.Same]
			if at < 0 || assignments[at].CustomerID != a.CustomerID || assignments[at].SubClientID != a.SubClientID {
				return nil, fmt.Errorf("plan row %d: it is said to repeat row %d, which does not say the same above it", a.Row, a.Same)
			}
			continue
		}
		if other, ok := customers[a.CustomerID]; ok {
			return nil, fmt.Errorf("plan row %d: customer %s stands in row %d already: keep one of the two", a.Row, a.CustomerID, other)
		}
		customers[a.CustomerID] = a.Row
	}
	return repeated, nil
}

// mirror gives a row that repeats another the other's outcome; it is never sent itself.
func mirror(a Assignment, of Result) Result {
	of.Assignment = a
	of.Attempts = 0
	return of
}

// sends tells whether apply sends the row.
func sends(r *Result) bool {
	return r.Status == Planned && r.Action != None && r.Same == 0
}

// sending returns the indices of the rows to be sent, in the order in which they are to be sent.
func (p *Plan) sending() []int {
	if len(p.Batches) > 0 {
		var all []int
		for _, b := range p.Batches {
			all = append(all, b.Rows...)
		}
		return all
	}
	var all []int
	for i := range p.Rows {
		if sends(&p.Rows[i]) {
			all = append(all, i)
		}
	}
	return all
}

// Cut leaves the first n rows to be sent and makes those behind them not attempted, with the problem as the reason. It is how a run
// bounded in requests or time does exactly the rows that [Plan.Fit] promised.
func (p *Plan) Cut(n int, why Problem) {
	order := p.sending()
	if n >= len(order) {
		return
	}
	for _, i := range order[max(n, 0):] {
		settle(&p.Rows[i], NotAttempted, why)
	}
	cut := map[int32]int{}
	for _, i := range order[max(n, 0):] {
		if p.Rows[i].Row != 0 {
			cut[p.Rows[i].Row] = i
		}
	}
	for i, r := range p.Rows {
		if at, ok := cut[r.Same]; ok && r.Same != 0 {
			p.Rows[i] = mirror(r.Assignment, p.Rows[at])
		}
	}
	for i := range p.Batches {
		p.Batches[i].Rows = slices.DeleteFunc(p.Batches[i].Rows, func(row int) bool { return !sends(&p.Rows[row]) })
	}
	p.SubClients = retotal(p.SubClients, p.Rows, Planned)
	p.rebill()
}
