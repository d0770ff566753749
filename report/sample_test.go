package report

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dakota-reconcile/dakota"
	"dakota-reconcile/reconcile"
)

var update = flag.Bool("update", false, "write the goldens anew")

// golden compares got with testdata/report/name at the repository's root, or writes it there with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("..", "testdata", "report", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run the test with -update to write it)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got); if that is meant, run with -update\n%s", name, diff)
	}
}

// Well-formed ids, told apart by their ends.
const (
	cust = "2ZdR0Yq1tLmN4pVx8KcB7aWe0" // + two characters
	sub  = "2YbQ7Hn3sKfJ9dTz5GmC2xRv1"
)

var (
	began  = time.Date(2026, 11, 22, 8, 30, 0, 0, time.UTC)
	north  = sub + "NO"
	south  = sub + "SU"
	orient = sub + "OR"
)

var names = map[string]string{"": "", north: "Nordwind Treuhand", south: "Südstern Payments", orient: "Orient & Partner"}

// ready returns a row that was observed: it is to go from one sub-client to another.
func ready(row int32, name, from, to string) reconcile.Result {
	action := reconcile.Move
	switch {
	case from == to:
		action = reconcile.None
	case from == "":
		action = reconcile.Associate
	case to == "":
		action = reconcile.Disassociate
	}
	return reconcile.Result{
		Change: reconcile.Change{
			Assignment: reconcile.Assignment{
				Row: row, CustomerID: cust + string([]byte{'A' + byte(row/26), 'A' + byte(row%26)}), SubClientID: to,
				Further: []string{"-12.50", "Berlin"},
			},
			Action: action, CustomerName: name, SubClientName: names[to], PreviousID: from, PreviousName: names[from],
			KYBBefore: "active", CreatedAt: 1690000000, ObservedAt: began.Add(2 * time.Second),
		},
		Status: reconcile.Planned, KYBStatus: "active",
	}
}

// sent returns the row as an answer settled it.
func sent(r reconcile.Result, s reconcile.Status, http int, kyb string) reconcile.Result {
	r.Status, r.HTTPStatus, r.KYBStatus, r.Attempts = s, http, kyb, 1
	r.RequestID, r.FinishedAt = "req_0a1b2c3d", began.Add(time.Duration(r.Row)*time.Second+234*time.Millisecond)
	return r
}

// wrong returns the row with an error.
func wrong(r reconcile.Result, s reconcile.Status, code, text string) reconcile.Result {
	r.Status, r.ErrorCode, r.Error = s, code, text
	return r
}

// applied is a run with every status that an apply can leave, every action, and names that mean harm.
func applied() reconcile.Run {
	end := 41
	orientEnd := 13
	run := reconcile.Run{
		ID: "20261122T083000Z-6f3a", Command: "apply", Environment: "production", BaseURL: "https://api.platform.dakota.xyz",
		Account: "d41c-77aa", By: "mara@build-7 (4711)", Started: began, Finished: began.Add(95*time.Second + 400*time.Millisecond),
		ExitCode: 7, Stopped: "the deadline of 95s was reached", Resumable: true,
		Source: reconcile.Source{
			Name: "partners november.csv", Path: "/home/mara/partners november.csv", SHA256: "9f86d081884c7d65", Format: "csv", Header: 3,
			Customer: 2, CustomerName: "Customer ID", SubClient: 4, SubClientName: "Sub-Client",
			Columns: []string{"balance", "=city"}, Places: []int{1, 3},
		},
		SubClients: []reconcile.SubClientTotal{
			{ID: north, Name: names[north], Opening: 40, In: 2, Out: 1, Expected: 41, Actual: &end},
			{ID: orient, Name: names[orient], Opening: 12, In: 0, Out: 0, Expected: 12, Actual: &orientEnd},
			{ID: south, Name: names[south], Opening: -1, In: 1, Out: 1, Expected: -1},
		},
		Requests: dakota.Usage{List: 4, Get: 3, Summary: 2, Patch: 8, Throttled: 1, Retries: 2},
		Bill: reconcile.Bill{
			Reads: 6, Writes: 8, Checks: 1, Limit: 60, Window: time.Minute, Takes: 9 * time.Second,
			Ends: began.Add(20 * time.Second),
		},
	}
	run.Results = append(run.Results, settled()...)
	run.Results = append(run.Results, unsettled()...)
	return run
}

// settled are the rows of applied that are as wished.
func settled() []reconcile.Result {
	first := sent(ready(4, "Möller & Söhne GmbH", "", north), reconcile.Applied, 200, "active")
	again := first
	again.Row, again.Same, again.Attempts = 5, 4, 0
	kept := ready(9, "Left Alone Ltd", south, south)
	kept.Keep, kept.SubClientID, kept.SubClientName, kept.Status = true, "", "", reconcile.Unchanged
	same := ready(8, "Already There Ltd", north, north)
	same.Status = reconcile.Unchanged
	return []reconcile.Result{
		first, again,
		sent(ready(6, `=HYPERLINK("http://evil.example","Click")`, north, south), reconcile.Applied, 200, "partner_review"),
		sent(ready(7, "<script>alert('x')</script>", south, ""), reconcile.Applied, 200, "frozen"),
		same, kept,
	}
}

