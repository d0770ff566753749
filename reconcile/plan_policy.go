package reconcile

import (
	"slices"
	"time"

	"dakota-reconcile/dakota"
)

// Policy is what people decided about a plan beyond the input. Its zero value plans every row.
type Policy struct {
	RefuseKYB []string // kyb_status values whose customers are left alone
	Limit     int      // plan only the first that many changes; 0: all
	Complete  bool     // the input lists every customer of the sub-clients it names: report others
	Prune     bool     // disassociate those others
	// OnConflict concerns the customers in Expect. FailRun plans as Skip does, and [Plan.Check] then refuses the plan.
	OnConflict ConflictPolicy
	// Expect tells what customers are expected to hold: the sub-client of a saved plan, of a run to be rolled back or resumed, "" for
	// none. Customers it does not name are taken as they are.
	Expect map[string]string
	// Approved are the customers whose change somebody has seen in a saved plan; others' changes become conflicts. Nil: all are.
	Approved map[string]bool
	// MaxStaleness is how long after its reading a row may be sent without being read again; 0: it is read right before. Negative: it is sent
	// as it was read, however long ago.
	MaxStaleness time.Duration
	// Quota is what the key may spend, for the bill and the batches.
	Quota dakota.Quota
	// Now is when the plan is made; zero: when the observation ended.
	Now time.Time
}

// refusesKYB returns why a customer with that kyb_status is left alone, nil when it is not.
func (p *Policy) refusesKYB(status string) *Problem {
	if !slices.Contains(p.RefuseKYB, status) {
		return nil
	}
	return &Problem{"kyb_status", "the customer's kyb_status is " + status + ": it is left alone"}
}
