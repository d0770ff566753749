package reconcile

import (
	"bytes"
	"strings"
	"testing"

	"dakota-reconcile/dakota"
	"github.com/google/go-cmp/cmp"
)

func planSaved(t testing.TB) SavedPlan {
	t.Helper()
	frozen := planCustomer("f", "north")
	frozen.KYBStatus = "frozen"
	seen := planSeen(planCustomer("a", "north"), planCustomer("b", "south"), planCustomer("c", ""), planCustomer("u", "north"), frozen)
	policy := Policy{RefuseKYB: []string{"frozen"}, Limit: 2, Complete: true, Prune: true}
	rows := []Assignment{
		{Row: 2, CustomerID: "a", SubClientID: "south", Further: []string{"<b>", "=1+1"}},
		{Row: 3, CustomerID: "b", SubClientID: "south"},
		{Row: 4, CustomerID: "ghost", SubClientID: "south"},
		{Row: 5, CustomerID: "f"},
		{Row: 6, CustomerID: "k", Keep: true},
		{Row: 7, Same: 2, CustomerID: "a", SubClientID: "south"},
		{Row: 8, CustomerID: "c", SubClientID: "north"},
	}
	p := planMust(t, rows, seen, policy)
	return SavedPlan{
		Environment: "sandbox", BaseURL: "https://example.com", Account: "1234", Made: planNoon, Source: Source{Name: "x.csv", SHA256: "00", Columns: []string{"p", "q"}},
		RefuseKYB: policy.RefuseKYB, Limit: policy.Limit, Complete: true, Prune: true, Rows: p.Rows,
	}
}

func TestSavedPlanComesBackAsItWas(t *testing.T) {
	s := planSaved(t)
	var b bytes.Buffer
	if err := SavePlan(&b, s); err != nil {
		t.Fatal(err)
	}
	if !IsPlan(b.Bytes()) || IsPlan([]byte("customer_id,sub_client_id\n")) {
		t.Error("a plan file is not told from a spreadsheet")
	}
	got, err := LoadPlan(&b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCutOrEditedPlansAreRefused(t *testing.T) {
	var b bytes.Buffer
	if err := SavePlan(&b, planSaved(t)); err != nil {
		t.Fatal(err)
	}
	whole := b.String()
	lines := strings.SplitAfter(whole, "\n")
	for name, text := range map[string]string{
		"nothing":                    "",
		"a line less":                strings.Join(lines[:len(lines)-2], ""),
		"a line more":                whole + lines[1],
		"half a line":                whole[:len(whole)-10],
		"an edited wish":             strings.Replace(whole, `"sub_client_id":"south"`, `"sub_client_id":""`, 1),
		"an edited customer":         strings.Replace(whole, `"customer_id":"a"`, `"customer_id":"b"`, 1),
		"an edited state":            strings.Replace(whole, `"previous_sub_client_id":"north"`, `"previous_sub_client_id":"south"`, 1),
		"a refused row made planned": strings.Replace(whole, `"status":"refused"`, `"status":"planned"`, 1),
		"another version":            strings.Replace(whole, `"dakota_reconcile_plan":1`, `"dakota_reconcile_plan":2`, 1),
		"rubbish":                    "PK\x03\x04",
	} {
		if text == whole {
			t.Fatalf("%s: the test changes nothing", name)
		}
		if s, err := LoadPlan(strings.NewReader(text)); err == nil {
			t.Errorf("%s: read as %+v", name, s)
		}
	}
}

// Whatever happened since, a saved plan only does what it showed: u was pruned in it, v came later.
func TestSavedPlanDoesOnlyWhatItShowed(t *testing.T) {
	s := planSaved(t)
	again := func(customers ...dakota.Customer) []string {
		policy := Policy{RefuseKYB: nil, Limit: s.Limit, Complete: true, Prune: s.Prune, Expect: s.Expect(), Approved: s.Approved()}
		var got []string
		for _, r := range planMust(t, s.Assignments(), planSeen(customers...), policy).Rows {
			got = append(got, r.CustomerID+" "+string(r.Status)+" "+r.ErrorCode)
		}
		return got
	}
	late := planCustomer("v", "north")
	tests := []struct {
		name      string
		customers []dakota.Customer
		want      []string
	}{
		{
			"nothing happened, and the frozen one is in question no more",
			[]dakota.Customer{planCustomer("a", "north"), planCustomer("b", "south"), planCustomer("c", ""), planCustomer("f", "north"), planCustomer("u", "north"), late},
			[]string{"a planned ", "b unchanged ", "ghost invalid customer_not_found", "f conflict not_in_plan", "k unchanged ", "a planned ", "c planned ", "u not_attempted limit", "v unlisted "},
		},
		{
			"applied already",
			[]dakota.Customer{planCustomer("a", "south"), planCustomer("b", "south"), planCustomer("c", "north"), planCustomer("f", ""), planCustomer("u", "")},
			[]string{"a unchanged ", "b unchanged ", "ghost invalid customer_not_found", "f unchanged ", "k unchanged ", "a unchanged ", "c unchanged ", "u unchanged "},
		},
		{
			"others were there",
			[]dakota.Customer{planCustomer("a", ""), planCustomer("b", "north"), planCustomer("c", "south"), planCustomer("f", ""), planCustomer("u", "south")},
			[]string{"a conflict changed_since", "b conflict changed_since", "ghost invalid customer_not_found", "f unchanged ", "k unchanged ", "a conflict changed_since", "c conflict changed_since", "u conflict changed_since"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, again(test.customers...)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzLoadPlan(f *testing.F) {
	var b bytes.Buffer
	if err := SavePlan(&b, planSaved(f)); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(planMark + `1,"rows":1}` + "\n{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := LoadPlan(bytes.NewReader(data))
		if err != nil {
			return
		}
		s.Assignments()
		var again bytes.Buffer
		if err := SavePlan(&again, s); err != nil {
			if y := s.Made.Year(); y < 0 || y > 9999 {
				return
			}
			t.Fatal(err)
		}
		got, err := LoadPlan(&again)
		if err != nil || digest(got.Rows) != digest(s.Rows) {
			t.Fatalf("a plan that was read is not read again: %v", err)
		}
	})
}
