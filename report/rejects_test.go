package report

import (
	"bytes"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dakota-reconcile/reconcile"
)

func TestRejectsAreExactlyTheRowsNotAsWishedInTheInputsColumns(t *testing.T) {
	var b bytes.Buffer
	n, err := Rejects(&b, CSV, applied())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "apply.rejects.csv", b.Bytes())
	records, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"balance", "Customer ID", "'=city", "Sub-Client"}, records[0]); diff != "" {
		t.Errorf("header (-want +got)\n%s", diff)
	}
	want := 0
	for _, r := range applied().Results {
		switch r.Status {
		case reconcile.Failed, reconcile.Conflict, reconcile.InDoubt, reconcile.Refused, reconcile.Invalid, reconcile.NotAttempted:
			want++
		}
	}
	if n != want || len(records) != want+1 {
		t.Errorf("%d rejects in %d records, want %d", n, len(records), want)
	}
}

func TestRejectsNeverTurnARowToBeKeptIntoADisassociation(t *testing.T) {
	run := applied()
	for i := range run.Results {
		run.Results[i].Keep, run.Results[i].SubClientID = true, ""
		run.Results[i].Status = reconcile.Invalid
	}
	if n, err := Rejects(io.Discard, CSV, run); err != nil || n != 0 {
		t.Errorf("%d rows are fed in again with an empty sub_client_id (%v)", n, err)
	}
}

func TestRejectsWorkbookHoldsTheSameRows(t *testing.T) {
	var text, book bytes.Buffer
	if _, err := Rejects(&text, CSV, applied()); err != nil {
		t.Fatal(err)
	}
	if _, err := Rejects(&book, XLSX, applied()); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(&text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := open(t, book.Bytes()).GetRows("To fix")
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows { // GetRows leaves out the empty cells at a row's end
		for len(rows[i]) < len(records[0]) {
			rows[i] = append(rows[i], "")
		}
	}
	if diff := cmp.Diff(records, rows); diff != "" {
		t.Errorf("the workbook differs from the text (-text +workbook)\n%s", diff)
	}
}

func TestInputFilesAreCSVOrXLSX(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.html")
	if _, err := RejectsFile(path, applied()); err == nil || !strings.Contains(err.Error(), ".csv or .xlsx") {
		t.Errorf("rejects as .html: %v", err)
	}
	if err := ExportFile(path, nil, nil); err == nil || !strings.Contains(err.Error(), ".csv or .xlsx") {
		t.Errorf("export as .html: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was written all the same")
	}
}

// A cell that was refused for what can't be seen in it is refused again: cleaned, it would be an id, or empty and disassociate.
func TestRejectsStayRejects(t *testing.T) {
	const id = "2aNEILJSQrJ36kEu7BcyVL6TM7C"
	run := reconcile.Run{Command: "apply"}
	for _, cells := range [][2]string{{id, "\x01"}, {id, "\x7f\x7f"}, {id, "\u202e"}, {id + "\x01", ""}, {id, id + "\x00"}} {
		r := reconcile.Result{Status: reconcile.Invalid, ErrorCode: "bad_id", Error: "bad; bad"}
		r.Row, r.CustomerID, r.SubClientID = int32(len(run.Results)+2), cells[0], cells[1]
		run.Results = append(run.Results, r)
	}
	for i, record := range rejected(run)[1:] {
		r := run.Results[i]
		if record[0] == id && record[1] == "" || record[0] == id && record[1] == id || record[0] == id && r.CustomerID != id {
			t.Errorf("%q, %q comes back as %q", r.CustomerID, r.SubClientID, record)
		}
	}
}
