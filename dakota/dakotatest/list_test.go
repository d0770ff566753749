package dakotatest_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"dakota-reconcile/dakota/dakotatest"
)

func TestListsFollowChangesBetweenPages(t *testing.T) {
	s := dakotatest.Server{}
	s.Seed(dakotatest.SeedOptions{Customers: 30, SubClients: 2})
	sub := s.SubClients()[0].ID
	members := s.Members(sub)
	target := "/customers?sort_by=created_at&limit=5&sub_client_id=" + sub
	_, body := send(t, &s, "GET", target, "")
	first := decode[listed](t, body)
	cursor := first.Data[4].ID
	s.Change(cursor, "") // the cursor's row leaves the list, the next page begins where it stood
	_, body = send(t, &s, "GET", target+"&starting_after="+cursor, "")
	second := decode[listed](t, body)
	if second.Data[0].ID != members[5].ID || second.Meta.Total != len(members)-1 {
		t.Errorf("second page begins with %s of %d, want %s of %d", second.Data[0].ID, second.Meta.Total, members[5].ID, len(members)-1)
	}
}

func TestChangedCustomersLeaveRememberedLists(t *testing.T) {
	s := dakotatest.Server{}
	s.Seed(dakotatest.SeedOptions{Customers: 10, SubClients: 1})
	target := "/customers?sort_by=name&sub_client_id=" + s.SubClients()[0].ID
	for want := 10; want > 7; want-- {
		_, body := send(t, &s, "GET", target, "")
		p := decode[listed](t, body)
		if p.Meta.Total != want {
			t.Fatalf("%d members, want %d", p.Meta.Total, want)
		}
		s.Change(p.Data[0].ID, "")
	}
}

func TestEditedCustomersMoveInLists(t *testing.T) {
	s := dakotatest.Server{}
	s.Seed(dakotatest.SeedOptions{Customers: 10})
	last := s.Customers()[9].ID
	send(t, &s, "GET", "/customers", "") // the list by name is remembered now
	s.Edit(last, func(c *dakotatest.Customer) { c.Name, c.CreatedAt = "  first by name", 1500000000 })
	for _, by := range []string{"name", "created_at"} {
		_, body := send(t, &s, "GET", "/customers?limit=1&sort_by="+by, "")
		if got := decode[listed](t, body).Data[0].ID; got != last {
			t.Errorf("first by %s is %s, want %s", by, got, last)
		}
	}
}

// Three customers of one second whose ids tell the collations apart.
const (
	idLower = "2gvaaaaaaaaaaaaaaaaaaaaaaaa"
	idUpper = "2gvaaaaaaaaaaaaaaaaaaaaaaaA"
	idOther = "2gvaaaaaaaaaaaaaaaaaaaaaaaB"
)

