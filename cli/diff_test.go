package cli

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dakota-reconcile/reconcile"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// hostilePlan has each action, each status a plan can have, and names that a careless terminal would obey.
func hostilePlan() *reconcile.Plan {
	row := func(n int32, action reconcile.Action, status reconcile.Status, name, from, to string) reconcile.Result {
		return reconcile.Result{Status: status, Change: reconcile.Change{
			Assignment: reconcile.Assignment{Row: n, CustomerID: fmt.Sprintf("2aBcDeFgHiJkLmNoPqRsTuVw%03d", n), SubClientID: to},
			Action:     action, CustomerName: name, PreviousID: from, PreviousName: named(from), SubClientName: named(to), KYBBefore: "active",
		}}
	}
	unlisted := row(0, reconcile.None, reconcile.Unlisted, "Forgotten", "south", "south")
	invalid := row(7, reconcile.None, reconcile.Invalid, "", "", "north")
	invalid.ErrorCode, invalid.Error = "customer_not_found", "the account has no such customer"
	return &reconcile.Plan{
		Rows: []reconcile.Result{
			row(2, reconcile.Associate, reconcile.Planned, "Plain", "", "north"),
			row(3, reconcile.Move, reconcile.Planned, "\x1b[2J\x1b[31mescape", "south", "north"),
			row(4, reconcile.Disassociate, reconcile.Planned, "two\nlines \u202Ebackwards", "south", ""),
			row(5, reconcile.None, reconcile.Unchanged, "Right", "north", "north"),
			invalid, unlisted,
		},
		SubClients: []reconcile.SubClientTotal{{ID: "north", Name: "North", Opening: 10, In: 2, Expected: 12}, {ID: "south", Name: "South", Opening: -1, Out: 2, Expected: -1}},
		Bill:       reconcile.Bill{Reads: 3, Writes: 3, Checks: 1, Limit: 60, Window: time.Minute, Takes: 2 * time.Second, Ends: time.Date(2026, 11, 22, 9, 0, 0, 0, time.Local)},
	}
}

func named(id string) string {
	return map[string]string{"north": "North", "south": "South"}[id]
}

// TestPlanOnATerminal compares the plan as it is shown, plain, coloured and narrow, with the goldens (-update rewrites them).
func TestPlanOnATerminal(t *testing.T) {
	for name, s := range map[string]screen{
		"plain":  {},
		"colour": {colour: palette{true}, width: 160},
		"narrow": {width: 80},
		"slim":   {width: 60},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			s.out, s.err = &out, &out
			j := &job{app: &app{screen: s, options: &options{}}, plan: hostilePlan(), account: account{environment: "sandbox"}, seen: &reconcile.Observation{}}
			j.showPlan()
			golden := filepath.Join("testdata", "plan-"+name+".txt")
			if *update {
				if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), out.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLongPlanIsCutWithItsCount(t *testing.T) {
	var out bytes.Buffer
	p := &reconcile.Plan{}
	for i := range shownChanges + 5 {
		r := hostilePlan().Rows[0]
		r.Row = int32(i + 2)
		p.Rows = append(p.Rows, r)
	}
	j := &job{app: &app{screen: screen{out: &out, err: &out}, options: &options{}}, plan: p, seen: &reconcile.Observation{}}
	j.showPlan()
	if !bytes.Contains(out.Bytes(), []byte("… and 5 more changes; --verbose shows all")) {
		t.Errorf("the plan does not say what it left out:\n%s", &out)
	}
}