// unsettled are the rows of applied that are not as wished.
func unsettled() []reconcile.Result {
	gone := reconcile.Result{Change: reconcile.Change{Assignment: reconcile.Assignment{
		Row: 15, CustomerID: cust + "ZZ", SubClientID: north, Further: []string{"+49123", "line\none"},
	}}}
	bad := gone
	bad.Row, bad.CustomerID = 16, "1.23E+26"
	bad.Problem = &reconcile.Problem{Code: "bad_id", Message: "an id has 27 characters, this has 8"}
	frozen := ready(14, "Frost AG", north, south)
	frozen.KYBBefore, frozen.KYBStatus = "frozen", "frozen"
	extra := ready(0, "Extra GmbH", orient, orient)
	extra.Further, extra.SubClientID, extra.SubClientName = nil, "", ""
	late := ready(17, "Later \u202egpj.exe\x1b[31m Ltd", "", orient)
	late.Same = 0
	return []reconcile.Result{
		wrong(sent(ready(10, "Refused by API Ltd", "", north), reconcile.Failed, 400, "active"), reconcile.Failed,
			"invalid_sub_client", "sub_client_id must reference a customer belonging to the same client"),
		wrong(sent(ready(11, "Always Broken Ltd", "", north), reconcile.Failed, 500, "active"), reconcile.Failed,
			"server_error", "the API answered 500 five times"),
		wrong(sent(ready(12, "Taken @cmd|calc", south, north), reconcile.Conflict, 0, "active"), reconcile.Conflict,
			"changed_since", "now associated with Orient & Partner"),
		wrong(sent(ready(13, "In Doubt Ltd", north, ""), reconcile.InDoubt, 0, "active"), reconcile.InDoubt,
			"timeout", "no answer within 15s"),
		wrong(frozen, reconcile.Refused, "kyb_status", "kyb_status is frozen"),
		wrong(gone, reconcile.Invalid, "customer_not_found", "no customer has this id"),
		wrong(bad, reconcile.Invalid, "bad_id", "an id has 27 characters, this has 8"),
		wrong(late, reconcile.NotAttempted, "", ""),
		wrong(extra, reconcile.Unlisted, "", ""),
	}
}

// planned is the same input before anything was sent.
func planned() reconcile.Run {
	run := applied()
	run.Command, run.ID, run.ExitCode, run.Stopped, run.Resumable = "plan", "20261122T082900Z-11aa", 0, "", false
	run.Requests = dakota.Usage{List: 4, Get: 1, Summary: 1}
	for i := range run.SubClients {
		run.SubClients[i].Actual = nil
	}
	rows := make([]reconcile.Result, 0, len(run.Results))
	for _, r := range run.Results {
		switch r.Status {
		case reconcile.Applied, reconcile.Failed, reconcile.Conflict, reconcile.InDoubt, reconcile.NotAttempted:
			r.Status, r.HTTPStatus, r.ErrorCode, r.Error, r.RequestID, r.Attempts = reconcile.Planned, 0, "", "", "", 0
			r.FinishedAt, r.KYBStatus = time.Time{}, r.KYBBefore
		}
		rows = append(rows, r)
	}
	run.Results = rows
	return run
}

// nightly is a run on an ordinary night: nothing to do.
func nightly() reconcile.Run {
	run := applied()
	run.Command, run.ExitCode, run.Stopped, run.Resumable = "apply", 0, "", false
	run.Results = run.Results[4:6]
	run.Requests = dakota.Usage{List: 3, Summary: 1}
	run.SubClients, run.Bill = nil, reconcile.Bill{Reads: 4}
	return run
}

// checked is a file that was read and never compared with the account: two rows can't be used.
func checked() reconcile.Run {
	run := applied()
	run.Command, run.ExitCode, run.Stopped, run.Resumable = "validate", 5, "the input has problems; nothing was sent", false
	run.Environment, run.BaseURL, run.Account = "", "", ""
	run.SubClients, run.Requests, run.Bill = nil, dakota.Usage{}, reconcile.Bill{}
	run.Results = nil
	for _, r := range applied().Results[:14] {
		row := reconcile.Result{Change: reconcile.Change{Assignment: r.Assignment, Action: reconcile.None}, Status: reconcile.NotAttempted}
		if row.Problem != nil {
			row.Status, row.ErrorCode, row.Error = reconcile.Invalid, row.Problem.Code, row.Problem.Message
		}
		run.Results = append(run.Results, row)
	}
	return run
}
