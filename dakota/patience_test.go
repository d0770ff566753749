package dakota_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"dakota-reconcile/dakota"
	"dakota-reconcile/dakota/dakotatest"
)

// client makes a client of a server inside a bubble.
func patienceClient(t *testing.T, s *dakotatest.Server, c dakota.Config) *dakota.Client {
	t.Helper()
	key, err := dakota.NewKey("a2V5LW9mLXBhdGllbmNl", "the test")
	if err != nil {
		t.Fatal(err)
	}
	c.BaseURL, c.Key, c.Transport, c.Rate = dakota.SandboxURL, key, s.RoundTripper(), dakota.NoRate
	client, err := dakota.NewClient(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// A patient reader outlasts an outage of an API that has answered before; at an address that never did it gives up as soon as any other.
func TestPatientReaderOutlastsAnOutage(t *testing.T) {
	for name, met := range map[string]bool{"an API that has answered": true, "an address that never did": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &dakotatest.Server{Quota: dakotatest.Quota{Limit: -1}}
				s.Seed(dakotatest.SeedOptions{Customers: 3})
				r := patienceClient(t, s, dakota.Config{}).Patient(10 * time.Minute)
				if met {
					if _, err := r.SubClients(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				back := time.Now().Add(2 * time.Minute)
				s.Faults = func(q dakotatest.Request) dakotatest.Fault {
					if q.At.Before(back) {
						return dakotatest.Fault{Status: http.StatusServiceUnavailable}
					}
					return dakotatest.Fault{}
				}
				_, err := r.SubClients(t.Context())
				if met != (err == nil) {
					t.Errorf("the reading ended with %v", err)
				}
			})
		})
	}
}

// An API that answers nothing but 429 is given up after the time allowed, by reads and writes alike, and the write was not sent.
func TestEndlessRefusalsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &dakotatest.Server{Quota: dakotatest.Quota{Limit: -1}}
		s.Seed(dakotatest.SeedOptions{Customers: 3, SubClients: 1})
		s.Faults = func(dakotatest.Request) dakotatest.Fault { return dakotatest.Fault{Status: http.StatusTooManyRequests} }
		c := patienceClient(t, s, dakota.Config{MaxThrottled: 5 * time.Minute})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if _, err := c.SubClients(ctx); !errors.Is(err, dakota.ErrThrottled) {
			t.Errorf("the reading ended with %v", err)
		}
		_, err := c.SetSubClient(ctx, s.Customers()[0].ID, "", nil)
		if !errors.Is(err, dakota.ErrThrottled) || !errors.Is(err, dakota.ErrNotSent) || dakota.InDoubt(err) {
			t.Errorf("the write ended with %v", err)
		}
	})
}

// A customer that leaves the list between two pages does not end the listing: it goes on from that customer's second.
func TestListGoesOnAfterACustomerThatLeftIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &dakotatest.Server{Quota: dakotatest.Quota{Limit: -1}}
		s.Seed(dakotatest.SeedOptions{Customers: 350})
		c := patienceClient(t, s, dakota.Config{})
		seen, pages := map[string]bool{}, 0
		s.Faults = func(r dakotatest.Request) dakotatest.Fault {
			if r.Kind == dakotatest.List && pages == 1 && r.Attempt == 1 {
				pages++
				return dakotatest.Fault{Status: http.StatusBadRequest}
			}
			return dakotatest.Fault{}
		}
		q := dakota.Query{}
		for q != (dakota.Query{After: "-"}) {
			next := dakota.Query{After: "-"}
			for p, err := range c.Pages(t.Context(), q) { // page by page, as the observer asks
				if err != nil {
					t.Fatal(err)
				}
				pages++
				for _, customer := range p.Customers {
					seen[customer.ID] = true
				}
				if p.More {
					last := p.Customers[len(p.Customers)-1]
					next = dakota.Query{After: last.ID, AfterCreated: last.CreatedAt}
				}
				break
			}
			q = next
		}
		if len(seen) != len(s.Customers()) {
			t.Errorf("%d of %d customers were shown", len(seen), len(s.Customers()))
		}
	})
}
