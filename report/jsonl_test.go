package report

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dakota-reconcile/reconcile"
)

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
