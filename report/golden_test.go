package report

import (
	"bytes"
	"testing"

	"dakota-reconcile/reconcile"
)

// samples are the runs that every format is shown with.
var samples = []struct {
	name string
	run  func() reconcile.Run
}{
	{"apply", applied},    // every status and action, stopped early
	{"plan", planned},     // the same, before it
	{"nightly", nightly},  // nothing to do
	{"validate", checked}, // a file that was only checked
}

// textKinds are those whose goldens a person can read in a diff; the workbook is dumped as text (workbook_test.go).
var textKinds = []Kind{CSV, HTML, JSONL, Markdown, JUnit}

func TestReportsOfARunWithEveryStatusAndAction(t *testing.T) {
	for _, s := range samples {
		for _, k := range textKinds {
			t.Run(s.name+string(k), func(t *testing.T) {
				golden(t, s.name+string(k), render(t, k, s.run()))
			})
		}
	}
}

func TestSummaryOfARunWithEveryStatusAndAction(t *testing.T) {
	for _, s := range samples {
		b, err := Summarize(s.run()).JSON()
		if err != nil {
			t.Fatal(err)
		}
		golden(t, s.name+".summary.json", b)
	}
}

// render returns the report's bytes.
func render(t testing.TB, k Kind, run reconcile.Run) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, k, run, Options{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
