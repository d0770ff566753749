package dakotatest_test

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dakota-reconcile/dakota/dakotatest"
)

// reading is a filter and an order, once as the API has it and once as code that is too simple to be wrong.
type reading struct {
	values url.Values
	keep   func(dakotatest.Customer) bool
	key    func(dakotatest.Customer) string
}

// drawReading draws any combination of filters and orders.
func drawReading(t *rapid.T, all []dakotatest.Customer) reading {
	r := reading{values: url.Values{}, keep: func(dakotatest.Customer) bool { return true }}
	also := func(name, value string, more func(dakotatest.Customer) bool) {
		if !rapid.Bool().Draw(t, "filter by "+name) {
			return
		}
		r.values.Set(name, value)
		before := r.keep
		r.keep = func(c dakotatest.Customer) bool { return before(c) && more(c) }
	}
	some := rapid.SampledFrom(all).Draw(t, "some customer")
	also("kyb_status", some.KYBStatus, func(c dakotatest.Customer) bool { return c.KYBStatus == some.KYBStatus })
	also("is_sub_client", fmt.Sprint(some.IsSubClient), func(c dakotatest.Customer) bool { return c.IsSubClient == some.IsSubClient })
	if some.SubClientID != "" {
		also("sub_client_id", some.SubClientID, func(c dakotatest.Customer) bool { return c.SubClientID == some.SubClientID })
	}
	also("search", some.Name[:2], func(c dakotatest.Customer) bool {
		return strings.Contains(strings.ToLower(c.Name), strings.ToLower(some.Name[:2]))
	})
	also("created_at_from", rfc3339(some.CreatedAt), func(c dakotatest.Customer) bool { return c.CreatedAt >= some.CreatedAt })
	to := some.CreatedAt + rapid.Int64Range(0, 20).Draw(t, "span")
	also("created_at_to", rfc3339(to), func(c dakotatest.Customer) bool { return c.CreatedAt <= to })
	r.order(t)
	return r
}

func (r *reading) order(t *rapid.T) {
	keys := map[string]func(dakotatest.Customer) string{
		"":                   func(c dakotatest.Customer) string { return c.Name },
		"name":               func(c dakotatest.Customer) string { return c.Name },
		"id":                 func(c dakotatest.Customer) string { return c.ID },
		"created_at":         func(c dakotatest.Customer) string { return fmt.Sprintf("%020d", c.CreatedAt) },
		"kyb_status":         func(c dakotatest.Customer) string { return c.KYBStatus },
		"kyc_status":         func(c dakotatest.Customer) string { return c.KYCStatus },
		"customer_type":      func(c dakotatest.Customer) string { return c.Type },
		"application_status": func(c dakotatest.Customer) string { return c.ApplicationStatus },
	}
	by := rapid.SampledFrom([]string{"", "name", "id", "created_at", "created_at", "kyb_status", "kyc_status", "customer_type", "application_status"}).Draw(t, "sort_by")
	if r.key = keys[by]; by != "" {
		r.values.Set("sort_by", by)
	}
}

// naive is the whole list.
func (r reading) naive(all []dakotatest.Customer, descending bool) []string {
	var kept []dakotatest.Customer
	for _, c := range all {
		if r.keep(c) {
			kept = append(kept, c)
		}
	}
	slices.SortFunc(kept, func(a, b dakotatest.Customer) int {
		return cmp.Or(cmp.Compare(r.key(a), r.key(b)), cmp.Compare(a.ID, b.ID))
	})
	if descending {
		slices.Reverse(kept)
	}
	ids := make([]string, len(kept))
	for i, c := range kept {
		ids[i] = c.ID
	}
	return ids
}

