package reconcile

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"dakota-reconcile/dakota"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var planNoon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// planSeen is an observation of an account with the sub-clients north (2 customers) and south (1), and these customers.
func planSeen(customers ...dakota.Customer) *Observation {
	o := &Observation{seen: map[string]Seen{}, missing: map[string]bool{"ghost": true, "nowhere": true}, hints: map[string]string{"ghost": "Ghost"}}
	o.opening = map[string]dakota.SubClient{"north": {ID: "north", Name: "North", Customers: 2}, "south": {ID: "south", Name: "South", Customers: 1}}
	for _, c := range customers {
		if c.KYBStatus == "" {
			c.KYBStatus = "active"
		}
		o.see(Seen{Customer: c, At: planNoon})
	}
	return o
}

func planCustomer(id, in string) dakota.Customer {
	return dakota.Customer{ID: id, Name: "The " + id, SubClientID: in, CreatedAt: 1700000000}
}

func planMust(t testing.TB, rows []Assignment, seen *Observation, policy Policy) *Plan {
	t.Helper()
	p, err := NewPlan(rows, seen, policy)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Every line of the case table of NewPlan, and the order in which its lines count.
func TestEachCaseOfThePlan(t *testing.T) {
	deleted := planCustomer("a", "north")
	deleted.DeletedAt = 1750000000
	frozen := planCustomer("a", "north")
	frozen.KYBStatus = "frozen"
	subClient := planCustomer("a", "")
	subClient.IsSubClient = true
	far := planCustomer("far", "")
	far.IsSubClient = true
	gone := far
	gone.DeletedAt = 1750000000
	north := planCustomer("a", "north")

	tests := []struct {
		name   string
		row    Assignment
		seen   []dakota.Customer
		policy Policy
		action Action
		status Status
		code   string
	}{
		{"from none to one", Assignment{CustomerID: "a", SubClientID: "south"}, []dakota.Customer{planCustomer("a", "")}, Policy{}, Associate, Planned, ""},
		{"from one to another", Assignment{CustomerID: "a", SubClientID: "south"}, []dakota.Customer{north}, Policy{}, Move, Planned, ""},
		{"from one to none", Assignment{CustomerID: "a"}, []dakota.Customer{north}, Policy{}, Disassociate, Planned, ""},
		{"already there", Assignment{CustomerID: "a", SubClientID: "north"}, []dakota.Customer{north}, Policy{}, None, Unchanged, ""},
		{"already in none", Assignment{CustomerID: "a"}, []dakota.Customer{planCustomer("a", "")}, Policy{}, None, Unchanged, ""},
		// what the input said counts before anything seen
		{"a problem", Assignment{CustomerID: "a", Problem: &Problem{"bad_id", "it is bad"}}, []dakota.Customer{north}, Policy{}, None, Invalid, "bad_id"},
		{"to be kept", Assignment{CustomerID: "a", Keep: true}, []dakota.Customer{north}, Policy{}, None, Unchanged, ""},
		{"to be kept and not seen", Assignment{CustomerID: "x", Keep: true}, nil, Policy{}, None, Unchanged, ""},
		{"unknown customer", Assignment{CustomerID: "ghost", SubClientID: "north"}, nil, Policy{}, None, Invalid, "customer_not_found"},
		{"not looked up", Assignment{CustomerID: "x", SubClientID: "north"}, nil, Policy{}, None, NotAttempted, "not_read"},
		{"its own sub-client", Assignment{CustomerID: "a", SubClientID: "a"}, []dakota.Customer{north}, Policy{}, None, Invalid, "same_as_customer"},
		// a deleted customer is named even when nothing would change
		{"deleted", Assignment{CustomerID: "a", SubClientID: "north"}, []dakota.Customer{deleted}, Policy{}, None, Refused, "customer_deleted"},
		{"unknown target", Assignment{CustomerID: "a", SubClientID: "nowhere"}, []dakota.Customer{north}, Policy{}, Move, Invalid, "sub_client_not_found"},
		{"target not looked up", Assignment{CustomerID: "a", SubClientID: "unread"}, []dakota.Customer{north}, Policy{}, Move, Invalid, "sub_client_not_read"},
		{"target is a customer", Assignment{CustomerID: "a", SubClientID: "b"}, []dakota.Customer{north, planCustomer("b", "")}, Policy{}, Move, Invalid, "not_a_sub_client"},
		{"target not in the summary", Assignment{CustomerID: "a", SubClientID: "far"}, []dakota.Customer{north, far}, Policy{}, Move, Planned, ""},
		{"deleted target", Assignment{CustomerID: "a", SubClientID: "far"}, []dakota.Customer{north, gone}, Policy{}, Move, Invalid, "sub_client_deleted"},
		{"customer is a sub-client", Assignment{CustomerID: "a", SubClientID: "north"}, []dakota.Customer{subClient}, Policy{}, Associate, Refused, "customer_is_sub_client"},
		{"sub-client already as wished", Assignment{CustomerID: "a"}, []dakota.Customer{subClient}, Policy{}, None, Unchanged, ""},
		{"kyb_status to be left alone", Assignment{CustomerID: "a"}, []dakota.Customer{frozen}, Policy{RefuseKYB: []string{"rejected", "frozen"}}, Disassociate, Refused, "kyb_status"},
		{"kyb_status, nothing to change", Assignment{CustomerID: "a", SubClientID: "north"}, []dakota.Customer{frozen}, Policy{RefuseKYB: []string{"frozen"}}, None, Unchanged, ""},
		{"as expected", Assignment{CustomerID: "a"}, []dakota.Customer{north}, Policy{Expect: map[string]string{"a": "north"}}, Disassociate, Planned, ""},
		{"changed since", Assignment{CustomerID: "a"}, []dakota.Customer{north}, Policy{Expect: map[string]string{"a": "south"}}, Disassociate, Conflict, "changed_since"},
		{"associated since", Assignment{CustomerID: "a"}, []dakota.Customer{north}, Policy{Expect: map[string]string{"a": ""}}, Disassociate, Conflict, "changed_since"},
		{"changed since to what is wished", Assignment{CustomerID: "a", SubClientID: "north"}, []dakota.Customer{north}, Policy{Expect: map[string]string{"a": "south"}}, None, Unchanged, ""},
		{"changed since, to be overwritten", Assignment{CustomerID: "a"}, []dakota.Customer{north}, Policy{OnConflict: Overwrite, Expect: map[string]string{"a": "south"}}, Disassociate, Planned, ""},
		{"not approved", Assignment{CustomerID: "a"}, []dakota.Customer{north}, Policy{Approved: map[string]bool{}}, Disassociate, Conflict, "not_in_plan"},
		{"approved", Assignment{CustomerID: "a"}, []dakota.Customer{north}, Policy{Approved: map[string]bool{"a": true}}, Disassociate, Planned, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.row.Row = 2
			r := planMust(t, []Assignment{test.row}, planSeen(test.seen...), test.policy).Rows[0]
			if r.Action != test.action || r.Status != test.status || r.ErrorCode != test.code {
				t.Errorf("%s, %s, %q: %s; want %s, %s, %q", r.Action, r.Status, r.ErrorCode, r.Error, test.action, test.status, test.code)
			}
			if (r.Error == "") != (r.ErrorCode == "") {
				t.Errorf("code %q with the sentence %q", r.ErrorCode, r.Error)
			}
		})
	}
}

