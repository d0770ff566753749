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
