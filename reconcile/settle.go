package reconcile

import (
	"context"
	"errors"
	"fmt"

	"dakota-reconcile/dakota"
)

// finding is what a reading says of a row, against what it was based on and what it wishes.
//
//	the customer …          in doubt            not sent, or proved not to have been made
//	holds the wish          Applied: ours       Unchanged
//	holds what it did       not made: again     go on
//	holds something else    Conflict, or overwritten where the policy says so
//	is deleted              Failed              Refused, Failed when it was sent before
//	… and holds the wish    Applied             likewise
//	is not there (404)      again, then Failed  Failed
//
// A row that would be sent by this is Refused instead where the reading shows a kyb_status of Policy.RefuseKYB.
type finding int

const (
	asWished finding = iota
	asBefore
	otherwise
	deleted
)

func find(r *Result, c dakota.Customer) finding {
	switch {
	case c.DeletedAt != 0:
		return deleted
	case c.SubClientID == r.SubClientID:
		return asWished
	case c.SubClientID == r.PreviousID:
		return asBefore
	}
	return otherwise
}

// reread reads a row's customer and judges the row by it. stays is true when the row is to be sent now, on the strength of this reading.
func (s *session) reread(t *turn) (st step, stays bool) {
	ctx := s.run
	if t.doubt {
		ctx = s.grace
	}
	answer, err := s.read(ctx, t)
	if err != nil {
		return s.unread(ctx, t, err), false
	}
	t.unread, t.unseen = 0, 0
	return s.found(t, answer)
}

// errUnlisted is a list that answers and does not show a customer.
var errUnlisted = errors.New("no list shows the customer")

// read reads the customer by its id. Where that fails again and again, or with an answer, it may be this customer alone that can't be
// read so: then a list of those created in the same second tells whether the API is down, and mostly shows the customer, too.
func (s *session) read(ctx context.Context, t *turn) (dakota.Answer, error) {
	if t.byList {
		return s.readList(ctx, t)
	}
	answer, err := s.API.Customer(ctx, s.rows[t.row].CustomerID)
	if err == nil || notThere(err) && !t.doubt || keyRefused(err) || halting(err) != nil || unreachable(err) || ctx.Err() != nil {
		return answer, err
	}
	t.unread++
	var answered *dakota.Error
	if !errors.As(err, &answered) && t.unread < 2 || s.rows[t.row].CreatedAt == 0 {
		return answer, err
	}
	listed, missed := s.readList(ctx, t)
	switch {
	case missed == nil:
		t.byList = true
		return listed, nil
	case errors.Is(missed, errUnlisted):
		return answer, fmt.Errorf("%w: %w", errUnlisted, err)
	}
	return answer, err
}

// readList looks for the customer among those created in the same second.
func (s *session) readList(ctx context.Context, t *turn) (dakota.Answer, error) {
	r := &s.rows[t.row]
	for page, err := range s.API.Pages(ctx, dakota.Query{CreatedFrom: r.CreatedAt, CreatedTo: r.CreatedAt}) {
		if err != nil {
			return dakota.Answer{}, err
		}
		for _, c := range page.Customers {
			if c.ID == r.CustomerID {
				return dakota.Answer{Customer: c, At: page.At}, nil
			}
		}
	}
	return dakota.Answer{}, errUnlisted
}

// found judges a row by a reading of its customer.
func (s *session) found(t *turn, answer dakota.Answer) (st step, stays bool) {
	r, c := &s.rows[t.row], answer.Customer
	r.ObservedAt = wholeMillis(answer.At)
	sent := r.Attempts > 0
	switch f := find(r, c); {
	case t.doubt && c.SubClientID == r.SubClientID:
		return s.applied(t, answer), false
	case f == deleted && sent:
		return s.settled(t, Failed, "customer_deleted", "the customer was deleted meanwhile"), false
	case f == deleted:
		return s.settled(t, Refused, "customer_deleted", "the customer was deleted meanwhile; nothing was sent"), false
	case f == asWished:
		r.Action, r.KYBStatus = None, c.KYBStatus
		return s.settled(t, Unchanged, "", ""), false
	case f == otherwise && s.OnConflict != Overwrite:
		return s.settled(t, Conflict, "changed_since", otherChange(r, c)), false
	case f == otherwise:
		r.rebase(c)
	}
	r.KYBStatus = c.KYBStatus
	if why := s.plan.policy.refusesKYB(c.KYBStatus); why != nil {
		return s.settled(t, Refused, why.Code, why.Message), false
	}
	return s.goOn(t)
}

// goOn counts a try that was not made, and tells whether there may be another.
func (s *session) goOn(t *turn) (st step, stays bool) {
	if !t.doubt {
		return step{}, true
	}
	t.doubt = false
	t.failures++
	if t.failures >= s.Attempts {
		message := fmt.Sprintf("the change was not made in %s: %s", counted(t.failures, "try", "tries"), textOf(t.cause))
		return s.settled(t, Failed, codeOf(t.cause), message), false
	}
	if s.run.Err() != nil {
		return s.interrupted(t), false
	}
	return step{}, true
}

// unread judges a reading that failed.
func (s *session) unread(ctx context.Context, t *turn, err error) step {
	switch {
	case notThere(err) && !t.doubt:
		return s.settled(t, Failed, "customer_not_found", textOf(err))
	case keyRefused(err):
		st := s.interrupted(t)
		st.stop = err
		return st
	case halting(err) != nil:
		st := s.interrupted(t)
		st.stop = halting(err)
		return st
	case ctx.Err() != nil:
		return s.interrupted(t)
	}
	if !errors.Is(err, errUnlisted) && !notThere(err) {
		t.cause = err
		return step{turn: t, sign: down}
	}
	t.byList = false
	if t.unseen++; t.unseen < s.Attempts {
		return step{turn: t, sign: failing}
	}
	if notThere(err) { // a 404 may be a gateway's, or a replica's that is late: it was asked for again and again
		return s.settled(t, Failed, "customer_not_found", textOf(err))
	}
	t.cause = err
	if t.doubt {
		return s.settled(t, InDoubt, codeOf(err), fmt.Sprintf("sent, and no reading can tell whether the change was made: %s", textOf(err)))
	}
	return s.settled(t, Failed, codeOf(err), fmt.Sprintf("the customer can't be read again before the change: %s", textOf(err)))
}

// settled ends a row as a reading has decided.
func (s *session) settled(t *turn, status Status, code, message string) step {
	r := &s.rows[t.row]
	r.Status, r.ErrorCode, r.Error = status, code, message
	t.doubt = false
	return s.conclude(t)
}

// rebase makes a row start from what its customer holds now.
func (r *Result) rebase(c dakota.Customer) {
	r.PreviousID, r.PreviousName = c.SubClientID, c.SubClientName
	r.Action = actionOf(r.PreviousID, r.SubClientID)
}

// otherChange says what somebody else has done to a row's customer.
func otherChange(r *Result, c dakota.Customer) string {
	if c.SubClientID == "" {
		return "somebody else disassociated the customer since it was read; it was left alone"
	}
	name := c.SubClientID
	if c.SubClientName != "" {
		name = fmt.Sprintf("%s (%s)", c.SubClientName, c.SubClientID)
	}
	return fmt.Sprintf("somebody else associated the customer with %s since it was read; it was left alone", name)
}
