package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"dakota-reconcile/reconcile"
)

// Rejects writes the rows that are not as wished after the run, in the input's own columns under its own header, ready to be corrected
// and fed in again. k is CSV or XLSX. It returns the number of rows; without any the header stands alone.
//
// A row that was to be left alone (an empty cell under --blank keep) is not among them: nothing was wished, and fed in without that
// flag its empty cell would disassociate the customer. Neither are customers that the input does not list.
func Rejects(w io.Writer, k Kind, run reconcile.Run) (int, error) {
	rows := rejected(run)
	var err error
	switch k {
	case CSV:
		err = writeRecords(w, rows)
	case XLSX:
		err = writeRejectsBook(w, rows)
	default:
		err = fmt.Errorf("an input file is .csv or .xlsx, not %s", k)
	}
	if err != nil {
		return 0, fmt.Errorf("write rejects: %w", err)
	}
	return len(rows) - 1, nil
}

// RejectsFile is Rejects into the file at path, which is there whole or not at all, with mode 0600. The ending chooses CSV or XLSX.
func RejectsFile(path string, run reconcile.Run) (n int, err error) {
	k, err := inputKind("rejects", path)
	if err != nil {
		return 0, err
	}
	err = Replace(path, func(w io.Writer) error {
		n, err = Rejects(w, k, run)
		return err
	})
	return n, err
}

// inputKind returns the kind of input file that path stands for.
func inputKind(what, path string) (Kind, error) {
	k, err := KindOf(path)
	if err != nil || (k != CSV && k != XLSX) {
		return "", fmt.Errorf("%s file %q: its name must end in .csv or .xlsx, because it is an input file", what, path)
	}
	return k, nil
}

// unfulfilled reports whether the row is one of the input that is not as wished after the run. Of a file that was only checked, these
// are the rows that can't be used.
func unfulfilled(run reconcile.Run, r reconcile.Result) bool {
	if run.Command == "validate" && r.Status != reconcile.Invalid {
		return false
	}
	return r.Row != 0 && !r.Keep && r.Status != reconcile.Applied && r.Status != reconcile.Unchanged
}

// rejected returns the header and the rows that are not as wished, as records in the order of the input's columns.
func rejected(run reconcile.Run) [][]string {
	slots := inputSlots(run.Source)
	header := make([]string, len(slots))
	for i, s := range slots {
		header[i] = s.name
	}
	records := [][]string{header}
	for _, r := range run.Results {
		if !unfulfilled(run, r) {
			continue
		}
		record := make([]string, len(slots))
		for i, s := range slots {
			record[i] = s.value(r)
		}
		records = append(records, record)
	}
	return records
}

// slot is a column of the input.
type slot struct {
	place int // from 1; 0 when it is not known
	name  string
	id    bool // one of the two that hold ids
	value func(reconcile.Result) string
}

// inputSlots returns the input's columns in their order. A source that is no spreadsheet (a plan, a run to undo) has the two of ids.
func inputSlots(src reconcile.Source) []slot {
	slots := []slot{
		{src.Customer, orElse(src.CustomerName, "customer_id"), true, func(r reconcile.Result) string { return idText(r.CustomerID) }},
		{src.SubClient, orElse(src.SubClientName, "sub_client_id"), true, wishAgain},
	}
	for i, name := range src.Columns {
		place := len(src.Columns) + 3 // behind all others
		if i < len(src.Places) {
			place = src.Places[i]
		}
		slots = append(slots, slot{place, cell(name), false, func(r reconcile.Result) string { return furtherCell(r, i) }})
	}
	slices.SortStableFunc(slots, func(a, b slot) int { return a.place - b.place })
	return slots
}

// wishAgain returns the wished sub-client as it can be fed in again. Of a cell that could not be read ("N/A", a formula's error) nothing
// is kept but the problem, and an empty cell in its place would disassociate the customer: a question mark stands there, which the
// next run refuses until somebody decides.
func wishAgain(r reconcile.Result) string {
	if r.SubClientID != "" || r.Status != reconcile.Invalid {
		return idText(r.SubClientID)
	}
	switch r.ErrorCode {
	case "customer_not_found", "conflicting_rows": // the cell was read; it is empty
		return ""
	}
	customerIsWrong := reconcile.CheckID(r.CustomerID, time.Unix(1<<40, 0)) != nil
	if customerIsWrong && !strings.Contains(r.Error, "; ") { // the one problem of the row is in its other cell
		return ""
	}
	return "?"
}

// orElse returns a cell's text, other where it is empty.
func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return cell(s)
}

// writeRecords writes CSV with every cell neutralised.
func writeRecords(w io.Writer, records [][]string) error {
	out := csv.NewWriter(w)
	for _, r := range records {
		if err := out.Write(neutralised(r)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