func TestTiesAreOrderedAsToldTo(t *testing.T) {
	tests := []struct {
		name string
		ties dakotatest.Ties
		want []string
	}{
		{"bytes put capitals first", dakotatest.TiesByID, []string{idUpper, idOther, idLower}},
		{"a folding collation puts both cases together", dakotatest.TiesFoldCase, []string{idLower, idUpper, idOther}},
		{"reversed bytes", dakotatest.TiesReversed, []string{idLower, idOther, idUpper}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := dakotatest.Server{Ties: tt.ties}
			for _, id := range []string{idOther, idLower, idUpper} {
				s.Add(dakotatest.Customer{ID: id, CreatedAt: 1700000000})
			}
			values := url.Values{"sort_by": {"created_at"}, "limit": {"1"}}
			var got []string
			for cursor := ""; len(got) < 3; cursor = got[len(got)-1] {
				if cursor != "" {
					values.Set("starting_after", cursor)
				}
				_, body := send(t, &s, "GET", "/customers?"+values.Encode(), "")
				got = append(got, decode[listed](t, body).Data[0].ID)
			}
			if diff := gocmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUnstableTiesChangeFromRequestToRequest(t *testing.T) {
	s := dakotatest.Server{Ties: dakotatest.TiesUnstable}
	s.Seed(dakotatest.SeedOptions{Customers: 40, Burst: 20})
	orders := map[string]bool{}
	for range 5 {
		_, body := send(t, &s, "GET", "/customers?sort_by=created_at&limit=100", "")
		p := decode[listed](t, body)
		var ids []string
		for i, c := range p.Data {
			ids = append(ids, c.ID)
			if i > 0 && c.CreatedAt < p.Data[i-1].CreatedAt {
				t.Fatalf("row %d is older than the one before", i)
			}
		}
		orders[strings.Join(ids, " ")] = true
	}
	if len(orders) < 4 {
		t.Errorf("five requests had %d orders, want nearly each its own", len(orders))
	}
}

func TestHiddenPartOfTheSecondCountsInFilters(t *testing.T) {
	s := dakotatest.Server{}
	s.Add(dakotatest.Customer{CreatedAt: 1700000000, CreatedMicros: 400000})
	tests := []struct {
		query string
		want  int
	}{
		{"created_at_to=" + rfc3339(1700000000), 0},                            // the whole second is before it
		{"created_at_to=" + rfc3339(1700000001), 1},                            //
		{"created_at_from=" + rfc3339(1700000000), 1},                          //
		{"created_at_from=2023-11-14T22:13:20.4Z", 1},                          // both bounds include
		{"created_at_to=2023-11-14T22:13:20.4Z", 1},                            //
		{"created_at_from=2023-11-14T22:13:20.400000001Z", 0},                  // a nanosecond later
		{"created_at_from=" + url.QueryEscape("2023-11-15T00:13:20+02:00"), 1}, // another zone
	}
	for _, tt := range tests {
		for _, by := range []string{"name", "created_at"} { // the one reads every row, the other searches
			_, body := send(t, &s, "GET", "/customers?sort_by="+by+"&"+tt.query, "")
			if got := decode[listed](t, body).Meta.Total; got != tt.want {
				t.Errorf("by %s, %s: %d customers, want %d", by, tt.query, got, tt.want)
			}
		}
	}
}

func TestDeletedCustomersAreListedOrNot(t *testing.T) {
	for _, hide := range []bool{false, true} {
		s := dakotatest.Server{HideDeleted: hide}
		s.Add(dakotatest.Customer{ID: idLower}, dakotatest.Customer{ID: idUpper, DeletedAt: 1800000000})
		_, body := send(t, &s, "GET", "/customers", "")
		want := 2
		if hide {
			want = 1
		}
		if got := decode[listed](t, body).Meta.Total; got != want {
			t.Errorf("HideDeleted %v: %d listed, want %d", hide, got, want)
		}
		if resp, body := send(t, &s, "GET", "/customers/"+idUpper, ""); resp.StatusCode != 200 || !strings.Contains(body, `"deleted_at":1800000000`) {
			t.Errorf("HideDeleted %v: GET of the deleted one: %d %s", hide, resp.StatusCode, body)
		}
		if resp, body := send(t, &s, "PATCH", "/customers/"+idUpper+"/sub-client", `{"sub_client_id":null}`); resp.StatusCode != 400 {
			t.Errorf("PATCH of the deleted one: %d %s", resp.StatusCode, body)
		}
	}
}

func TestSummaryWithAndWithoutEmptySubClients(t *testing.T) {
	for _, omit := range []bool{false, true} {
		s := dakotatest.Server{OmitEmptySubClients: omit}
		s.Seed(dakotatest.SeedOptions{Customers: 20, SubClients: 2, EmptySubClients: 3})
		_, body := send(t, &s, "GET", "/customers/sub-client-summary", "")
		want := 5
		if omit {
			want = 2
		}
		if got := strings.Count(body, "customer_count"); got != want {
			t.Errorf("OmitEmptySubClients %v: %d lines, want %d", omit, got, want)
		}
	}
}

func TestKnobsOfOrderCanBeTurnedInUse(t *testing.T) {
	s := seeded(dakotatest.SeedOptions{Customers: 30, Burst: 30, Deleted: 0.3})
	first := func() string {
		_, body := send(t, s, "GET", "/customers?limit=1&sort_by=created_at", "")
		return decode[listed](t, body).Data[0].ID
	}
	total := len(s.Customers())
	ids := make([]string, 0, total)
	for _, c := range s.Customers() {
		ids = append(ids, c.ID)
	}
	if got := first(); got != slices.Min(ids) {
		t.Errorf("by bytes %s is first, want %s", got, slices.Min(ids))
	}
	s.Adjust(func() { s.Ties = dakotatest.TiesReversed })
	if got := first(); got != slices.Max(ids) {
		t.Errorf("reversed %s is first, want %s", got, slices.Max(ids))
	}
	s.Adjust(func() { s.Ties, s.HideDeleted = dakotatest.TiesShuffled, true })
	if n := len(s.Customers()); n >= total {
		t.Errorf("%d of %d customers listed, though the deleted are hidden", n, total)
	}
	if a, b := first(), first(); a != b {
		t.Errorf("shuffled, but not always the same: %s and %s", a, b)
	}
}

func TestNamesAreOrderedByTheCollation(t *testing.T) {
	for ties, want := range map[dakotatest.Ties]string{dakotatest.TiesByID: "Zeta", dakotatest.TiesFoldCase: "alpha"} {
		s := dakotatest.Server{Ties: ties}
		s.Add(dakotatest.Customer{Name: "Zeta"}, dakotatest.Customer{Name: "alpha"}, dakotatest.Customer{Name: "alphabet"})
		_, body := send(t, &s, "GET", "/customers?limit=1", "")
		if got := decode[listed](t, body).Data[0].Name; got != want {
			t.Errorf("collation %d: %q is first, want %q", ties, got, want)
		}
	}
}
