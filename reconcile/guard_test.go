package reconcile

import (
	"fmt"
	"strings"
	"testing"

	"dakota-reconcile/dakota"
	"github.com/google/go-cmp/cmp"
)

// planLeaving is a plan that disassociates n of the rows' customers from a sub-client of size members; the others stay.
func planLeaving(t *testing.T, rows, n, members int) *Plan {
	t.Helper()
	var customers []dakota.Customer
	var sheet []Assignment
	for i := range rows {
		c := planCustomer(fmt.Sprintf("c%d", i), "big")
		customers = append(customers, c)
		a := Assignment{Row: int32(i + 2), CustomerID: c.ID, SubClientID: "big"}
		if i < n {
			a.SubClientID = ""
		}
		sheet = append(sheet, a)
	}
	seen := planSeen(customers...)
	seen.opening["big"] = dakota.SubClient{ID: "big", Name: "Big", Customers: members}
	if members < 0 {
		seen.opening = nil
		c := planCustomer("big", "")
		c.IsSubClient = true
		seen.see(Seen{Customer: c, At: planNoon})
	}
	return planMust(t, sheet, seen, Policy{})
}

func planCeiling(t *testing.T, s string) Ceiling {
	t.Helper()
	c, err := ParseCeiling(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestGuardsRefuseWithTheFlagThatOverridesThem(t *testing.T) {
	ceiling := func(s string) Ceiling { return planCeiling(t, s) }
	tests := []struct {
		name   string
		plan   *Plan
		guards Guards
		want   []string // code and override
	}{
		{"ten may leave a small sheet", planLeaving(t, 20, 10, 100), Guards{}, nil},
		{"eleven may not", planLeaving(t, 20, 11, 100), Guards{}, []string{"max_disassociate --max-disassociate 11"}},
		{"a tenth may leave a large one", planLeaving(t, 200, 20, 1000), Guards{}, nil},
		{"more may not", planLeaving(t, 200, 21, 1000), Guards{}, []string{"max_disassociate --max-disassociate 21"}},
		{"a number instead", planLeaving(t, 20, 11, 100), Guards{MaxDisassociate: ceiling("11")}, nil},
		{"none at all", planLeaving(t, 20, 1, 100), Guards{MaxDisassociate: ceiling("0")}, []string{"max_disassociate --max-disassociate 1"}},
		{"a share instead", planLeaving(t, 20, 11, 100), Guards{MaxDisassociate: ceiling("55%")}, nil},
		{"a share of a small sheet is no ten rows", planLeaving(t, 20, 2, 100), Guards{MaxDisassociate: ceiling("5%")}, []string{"max_disassociate --max-disassociate 2"}},
		{"as many changes as permitted", planLeaving(t, 20, 3, 100), Guards{MaxChanges: ceiling("3")}, nil},
		{"more changes", planLeaving(t, 20, 4, 100), Guards{MaxChanges: ceiling("3")}, []string{"max_changes --max-changes 4"}},
		{"no changes permitted, none planned", planLeaving(t, 20, 0, 100), Guards{MaxChanges: ceiling("0")}, nil},
		{"the last five", planLeaving(t, 5, 5, 5), Guards{}, []string{"emptying --allow-emptying big"}},
		{"the last four of four", planLeaving(t, 4, 4, 4), Guards{}, nil},
		{"all but one", planLeaving(t, 5, 4, 5), Guards{}, nil},
		{"the last five, permitted", planLeaving(t, 5, 5, 5), Guards{AllowEmptying: []string{"other", "big"}}, nil},
		{"the last five, all permitted", planLeaving(t, 5, 5, 5), Guards{AllowEmptying: []string{"all"}}, nil},
		{"the last five, another permitted", planLeaving(t, 5, 5, 5), Guards{AllowEmptying: []string{"other"}}, []string{"emptying --allow-emptying big"}},
		{"five of nobody knows how many", planLeaving(t, 9, 5, -1), Guards{}, []string{"emptying --allow-emptying big"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, r := range test.plan.Check(test.guards) {
				got = append(got, r.Code+" "+r.Override)
				if strings.HasSuffix(r.Message, ".") || r.Message == "" {
					t.Errorf("message %q", r.Message)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestMovesAwayDoNotCountAsEmptying(t *testing.T) {
	seen := planSeen()
	seen.opening["north"] = dakota.SubClient{ID: "north", Name: "North", Customers: 6}
	var rows []Assignment
	for i := range 6 {
		c := planCustomer(fmt.Sprintf("c%d", i), "north")
		seen.see(Seen{Customer: c, At: planNoon})
		rows = append(rows, Assignment{Row: int32(i + 2), CustomerID: c.ID, SubClientID: "south"})
	}
	if got := planMust(t, rows, seen, Policy{}).Check(Guards{}); got != nil {
		t.Errorf("merging two sub-clients is refused: %+v", got)
	}
}

// A sheet of another account, or with its columns swapped, is wrong in every row: the plan must say so, whatever else it says.
func TestGuardsNoticeTheWrongAccountAndSwappedColumns(t *testing.T) {
	var swapped, strange []Assignment
	seen := planSeen(planCustomer("a", ""), planCustomer("b", ""))
	for i := range 20 {
		id := fmt.Sprintf("sub%d", i)
		seen.opening[id] = dakota.SubClient{ID: id}
		c := planCustomer(id, "")
		c.IsSubClient = true
		seen.see(Seen{Customer: c, At: planNoon})
		swapped = append(swapped, Assignment{Row: int32(i + 2), CustomerID: id, SubClientID: "a"})
		strange = append(strange, Assignment{Row: int32(i + 2), CustomerID: fmt.Sprintf("x%d", i)})
		seen.missing[fmt.Sprintf("x%d", i)] = true
	}
	some := append([]Assignment{{Row: 40, CustomerID: "a"}, {Row: 41, CustomerID: "b"}}, strange[:9]...)
	tests := []struct {
		name   string
		rows   []Assignment
		guards Guards
		want   []string
	}{
		{"swapped columns", swapped, Guards{}, []string{"swapped_columns"}},
		{"swapped columns are not overridden by going on", swapped, Guards{SkipInvalid: true}, []string{"swapped_columns"}},
		{"an account that knows none", strange, Guards{}, []string{"unknown_customers"}},
		{"an account that knows none, to be gone on with", strange, Guards{SkipInvalid: true}, nil},
		{"too few to be sure", some, Guards{}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, r := range planMust(t, test.rows, seen, Policy{}).Check(test.guards) {
				got = append(got, r.Code)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// The customer meant by a mistyped id is not listed: pruning would disassociate exactly the one that the sheet wants to keep.
func TestPruneIsRefusedBesideUnusableRows(t *testing.T) {
	seen := planSeen(planCustomer("a", "north"), planCustomer("b", "north"))
	rows := []Assignment{{Row: 2, CustomerID: "a", SubClientID: "north"}, {Row: 3, CustomerID: "ghost", SubClientID: "north"}}
	prune := planMust(t, rows, seen, Policy{Complete: true, Prune: true})
	if got := prune.Check(Guards{}); len(got) != 1 || got[0].Code != "prune_invalid" || got[0].Override != "--skip-invalid" {
		t.Errorf("pruning beside an unknown customer: %+v", got)
	}
	if got := prune.Check(Guards{SkipInvalid: true}); got != nil {
		t.Errorf("with the invalid skipped: %+v", got)
	}
	if got := planMust(t, rows, seen, Policy{Complete: true}).Check(Guards{}); got != nil {
		t.Errorf("only reported: %+v", got)
	}
	if got := planMust(t, rows[:1], seen, Policy{Complete: true, Prune: true}).Check(Guards{}); got != nil {
		t.Errorf("all rows usable: %+v", got)
	}
	// Rolling a pruned run back: the rows without a number come back, and nobody is pruned.
	back := []Assignment{{CustomerID: "c", SubClientID: "north"}, rows[1]}
	seen.see(Seen{Customer: planCustomer("c", ""), At: planNoon})
	if got := planMust(t, back, seen, Policy{}).Check(Guards{}); got != nil {
		t.Errorf("put back beside an unknown customer: %+v", got)
	}
}

func TestPrunedRowsCountForTheGuards(t *testing.T) {
	seen := planSeen(planCustomer("a", "north"))
	seen.opening["north"] = dakota.SubClient{ID: "north", Name: "North", Customers: 12}
	for i := range 11 {
		seen.see(Seen{Customer: planCustomer(fmt.Sprintf("c%d", i), "north"), At: planNoon})
	}
	p := planMust(t, []Assignment{{Row: 2, CustomerID: "a", SubClientID: "north"}}, seen, Policy{Complete: true, Prune: true})
	if got := p.Check(Guards{}); len(got) != 1 || got[0].Code != "max_disassociate" {
		t.Errorf("11 pruned: %+v", got)
	}
}

func TestConflictsFailThePlanWhenTheyShould(t *testing.T) {
	seen, rows := planSeen(planCustomer("a", "north")), []Assignment{{Row: 2, CustomerID: "a"}}
	policy := Policy{Expect: map[string]string{"a": "south"}}
	if got := planMust(t, rows, seen, policy).Check(Guards{}); got != nil {
		t.Errorf("to be skipped: %+v", got)
	}
	policy.OnConflict = FailRun
	if got := planMust(t, rows, seen, policy).Check(Guards{}); len(got) != 1 || got[0].Code != "conflict" {
		t.Errorf("to fail the run: %+v", got)
	}
}

func TestCeilingsReadAsTheyAreWritten(t *testing.T) {
	for _, s := range []string{"0", "50", "20%", "2.5%", "0%", "100%"} {
		if got := planCeiling(t, s).String(); got != s {
			t.Errorf("%q is written %q", s, got)
		}
	}
	for _, s := range []string{"", "-1", "x", "101%", "-1%", "NaN%", "1e99", "5 %%", "%"} {
		if c, err := ParseCeiling(s); err == nil {
			t.Errorf("%q is read as %v", s, c)
		}
	}
}
