package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dakota-reconcile/reconcile"
)

func TestKindOfReadsTheEndingAndListsWhatThereIs(t *testing.T) {
	for _, c := range []struct {
		path string
		want Kind
	}{
		{"a.csv", CSV}, {"b.XLSX", XLSX}, {"/x/y.html", HTML}, {"c.jsonl", JSONL}, {"d.md", Markdown}, {"e.xml", JUnit},
		{"a.pdf", ""}, {"a", ""}, {"a.csv.gz", ""},
	} {
		got, err := KindOf(c.path)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("KindOf(%q) = %q, %v", c.path, got, err)
		}
		if err != nil && !strings.Contains(err.Error(), ".csv .xlsx .html .jsonl .md .xml (JUnit)") {
			t.Errorf("the error for %q does not list the endings: %v", c.path, err)
		}
	}
}

func TestEveryKindHasARenderer(t *testing.T) {
	for _, k := range Kinds {
		if renderers[k] == nil {
			t.Errorf("nothing renders %s", k)
		}
	}
	if err := Write(io.Discard, ".pdf", applied(), Options{}); err == nil || !strings.Contains(err.Error(), ".pdf") {
		t.Errorf("an unknown kind gives %v", err)
	}
}

func TestSameRunGivesSameBytes(t *testing.T) {
	run := applied()
	for _, k := range Kinds {
		first := render(t, k, run)
		for range 5 { // map order differs from one time to the next
			if !bytes.Equal(first, render(t, k, applied())) {
				t.Errorf("%s differs from one time to the next", k)
				break
			}
		}
	}
	workbook := fromWorkbook()
	original := manual(t, workbook)
	if !bytes.Equal(renderInto(t, workbook, original), renderInto(t, workbook, original)) {
		t.Error("the user's workbook with results differs from one time to the next")
	}
}

func TestFileIsPrivateWholeAndReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.csv")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := File(path, applied(), Options{}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(render(t, CSV, applied())), string(got)); diff != "" {
		t.Error(diff)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600 (%v)", info.Mode(), err)
	}
	onlyFile(t, path)
}

func TestFileThatCanNotBeWrittenLeavesTheOldOneAndNamesThePath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.xlsx")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := fromWorkbook()
	err := File(path, run, Options{Original: []byte("no workbook")})
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v does not name the file", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("the old file is now %q", got)
	}
	onlyFile(t, path)

	missing := filepath.Join(t.TempDir(), "no", "r.csv")
	err = File(missing, applied(), Options{})
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), missing) || !strings.Contains(err.Error(), "make the folder") {
		t.Errorf("error %v does not say what to do about %s", err, missing)
	}
}

// onlyFile fails when something else is in path's folder.
func onlyFile(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v (%v)", entries, err)
	}
}

func TestStatusesOfTheSummaryAddUpToItsRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := drawn(t)
		s := Summarize(run)
		sum := s.Planned + s.Applied + s.Unchanged + s.Failed + s.Conflict + s.InDoubt + s.Invalid + s.Refused + s.NotAttempted + s.Unlisted
		actions := 0
		for _, n := range s.Actions {
			actions += n
		}
		if sum != len(run.Results) || s.Rows != sum || actions != sum {
			t.Fatalf("%d rows, statuses add up to %d, actions to %d", len(run.Results), sum, actions)
		}
	})
}

// drawn is a run with rows of every kind and whatever text.
func drawn(t *rapid.T) reconcile.Run {
	text := rapid.String()
	run := reconcile.Run{ID: "r", Command: rapid.SampledFrom([]string{"plan", "apply", "rollback"}).Draw(t, "command"), Started: began}
	run.Source = reconcile.Source{Name: text.Draw(t, "name"), Customer: 2, SubClient: 1, Columns: []string{text.Draw(t, "column")}, Places: []int{3}}
	for i := range rapid.IntRange(0, 20).Draw(t, "rows") {
		run.Results = append(run.Results, reconcile.Result{
			Change: reconcile.Change{
				Assignment: reconcile.Assignment{Row: int32(i + 2), CustomerID: text.Draw(t, "customer"), SubClientID: text.Draw(t, "sub"),
					Further: []string{text.Draw(t, "cell")}},
				Action:       rapid.SampledFrom(append([]reconcile.Action{""}, reconcile.Actions...)).Draw(t, "action"),
				CustomerName: text.Draw(t, "name"), PreviousID: text.Draw(t, "previous"),
			},
			Status: rapid.SampledFrom(reconcile.Statuses).Draw(t, "status"), KYBStatus: text.Draw(t, "kyb"),
			Error: text.Draw(t, "error"), ErrorCode: text.Draw(t, "code"),
		})
	}
	return run
}