func TestPlannedRowCarriesWhatWasSeen(t *testing.T) {
	c := planCustomer("a", "north")
	c.SubClientName, c.KYBStatus = "an older name", "pending"
	a := Assignment{Row: 7, CustomerID: "a", SubClientID: "south", Further: []string{"x"}}
	seen := planSeen()
	seen.see(Seen{Customer: c, At: planNoon.Add(1234567 * time.Nanosecond)})
	want := Result{
		Change: Change{
			Assignment: a, Action: Move, CustomerName: "The a", SubClientName: "South", PreviousID: "north", PreviousName: "North",
			KYBBefore: "pending", CreatedAt: 1700000000, ObservedAt: planNoon.Add(time.Millisecond),
		},
		Status: Planned, KYBStatus: "pending",
	}
	if diff := cmp.Diff(want, planMust(t, []Assignment{a}, seen, Policy{}).Rows[0]); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
}

func TestUnknownCustomerIsToldWhatWasMeant(t *testing.T) {
	r := planMust(t, []Assignment{{Row: 2, CustomerID: "ghost"}}, planSeen(), Policy{}).Rows[0]
	if want := "no customer of this account has the id ghost; did you mean Ghost?"; r.Error != want {
		t.Errorf("%q, want %q", r.Error, want)
	}
}

