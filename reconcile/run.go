package reconcile

import (
	"time"

	"dakota-reconcile/dakota"
)

// Run is one run of a command: everything its reports tell. A ledger gives back the Run it was given, so that a report rendered from it
// later has the same bytes.
type Run struct {
	ID          string // sortable by start: 20261122T083000Z-6f3a
	Command     string // plan, apply, resume, rollback
	Of          string // the run that a rollback undoes
	Environment string // sandbox or production
	BaseURL     string
	Account     string // a fingerprint of host and key: which account this was, not how to reach it
	By          string // user@host (process) that started it
	Started     time.Time
	Finished    time.Time // zero while it runs, and when it was killed
	ExitCode    int
	Stopped     string // why it ended before its last row, a sentence; "" when it did not
	Resumable   bool   // rows are left that resume would send or settle

	Source     Source
	RefuseKYB  []string         // kyb_status values whose customers the run leaves alone; resume keeps to it
	Results    []Result         // one for each input row, in input order; then the unlisted
	SubClients []SubClientTotal // the control totals, by name then id
	Requests   dakota.Usage
	Bill       Bill
}

// SubClientTotal is the control total of one sub-client that the run concerns: Opening + In − Out = Expected, against Actual.
type SubClientTotal struct {
	ID       string `json:"sub_client_id"`
	Name     string `json:"sub_client_name"`
	Opening  int    `json:"opening"`          // customers before the run; -1 when the summary did not tell
	In       int    `json:"in"`               // planned (in a plan) or applied
	Out      int    `json:"out"`              // likewise
	Expected int    `json:"expected"`         // -1 when Opening is not known
	Actual   *int   `json:"actual,omitempty"` // customers after the run; nil when it was not read
}

// Bill is what a plan costs in requests, and when it would be done.
type Bill struct {
	Reads  int           `json:"reads"`  // made to observe
	Writes int           `json:"writes"` // to come
	Checks int           `json:"checks"` // to come: reading again what is stale, and the closing totals
	Limit  int           `json:"limit"`  // requests in a window; 0 when not known
	Window time.Duration `json:"-"`      // the window's length
	Takes  time.Duration `json:"-"`      // writes and checks at that limit
	Ends   time.Time     `json:"ends"`   // zero when nothing is to come
}