// smallAccount has few seconds, names and states, so that everything ties with something.
func smallAccount(t *rapid.T) *dakotatest.Server {
	s := &dakotatest.Server{Quota: dakotatest.Quota{Limit: -1}}
	var subs []string
	for i := range rapid.IntRange(2, 60).Draw(t, "customers") {
		c := dakotatest.Customer{
			Name:      rapid.SampledFrom([]string{"Ada", "Bob", "adam", "Zoë"}).Draw(t, "name"),
			KYBStatus: rapid.SampledFrom(dakotatest.Statuses[:3]).Draw(t, "kyb_status"),
			KYCStatus: rapid.SampledFrom([]string{"", "approved"}).Draw(t, "kyc_status"),
			Type:      rapid.SampledFrom([]string{"business", "individual"}).Draw(t, "type"),
			CreatedAt: 1700000000 + rapid.Int64Range(0, 15).Draw(t, "created_at"), IsSubClient: i < 2,
		}
		if i >= 2 && rapid.Bool().Draw(t, "associated") {
			c.SubClientID = rapid.SampledFrom(subs).Draw(t, "sub_client_id")
		}
		s.Add(c)
		if i < 2 {
			subs = append(subs, s.SubClients()[0].ID)
		}
	}
	return s
}

func TestPagesMakeUpTheNaiveList(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := smallAccount(rt)
		all := s.Customers()
		r := drawReading(rt, all)
		descending := rapid.Bool().Draw(rt, "descending")
		if descending {
			r.values.Set("sort_dir", "desc")
		}
		limit := rapid.IntRange(1, 25).Draw(rt, "limit")
		r.values.Set("limit", fmt.Sprint(limit))
		want := r.naive(all, descending)
		if diff := gocmp.Diff(want, walk(t, rt, s, r.values, len(want))); diff != "" {
			rt.Errorf("%s forwards (-want +got):\n%s", r.values.Encode(), diff)
		}
		if diff := gocmp.Diff(want, walkBack(t, rt, s, r.values)); diff != "" {
			rt.Errorf("%s backwards (-want +got):\n%s", r.values.Encode(), diff)
		}
	})
}

// walk reads the list from its beginning by starting_after.
func walk(t *testing.T, rt *rapid.T, s *dakotatest.Server, values url.Values, total int) (ids []string) {
	values.Del("ending_before")
	values.Del("starting_after")
	for {
		_, body := send(t, s, "GET", "/customers?"+values.Encode(), "")
		p := decode[listed](t, body)
		if p.Meta.Total != total || p.Meta.Before != (len(ids) > 0) {
			rt.Fatalf("%s: meta %+v after %d of %d rows", values.Encode(), p.Meta, len(ids), total)
		}
		for _, c := range p.Data {
			ids = append(ids, c.ID)
		}
		if !p.Meta.After {
			return ids
		}
		values.Set("starting_after", ids[len(ids)-1])
	}
}

// walkBack reads the list from its last row by ending_before.
func walkBack(t *testing.T, rt *rapid.T, s *dakotatest.Server, values url.Values) (ids []string) {
	values.Del("starting_after")
	whole := walk(t, rt, s, values, listTotal(t, s, values))
	if len(whole) == 0 {
		return whole
	}
	values.Del("starting_after")
	ids = whole[len(whole)-1:]
	for {
		values.Set("ending_before", ids[0])
		_, body := send(t, s, "GET", "/customers?"+values.Encode(), "")
		p := decode[listed](t, body)
		if !p.Meta.After {
			rt.Fatalf("%s: nothing after, though the cursor is", values.Encode())
		}
		var page []string
		for _, c := range p.Data {
			page = append(page, c.ID)
		}
		ids = append(page, ids...)
		if !p.Meta.Before {
			return ids
		}
	}
}

func listTotal(t *testing.T, s *dakotatest.Server, values url.Values) int {
	_, body := send(t, s, "GET", "/customers?"+values.Encode(), "")
	return decode[listed](t, body).Meta.Total
}

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
		_, body := send(t, &s, "GET", "/customers?"+tt.query, "")
		if got := decode[listed](t, body).Meta.Total; got != tt.want {
			t.Errorf("%s: %d customers, want %d", tt.query, got, tt.want)
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
