package reconcile

import "time"

// Action is what a row asks for, given what the customer is associated with.
type Action string

const (
	Associate    Action = "associate"    // from no sub-client to one
	Move         Action = "move"         // from one sub-client to another
	Disassociate Action = "disassociate" // from a sub-client to none
	None         Action = "none"         // nothing: already as wished, or not to be touched
)

// Status is what became of a row.
type Status string

const (
	Planned      Status = "planned"       // would be sent by apply
	Applied      Status = "applied"       // an answer of the API proved it
	Unchanged    Status = "unchanged"     // was already as wished, or is to be left alone
	Failed       Status = "failed"        // the API refused it, or it is proved not to have been made
	Conflict     Status = "conflict"      // somebody else changed the customer since it was read
	Refused      Status = "refused"       // left alone on purpose: --refuse-kyb, a deleted customer
	Invalid      Status = "invalid"       // can't be sent: bad cell, unknown customer, a target that is not a sub-client
	NotAttempted Status = "not_attempted" // the run ended before its turn; resume goes on here
	InDoubt      Status = "in_doubt"      // sent, and the run ended before a read could settle it; resume settles it
	Unlisted     Status = "unlisted"      // found in a sub-client that the input names, but not in the input (--complete)
)

// Statuses are all statuses in the order in which summaries show them.
var Statuses = []Status{Planned, Applied, Unchanged, Failed, Conflict, InDoubt, Refused, Invalid, NotAttempted, Unlisted}

// Actions are all actions in the order in which summaries show them.
var Actions = []Action{Associate, Move, Disassociate, None}

// Change is an assignment beside what the account holds: one line of a plan.
type Change struct {
	Assignment
	Action        Action
	CustomerName  string
	SubClientName string // of the wished sub-client
	PreviousID    string // the sub-client the customer was associated with when it was read; "" for none
	PreviousName  string
	KYBBefore     string    // kyb_status as it was read
	CreatedAt     int64     // the customer's, Unix seconds; 0 when it was not read
	ObservedAt    time.Time // when it was read; zero when it was not
}

// Result is a change and what became of it: one row of a report.
type Result struct {
	Change
	Status     Status
	KYBStatus  string    // as the PATCH (or the read that settled it) returned it; else as it was read
	HTTPStatus int       // of the last answer to the PATCH; 0 when there was none
	ErrorCode  string    // the API's code, or ours; "" when nothing is wrong
	Error      string    // a sentence; "" when nothing is wrong
	RequestID  string    // of the last answer, when it carried one
	Attempts   int       // PATCHes sent, those answered with 429 not counted
	FinishedAt time.Time // when the outcome was known, UTC, whole milliseconds; zero when nothing was sent
}