func TestWhateverTheTextEveryFormatIsWellFormed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		run := drawn(rt)
		if _, err := csv.NewReader(bytes.NewReader(render(t, CSV, run))).ReadAll(); err != nil {
			rt.Errorf("csv: %v", err)
		}
		dec := json.NewDecoder(bytes.NewReader(render(t, JSONL, run)))
		for n := 0; ; n++ {
			var row map[string]any
			err := dec.Decode(&row)
			if err == io.EOF && n == len(run.Results) {
				break
			}
			if err != nil {
				rt.Fatalf("jsonl, object %d of %d: %v", n, len(run.Results), err)
			}
		}
		wellFormed(rt, render(t, JUnit, run))
	})
}

// wellFormed fails unless b is XML 1.0 to its end: encoding/xml refuses characters that XML forbids.
func wellFormed(t *rapid.T, b []byte) {
	dec := xml.NewDecoder(bytes.NewReader(b))
	for {
		if _, err := dec.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("xml: %v", err)
		}
	}
}

func TestColumnsOfOneNameAreAllInTheObject(t *testing.T) {
	run := reconcile.Run{Source: reconcile.Source{Columns: []string{"note", "note", "note 2"}}}
	run.Results = []reconcile.Result{{Change: reconcile.Change{Assignment: reconcile.Assignment{Row: 2, Further: []string{"a", "b", "c"}}}}}
	var row struct{ Further map[string]string }
	if err := json.Unmarshal(render(t, JSONL, run), &row); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"note": "a", "note 2": "b", "note 2 2": "c"}, row.Further); diff != "" {
		t.Error(diff)
	}
}

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

// associations are what an export is made of.
func associations() ([]reconcile.Change, []reconcile.SubClientTotal) {
	var customers []reconcile.Change
	for _, r := range applied().Results[:6] {
		r.SubClientID, r.SubClientName = r.PreviousID, r.PreviousName
		customers = append(customers, r.Change)
	}
	return customers, applied().SubClients
}

func TestExportIsAnInputFileToEdit(t *testing.T) {
	customers, subClients := associations()
	var text, book bytes.Buffer
	if err := Export(&text, CSV, customers, subClients); err != nil {
		t.Fatal(err)
	}
	if err := Export(&book, XLSX, customers, subClients); err != nil {
		t.Fatal(err)
	}
	golden(t, "export.csv", text.Bytes())
	golden(t, "export.xlsx.txt", []byte(dump(t, book.Bytes())))
}

func TestMetricsOfARun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dakota.prom")
	if err := Metrics(path, applied()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "apply.prom", b)
}

func TestMetricsKeepTheLastSuccessUntilTheNextOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dakota.prom")
	success := func() string {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			if strings.HasPrefix(line, lastSuccess) {
				return strings.Fields(line)[1]
			}
		}
		return ""
	}
	good, bad := nightly(), applied()
	for _, step := range []struct {
		run  reconcile.Run
		want string
		why  string
	}{
		{bad, "", "no success yet"},
		{good, "1.7953362954e+09", "the first success"},
		{bad, "1.7953362954e+09", "a failure keeps it"},
	} {
		if err := Metrics(path, step.run); err != nil {
			t.Fatal(err)
		}
		if got := success(); got != step.want {
			t.Errorf("%s: last success %q, want %q", step.why, got, step.want)
		}
	}
	good.Finished = good.Finished.Add(24 * time.Hour)
	if err := Metrics(path, good); err != nil {
		t.Fatal(err)
	}
	if got := success(); got == "1.7953362954e+09" || got == "" {
		t.Errorf("the next success left it at %q", got)
	}
}
