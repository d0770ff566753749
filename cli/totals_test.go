package cli

import (
	"strings"
	"testing"

	"dakota-reconcile/reconcile"
)

func TestTotalThatDiffersIsNotBlamedOnSomebodyElse(t *testing.T) {
	actual := 4
	var b strings.Builder
	(&app{}).showTotals(&b, []reconcile.SubClientTotal{{ID: "north", Name: "North", Opening: 10, In: 2, Expected: 12, Actual: &actual}})
	for _, want := range []string{"4 (differs by -8)", "somebody else may have changed it", "the API did not keep what it answered"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the totals do not say %q:\n%s", want, b.String())
		}
	}
}
