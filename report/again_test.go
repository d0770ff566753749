package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dakota-reconcile/input"
	"dakota-reconcile/reconcile"
	"dakota-reconcile/report"
)

// Well-formed ids.
var (
	alpha = "2ZdR0Yq1tLmN4pVx8KcB7aWe0Ab"
	beta  = "2ZdR0Yq1tLmN4pVx8KcB7aWe0Bc"
	gamma = "2ZdR0Yq1tLmN4pVx8KcB7aWe0Cd"
	north = "2YbQ7Hn3sKfJ9dTz5GmC2xRv1No"
)

func read(t *testing.T, b []byte, name string, o input.Options) *input.Table {
	t.Helper()
	o.Now = func() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }
	o.TempDir = t.TempDir()
	table, err := input.Read(bytes.NewReader(b), name, o)
	if err != nil {
		t.Fatalf("read %s: %v", name, err)
	}
	for _, p := range table.Problems {
		t.Errorf("%s: %v", name, p.Error())
	}
	return table
}

// wishes are what a table asks for: customer → sub-client.
func wishes(table *input.Table) map[string]string {
	m := map[string]string{}
	for _, a := range table.Assignments {
		m[a.CustomerID] = a.SubClientID
	}
	return m
}

// halfDone is a run of a file as a person wrote it, none of whose rows was made.
func halfDone(t *testing.T) (reconcile.Run, map[string]string) {
	t.Helper()
	file := "Partner list;;;\nname;Sub-Client;Customer ID;note\n=Evil;" + north + ";" + alpha + ";-5\nPlain;;" + beta + ";x\nDone;" + north + ";" + gamma + ";y\n"
	table := read(t, []byte(file), "partners.csv", input.Options{})
	run := reconcile.Run{ID: "r", Command: "apply", Source: table.Source}
	for _, a := range table.Assignments {
		run.Results = append(run.Results, reconcile.Result{
			Change: reconcile.Change{Assignment: a, Action: reconcile.Move}, Status: reconcile.Failed,
			ErrorCode: "no_answer", Error: "no answer",
		})
	}
	last := &run.Results[len(run.Results)-1]
	last.Status, last.ErrorCode, last.Error = reconcile.Applied, "", ""
	return run, map[string]string{alpha: north, beta: ""}
}

func TestRejectsAreAcceptedAsTheNextInput(t *testing.T) {
	run, want := halfDone(t)
	for _, k := range []report.Kind{report.CSV, report.XLSX} {
		var b bytes.Buffer
		if _, err := report.Rejects(&b, k, run); err != nil {
			t.Fatal(err)
		}
		table := read(t, b.Bytes(), "rejects"+string(k), input.Options{})
		if diff := cmp.Diff(want, wishes(table)); diff != "" {
			t.Errorf("%s asks for something else (-want +got)\n%s", k, diff)
		}
		if diff := cmp.Diff(run.Source.Columns, table.Source.Columns); diff != "" {
			t.Errorf("%s has other columns (-want +got)\n%s", k, diff)
		}
	}
}

func TestUnreadableCellIsRefusedWhenItIsFedInAgain(t *testing.T) {
	file := "customer_id,sub_client_id\n" + alpha + ",N/A\n" + beta + "," + north + "\n"
	table, err := input.Read(strings.NewReader(file), "partners.csv", input.Options{SkipInvalid: true})
	if err != nil {
		t.Fatal(err)
	}
	run := reconcile.Run{Source: table.Source}
	for _, a := range table.Assignments {
		r := reconcile.Result{Change: reconcile.Change{Assignment: a}, Status: reconcile.Applied}
		if a.Problem != nil {
			r.Status, r.ErrorCode, r.Error = reconcile.Invalid, a.Problem.Code, a.Problem.Message
		}
		run.Results = append(run.Results, r)
	}
	var b bytes.Buffer
	if n, err := report.Rejects(&b, report.CSV, run); err != nil || n != 1 {
		t.Fatalf("%d rejects, want 1 (%v)", n, err)
	}
	again, err := input.Read(&b, "rejects.csv", input.Options{BlankSaid: true})
	if err == nil && len(again.Problems) == 0 {
		t.Errorf("N/A was fed in again as %q", wishes(again))
	}
}

// tried is the run in which every row of a file that is sound was made, and the others were not.
func tried(t *testing.T, file, name string) reconcile.Run {
	t.Helper()
	table, err := input.Read(strings.NewReader(file), name, input.Options{SkipInvalid: true})
	if err != nil {
		t.Fatal(err)
	}
	run := reconcile.Run{ID: "r", Command: "apply", Source: table.Source}
	for _, a := range table.Assignments {
		r := reconcile.Result{Change: reconcile.Change{Assignment: a}, Status: reconcile.Applied}
		if a.Problem != nil {
			r.Status, r.ErrorCode, r.Error = reconcile.Invalid, a.Problem.Code, a.Problem.Message
		}
		run.Results = append(run.Results, r)
	}
	return run
}