func TestRepeatedRowMirrorsTheFirst(t *testing.T) {
	rows := []Assignment{
		{Row: 2, CustomerID: "a", SubClientID: "south"},
		{Row: 3, CustomerID: "ghost"},
		{Row: 5, Same: 2, CustomerID: "a", SubClientID: "south", Further: []string{"mine"}},
		{Row: 6, Same: 3, CustomerID: "ghost"},
	}
	p := planMust(t, rows, planSeen(planCustomer("a", "north")), Policy{})
	want := p.Rows[0]
	want.Assignment = rows[2]
	if diff := cmp.Diff(want, p.Rows[2]); diff != "" {
		t.Errorf("row 5 (-want +got):\n%s", diff)
	}
	if p.Rows[3].ErrorCode != "customer_not_found" {
		t.Errorf("row 6 ends as %s", p.Rows[3].ErrorCode)
	}
	if p.Bill.Writes != 1 || p.SubClients[1].In != 1 {
		t.Errorf("a repeated row is sent or counted: %d writes, %+v", p.Bill.Writes, p.SubClients)
	}
}

func TestContradictingRowsAreNotPlanned(t *testing.T) {
	for name, rows := range map[string][]Assignment{
		"a customer in two rows":           {{Row: 2, CustomerID: "a"}, {Row: 3, CustomerID: "a", SubClientID: "north"}},
		"a repetition of something else":   {{Row: 2, CustomerID: "a"}, {Row: 3, Same: 2, CustomerID: "a", SubClientID: "north"}},
		"a repetition of no row":           {{Row: 3, Same: 2, CustomerID: "a"}},
		"a repetition of a later row":      {{Row: 3, Same: 4, CustomerID: "a"}, {Row: 4, CustomerID: "a"}},
		"a repetition of another customer": {{Row: 2, CustomerID: "a"}, {Row: 3, Same: 2, CustomerID: "b"}},
	} {
		if p, err := NewPlan(rows, planSeen(planCustomer("a", "south")), Policy{}); err == nil {
			t.Errorf("%s: planned as %+v", name, p.Rows)
		}
	}
}

