package ledger

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"dakota-reconcile/reconcile"
)

// runColumns are the stored columns of a run but for its number, in the order of encodeRun and scanRun.
var runColumns = []string{
	"run_id", "command", "rollback_of", "environment", "base_url", "account", "started_by", "started_at", "finished_at", "exit_code",
	"stopped", "resumable", "rows", "input_name", "input_path", "source", "counts", "sub_clients", "requests", "bill",
	"refuse_kyb",
}

var (
	insertRun = "INSERT INTO runs (" + strings.Join(runColumns, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(runColumns)-1) + ")"
	updateRun = "UPDATE runs SET " + strings.Join(runColumns, " = ?, ") + " = ? WHERE seq = ?"
	selectRun = "SELECT seq, original_sha256, " + strings.Join(runColumns, ", ") + " FROM runs"
)

// sourceJSON is a Source whose lists keep the difference between none and empty. Name and path have columns of their own: a file's name
// may be no UTF-8, which JSON can't hold.
type sourceJSON struct {
	reconcile.Source
	Name    string   `json:"name,omitempty"`
	Path    string   `json:"path,omitempty"`
	Columns []string `json:"columns"`
	Places  []int    `json:"places"`
}

// billJSON is a Bill with the durations that its own JSON leaves out, in nanoseconds.
type billJSON struct {
	reconcile.Bill
	Window time.Duration `json:"window_ns"`
	Takes  time.Duration `json:"takes_ns"`
}

// encodeRun makes the values of a stored run.
func encodeRun(run *reconcile.Run) ([]any, error) {
	src := sourceJSON{Source: run.Source, Columns: run.Source.Columns, Places: run.Source.Places}
	var docs []any
	for _, v := range []any{src, reconcile.Count(run.Results).Status, run.SubClients, run.Requests, billJSON{run.Bill, run.Bill.Window, run.Bill.Takes}, run.RefuseKYB} {
		s, err := encodeJSON(v)
		if err != nil {
			return nil, err
		}
		docs = append(docs, s)
	}
	return append([]any{
		run.ID, run.Command, run.Of, run.Environment, run.BaseURL, run.Account, run.By, encodeTime(run.Started), encodeTime(run.Finished), run.ExitCode,
		run.Stopped, run.Resumable, len(run.Results), run.Source.Name, run.Source.Path,
	}, docs...), nil
}

// storedRun is a line of the table runs.
type storedRun struct {
	seq      int64
	original sql.NullString
	rows     int
	counts   map[reconcile.Status]int
	run      reconcile.Run // without results
}

// scanRun is the inverse of encodeRun.
func scanRun(scan func(...any) error) (storedRun, error) {
	var s storedRun
	var started, finished sql.NullString
	var name, path string
	docs := make([]string, 6)
	r := &s.run
	err := scan(&s.seq, &s.original,
		&r.ID, &r.Command, &r.Of, &r.Environment, &r.BaseURL, &r.Account, &r.By, &started, &finished, &r.ExitCode,
		&r.Stopped, &r.Resumable, &s.rows, &name, &path, &docs[0], &docs[1], &docs[2], &docs[3], &docs[4], &docs[5],
	)
	if err != nil {
		return s, err
	}
	var src sourceJSON
	var bill billJSON
	for i, v := range []any{&src, &s.counts, &r.SubClients, &r.Requests, &bill, &r.RefuseKYB} {
		if err := json.Unmarshal([]byte(docs[i]), v); err != nil {
			return s, fmt.Errorf("%w: run %s: %w", ErrDamaged, r.ID, err)
		}
	}
	r.Source, r.Source.Name, r.Source.Path = src.Source, name, path
	r.Source.Columns, r.Source.Places = src.Columns, src.Places
	r.Bill, r.Bill.Window, r.Bill.Takes = bill.Bill, bill.Window, bill.Takes
	if r.Started, err = decodeTime(started); err != nil {
		return s, err
	}
	r.Finished, err = decodeTime(finished)
	return s, err
}
