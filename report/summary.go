package report

import (
	"encoding/json"

	"dakota-reconcile/reconcile"
)

// Summary is the document of --json. Programs read it: fields are added, never renamed; a change of meaning raises SchemaVersion.
type Summary struct {
	SchemaVersion int    `json:"schema_version"`
	RunID         string `json:"run_id"`
	Command       string `json:"command"`
	ExitCode      int    `json:"exit_code"`

	// Rows counts the rows of the report; the ten below add up to it.
	Rows         int `json:"rows"`
	Planned      int `json:"planned"`
	Applied      int `json:"applied"`
	Unchanged    int `json:"unchanged"`
	Failed       int `json:"failed"`
	Conflict     int `json:"conflict"`
	InDoubt      int `json:"in_doubt"`
	Invalid      int `json:"invalid"`
	Refused      int `json:"refused"`
	NotAttempted int `json:"not_attempted"`
	Unlisted     int `json:"unlisted"`

	Actions   map[reconcile.Action]int `json:"actions"`    // rows by action, all four always there
	KYBStatus map[string]int           `json:"kyb_status"` // rows by kyb_status, as far as it is known
	Requests  Requests                 `json:"requests"`
	Throttled int                      `json:"throttled"` // requests answered with 429
	Retries   int                      `json:"retries"`   // requests sent again after another failure

	StartedAt  string `json:"started_at"`        // RFC 3339, UTC, milliseconds
	FinishedAt string `json:"finished_at"`       // likewise; "" when the run was killed
	Stopped    string `json:"stopped,omitempty"` // why it ended before its last row
	Resumable  bool   `json:"resumable"`

	SubClients []reconcile.SubClientTotal `json:"sub_clients"` // control totals, by name then id
	Bill       *Bill                      `json:"bill,omitempty"`
}

// Requests counts what was sent, by kind.
type Requests struct {
	List    int `json:"list"`
	Get     int `json:"get"`
	Summary int `json:"summary"`
	Patch   int `json:"patch"`
}

// Bill is what a plan costs, in requests and time.
type Bill struct {
	reconcile.Bill
	WindowSeconds int    `json:"window_seconds"`
	TakesSeconds  int    `json:"takes_seconds"`
	Ends          string `json:"ends"` // RFC 3339; "" when nothing is to come
}

// Summarize counts the run.
func Summarize(run reconcile.Run) Summary {
	n := tally(run)
	s := Summary{
		SchemaVersion: 1,
		RunID:         run.ID, Command: run.Command, ExitCode: run.ExitCode,
		Rows:    len(run.Results),
		Planned: n[reconcile.Planned], Applied: n[reconcile.Applied], Unchanged: n[reconcile.Unchanged],
		Failed: n[reconcile.Failed], Conflict: n[reconcile.Conflict], InDoubt: n[reconcile.InDoubt],
		Invalid: n[reconcile.Invalid], Refused: n[reconcile.Refused],
		NotAttempted: n[reconcile.NotAttempted], Unlisted: n[reconcile.Unlisted],
		Actions:   make(map[reconcile.Action]int, len(reconcile.Actions)),
		KYBStatus: make(map[string]int),
		Requests: Requests{
			List: run.Requests.List, Get: run.Requests.Get, Summary: run.Requests.Summary, Patch: run.Requests.Patch,
		},
		Throttled: run.Requests.Throttled, Retries: run.Requests.Retries,
		StartedAt: stamp(run.Started), FinishedAt: stamp(run.Finished),
		Stopped: oneLine(run.Stopped), Resumable: run.Resumable,
		SubClients: totals(run),
		Bill:       billOf(run.Bill),
	}
	for _, a := range reconcile.Actions {
		s.Actions[a] = 0
	}
	for _, r := range run.Results {
		s.Actions[actionOf(r)]++
		if r.KYBStatus != "" {
			s.KYBStatus[oneLine(r.KYBStatus)]++
		}
	}
	return s
}

// JSON returns the summary as one indented document with a line end.
func (s Summary) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(s, "", "  ")
	return append(b, '\n'), err
}

// tally counts the rows by status.
func tally(run reconcile.Run) map[reconcile.Status]int {
	return reconcile.Count(run.Results).Status
}

// totals returns the control totals with names fit to be shown; never nil.
func totals(run reconcile.Run) []reconcile.SubClientTotal {
	clean := make([]reconcile.SubClientTotal, len(run.SubClients))
	for i, t := range run.SubClients {
		t.ID, t.Name = oneLine(t.ID), oneLine(t.Name)
		clean[i] = t
	}
	return clean
}

func billOf(b reconcile.Bill) *Bill {
	if b == (reconcile.Bill{}) {
		return nil
	}
	return &Bill{
		Bill:          b,
		WindowSeconds: int(b.Window.Seconds()), TakesSeconds: int(b.Takes.Seconds()),
		Ends: stamp(b.Ends),
	}
}