func TestLimitLeavesTheChangesBehindIt(t *testing.T) {
	seen := planSeen(planCustomer("a", "north"), planCustomer("b", "north"), planCustomer("c", "north"), planCustomer("d", ""))
	p := planMust(t, []Assignment{{Row: 2, CustomerID: "a"}, {Row: 3, CustomerID: "d"}, {Row: 4, CustomerID: "b"}, {Row: 5, CustomerID: "c"}, {Row: 6, Same: 5, CustomerID: "c"}},
		seen, Policy{Limit: 2})
	var got []Status
	for _, r := range p.Rows {
		got = append(got, r.Status)
	}
	if diff := cmp.Diff([]Status{Planned, Unchanged, Planned, NotAttempted, NotAttempted}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The sheet names north and south; y is deleted and nobody misses it; a row with a problem names its customer all the same.
func TestCompleteFindsTheUnlisted(t *testing.T) {
	frozen := planCustomer("z", "north")
	frozen.KYBStatus = "frozen"
	deleted := planCustomer("y", "north")
	deleted.DeletedAt = 1750000000
	seen := planSeen(planCustomer("a", "north"), planCustomer("b", "south"), planCustomer("m", "south"), planCustomer("k", "south"),
		planCustomer("n", "north"), planCustomer("o", "other"), planCustomer("p", "north"), frozen, deleted)
	rows := []Assignment{
		{Row: 2, CustomerID: "a", SubClientID: "north"},
		{Row: 3, CustomerID: "b", SubClientID: "south"},
		{Row: 4, CustomerID: "p", SubClientID: "wrong", Problem: &Problem{"bad_id", "it is bad"}},
		{Row: 5, CustomerID: "o", SubClientID: "other", Keep: true},
	}
	tests := []struct {
		name   string
		policy Policy
		want   []string
	}{
		{"reported", Policy{Complete: true}, []string{"n none unlisted", "z none unlisted", "k none unlisted", "m none unlisted"}},
		{
			"pruned, but for those to be left alone",
			Policy{Complete: true, Prune: true, RefuseKYB: []string{"frozen"}},
			[]string{"n disassociate planned", "z disassociate refused", "k disassociate planned", "m disassociate planned"},
		},
		{
			"pruned up to the limit",
			Policy{Complete: true, Prune: true, Limit: 2},
			[]string{"n disassociate planned", "z disassociate planned", "k disassociate not_attempted", "m disassociate not_attempted"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := planMust(t, rows, seen, test.policy)
			var got []string
			for _, r := range p.Rows[len(rows):] {
				got = append(got, fmt.Sprintf("%s %s %s", r.CustomerID, r.Action, r.Status))
				if wish := r.PreviousID; r.Row != 0 || (r.Status == Unlisted) != (r.SubClientID == wish) {
					t.Errorf("%s: row %d, wished to be in %q", r.CustomerID, r.Row, r.SubClientID)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOrderOfObservationChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var customers []dakota.Customer
		var rows []Assignment
		holders := rapid.SampledFrom([]string{"", "north", "south"})
		for i := range rapid.IntRange(1, 12).Draw(t, "customers") {
			c := planCustomer(fmt.Sprintf("c%02d", i), holders.Draw(t, "held"))
			c.IsSubClient = rapid.IntRange(0, 9).Draw(t, "is sub-client") == 0
			customers = append(customers, c)
			if rapid.Bool().Draw(t, "listed") {
				rows = append(rows, Assignment{Row: int32(len(rows) + 2), CustomerID: c.ID, SubClientID: holders.Draw(t, "wish")})
			}
		}
		policy := Policy{Complete: true, Prune: rapid.Bool().Draw(t, "prune"), Limit: rapid.IntRange(0, 3).Draw(t, "limit")}
		a, err := NewPlan(rows, planSeen(customers...), policy)
		if err != nil {
			t.Fatal(err)
		}
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0))
		rnd.Shuffle(len(customers), func(i, j int) { customers[i], customers[j] = customers[j], customers[i] })
		b, err := NewPlan(rows, planSeen(customers...), policy)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a.Rows, b.Rows); diff != "" {
			t.Fatalf("rows differ:\n%s", diff)
		}
		if diff := cmp.Diff(a.SubClients, b.SubClients); diff != "" || digest(a.Rows) != digest(b.Rows) {
			t.Fatalf("totals or digests differ:\n%s", diff)
		}
		for i, r := range rows {
			if a.Rows[i].Row != r.Row {
				t.Fatalf("row %d stands where %d should", a.Rows[i].Row, r.Row)
			}
		}
	})
}

func TestControlTotals(t *testing.T) {
	seen := planSeen(planCustomer("a", "north"), planCustomer("b", "north"), planCustomer("c", ""))
	p := planMust(t, []Assignment{{Row: 2, CustomerID: "a", SubClientID: "south"}, {Row: 3, CustomerID: "b"}, {Row: 4, CustomerID: "c", SubClientID: "south"}}, seen, Policy{})
	want := []SubClientTotal{{ID: "north", Name: "North", Opening: 2, Out: 2, Expected: 0}, {ID: "south", Name: "South", Opening: 1, In: 2, Expected: 3}}
	if diff := cmp.Diff(want, p.SubClients); diff != "" {
		t.Errorf("planned (-want +got):\n%s", diff)
	}
	// b failed, and the summary leaves out what is empty; somebody else took a customer from south
	rows := p.Rows
	rows[0].Status, rows[1].Status, rows[2].Status = Applied, Failed, Applied
	zero, two := 0, 2
	want = []SubClientTotal{{ID: "north", Name: "North", Opening: 2, Out: 1, Expected: 1, Actual: &zero}, {ID: "south", Name: "South", Opening: 1, In: 2, Expected: 3, Actual: &two}}
	got := CloseTotals(p.SubClients, rows, []dakota.SubClient{{ID: "south", Customers: 2}, {ID: "far", Customers: 9}})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("closed (-want +got):\n%s", diff)
	}
	if got := CloseTotals(p.SubClients, rows, nil); got[0].Actual != nil {
		t.Error("an actual number without a closing summary")
	}
}

func TestTotalsAreUnknownWithoutASummary(t *testing.T) {
	far := planCustomer("far", "")
	far.IsSubClient = true
	seen := planSeen(planCustomer("a", ""), far)
	seen.opening = nil
	p := planMust(t, []Assignment{{Row: 2, CustomerID: "a", SubClientID: "far"}}, seen, Policy{MaxStaleness: time.Hour})
	if diff := cmp.Diff([]SubClientTotal{{ID: "far", Name: "The far", Opening: -1, In: 1, Expected: -1}}, p.SubClients); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p.Bill.Checks != 0 {
		t.Errorf("%d checks, though there is no summary to close with", p.Bill.Checks)
	}
}
