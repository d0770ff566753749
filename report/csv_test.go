package report

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dakota-reconcile/reconcile"
)

func TestCSVHasEachRowOnceInOrderWithItsFurtherCells(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.String()
		run := reconcile.Run{Source: reconcile.Source{Columns: rapid.SliceOfN(text, 0, 3).Draw(rt, "columns")}}
		rows := rapid.IntRange(0, 3).Draw(rt, "rows") + rapid.SampledFrom([]int{0, 0, 0, 0, 0, batch - 2}).Draw(rt, "and")
		for i := range rows {
			run.Results = append(run.Results, reconcile.Result{Change: reconcile.Change{
				Assignment:   reconcile.Assignment{Row: int32(i + 2), Further: []string{strconv.Itoa(i), "b"}},
				CustomerName: "n",
			}})
		}
		if len(run.Results) > 0 {
			run.Results[0].CustomerName = text.Draw(rt, "name")
		}
		records, err := csv.NewReader(bytes.NewReader(render(t, CSV, run))).ReadAll()
		if err != nil {
			rt.Fatal(err)
		}
		if len(records) != len(run.Results)+1 {
			rt.Fatalf("%d records for %d rows", len(records), len(run.Results))
		}
		for i, r := range records[1:] {
			if r[0] != strconv.Itoa(i+2) || len(r) != len(columns)+len(run.Source.Columns) {
				rt.Fatalf("record %d is %q", i, r)
			}
			if len(run.Source.Columns) > 0 && r[len(columns)] != strconv.Itoa(i) {
				rt.Fatalf("record %d has another row's further cell: %q", i, r)
			}
		}
	})
}

func TestCSVHeaderIsTheContractsColumnsThenTheInputs(t *testing.T) {
	run := reconcile.Run{Source: reconcile.Source{Columns: []string{"status", "=city"}}}
	records, err := csv.NewReader(bytes.NewReader(render(t, CSV, run))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := append(append([]string{}, columns...), "status", "'=city")
	if diff := cmp.Diff([][]string{want}, records); diff != "" {
		t.Error(diff)
	}
}

func TestLinesCellsStandInTheOrderOfColumns(t *testing.T) {
	r := applied().Results[0]
	var b bytes.Buffer
	if err := writeCSV(&b, reconcile.Run{Results: []reconcile.Result{r}}, Options{}); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{columns, lineOf(r).cells()}, records); diff != "" {
		t.Error(diff)
	}
}
