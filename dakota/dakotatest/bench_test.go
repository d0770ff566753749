package dakotatest_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"dakota-reconcile/dakota/dakotatest"
)

// big is an account of 100,000 customers without a limit.
func big(b *testing.B) *dakotatest.Server {
	b.Helper()
	s := &dakotatest.Server{Quota: dakotatest.Quota{Limit: -1}}
	s.Seed(dakotatest.SeedOptions{Customers: 100_000, SubClients: 50, Unassociated: 0.1})
	s.Customers() // in order from here on
	return s
}

// fetch sends one request and reads the answer to its end.
func fetch(b *testing.B, s *dakotatest.Server, target string) {
	b.Helper()
	req, err := http.NewRequest("GET", "https://dakota.example"+target, nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("X-Api-Key", testKey)
	resp, err := s.RoundTripper().RoundTrip(req)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != 200 {
		b.Fatalf("%s: %d %v", target, resp.StatusCode, err)
	}
}

func BenchmarkSeed100k(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		big(b)
	}
}

func BenchmarkPageOf100k(b *testing.B) {
	s := big(b)
	all, sub := s.Customers(), s.SubClients()[7].ID
	lists := []struct{ name, query string }{
		{"created", "sort_by=created_at"},
		{"created-from", "sort_by=created_at&created_at_from=2025-03-01T00:00:00Z"},
		{"sub-client", "sort_by=created_at&sub_client_id=" + sub},
		{"name", "sort_by=name"},
		{"kyb-status", "sort_by=created_at&kyb_status=frozen"},
	}
	for _, l := range lists {
		b.Run(l.name, func(b *testing.B) {
			i := 0
			for b.Loop() {
				i = (i + 7919) % len(all)
				fetch(b, s, fmt.Sprintf("/customers?limit=100&%s&starting_after=%s", l.query, all[i].ID))
				if i%1000 == 0 {
					s.Reset() // the record would grow for ever
				}
			}
		})
	}
}

// A page between two changes must not pay for the whole account's order.
func BenchmarkPageAfterAChange(b *testing.B) {
	s := big(b)
	all, subs := s.Customers(), s.SubClients()
	for i := 0; b.Loop(); i++ {
		s.Change(all[100+i*7919%90_000].ID, subs[i%len(subs)].ID)
		fetch(b, s, "/customers?limit=100&sort_by=created_at&sub_client_id="+subs[i%len(subs)].ID)
	}
}

func BenchmarkGet(b *testing.B) {
	s := big(b)
	id := s.Customers()[5000].ID
	b.ReportAllocs()
	for b.Loop() {
		fetch(b, s, "/customers/"+id)
	}
}
