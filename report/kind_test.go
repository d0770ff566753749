package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dakota-reconcile/reconcile"
)

func TestKindOfReadsTheEndingAndListsWhatThereIs(t *testing.T) {
	for _, c := range []struct {
		path string
		want Kind
	}{
		{"a.csv", CSV},
		{"b.XLSX", XLSX},
		{"/x/y.html", HTML},
		{"c.jsonl", JSONL},
		{"d.md", Markdown},
		{"e.xml", JUnit},
		{"a.pdf", ""},
		{"a", ""},
		{"a.csv.gz", ""},
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

// drawn is a run with rows of every kind and whatever text.
func drawn(t *rapid.T) reconcile.Run {
	text := rapid.String()
	run := reconcile.Run{ID: "r", Command: rapid.SampledFrom([]string{"plan", "apply", "rollback"}).Draw(t, "command"), Started: began}
	run.Source = reconcile.Source{Name: text.Draw(t, "name"), Customer: 2, SubClient: 1, Columns: []string{text.Draw(t, "column")}, Places: []int{3}}
	for i := range rapid.IntRange(0, 20).Draw(t, "rows") {
		run.Results = append(run.Results, reconcile.Result{
			Change: reconcile.Change{
				Assignment: reconcile.Assignment{
					Row: int32(i + 2), CustomerID: text.Draw(t, "customer"), SubClientID: text.Draw(t, "sub"),
					Further: []string{text.Draw(t, "cell")},
				},
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