func TestWhatNobodySeesStaysRefusedWhenItIsFedInAgain(t *testing.T) {
	cells := []string{"\x01", "\x1b", "\x7f", "\x01\x01", " \x01 ", "\x01\u200b", "\u0080", north + "\x01", "\x01" + north, "_x0001_", "_x0020_", "_x200B_", north + "_x0020_"}
	for _, cell := range cells {
		for _, row := range []string{alpha + "," + cell, cell + "," + north, cell + ","} {
			run := tried(t, "customer_id,sub_client_id\n"+gamma+","+north+"\n"+row+"\n", "partners.csv")
			if r := run.Results[1]; r.Status != reconcile.Invalid {
				t.Errorf("%q is not refused", row)
				continue
			}
			for name, write := range map[string]func(*bytes.Buffer) error{
				"rejects.csv":  func(b *bytes.Buffer) error { _, err := report.Rejects(b, report.CSV, run); return err },
				"rejects.xlsx": func(b *bytes.Buffer) error { _, err := report.Rejects(b, report.XLSX, run); return err },
				"report.csv":   func(b *bytes.Buffer) error { return report.Write(b, report.CSV, run, report.Options{}) },
				"report.xlsx":  func(b *bytes.Buffer) error { return report.Write(b, report.XLSX, run, report.Options{}) },
			} {
				var b bytes.Buffer
				if err := write(&b); err != nil {
					t.Fatal(err)
				}
				o := input.Options{BlankSaid: true}
				if name == "report.xlsx" {
					o.Sheet = "To fix"
				}
				again, err := input.Read(&b, name, o)
				if err == nil && len(again.Problems) == 0 {
					t.Errorf("%q of %s is fed in again as %q", row, name, wishes(again))
				}
			}
		}
	}
}

func TestToFixSheetIsAcceptedAsTheNextInput(t *testing.T) {
	run, want := halfDone(t)
	var b bytes.Buffer
	if err := report.Write(&b, report.XLSX, run, report.Options{}); err != nil {
		t.Fatal(err)
	}
	table := read(t, b.Bytes(), "report.xlsx", input.Options{Sheet: "To fix"})
	if diff := cmp.Diff(want, wishes(table)); diff != "" {
		t.Errorf("the sheet asks for something else (-want +got)\n%s", diff)
	}
}

func TestUneditedExportAsksForWhatIsThere(t *testing.T) {
	now := map[string]string{alpha: north, beta: "", gamma: north}
	var customers []reconcile.Change
	for _, id := range []string{alpha, beta, gamma} {
		c := reconcile.Change{CustomerName: "=Müller; \"x\"", SubClientName: "North", KYBBefore: "active"}
		c.CustomerID, c.SubClientID = id, now[id]
		customers = append(customers, c)
	}
	subClients := []reconcile.SubClientTotal{{ID: north, Name: "North", Opening: 2}}
	for _, k := range []report.Kind{report.CSV, report.XLSX} {
		var b bytes.Buffer
		if err := report.Export(&b, k, customers, subClients); err != nil {
			t.Fatal(err)
		}
		table := read(t, b.Bytes(), "export"+string(k), input.Options{})
		if diff := cmp.Diff(now, wishes(table)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", k, diff)
		}
	}
}

func TestReportIntoTheWorkbookThatWasReadNamesEachRow(t *testing.T) {
	run, _ := halfDone(t)
	var own bytes.Buffer
	if _, err := report.Rejects(&own, report.XLSX, run); err != nil { // any workbook will do as the user's
		t.Fatal(err)
	}
	table := read(t, own.Bytes(), "own.xlsx", input.Options{})
	second := reconcile.Run{ID: "s", Command: "apply", Source: table.Source}
	for _, a := range table.Assignments {
		second.Results = append(second.Results, reconcile.Result{Change: reconcile.Change{Assignment: a}, Status: reconcile.Applied})
	}
	var b bytes.Buffer
	if err := report.Write(&b, report.XLSX, second, report.Options{Original: table.Original}); err != nil {
		t.Fatal(err)
	}
	again := read(t, b.Bytes(), "own.xlsx", input.Options{Sheet: table.Source.Sheet})
	if diff := cmp.Diff(wishes(table), wishes(again)); diff != "" {
		t.Errorf("the workbook asks for something else with results in it (-want +got)\n%s", diff)
	}
	status := strings.Join(again.Source.Columns, " ")
	if !strings.Contains(status, "status action customer_name") {
		t.Errorf("the results are not beside the table: %s", status)
	}
}
