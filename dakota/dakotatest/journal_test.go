package dakotatest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dakota-reconcile/dakota/dakotatest"
)

func TestRecordTellsEveryRequestInOrder(t *testing.T) {
	s := pair(nil)
	s.KeepHeaders = true
	send(t, s, "GET", "/customers?limit=5", "")
	send(t, s, "PATCH", patchTarget, patchBody)
	send(t, s, "GET", "/customers/"+idLower, "")
	send(t, s, "GET", "/customers/sub-client-summary", "")
	send(t, s, "POST", "/customers", "{}")
	who := dakotatest.Fingerprint(testKey)
	want := []dakotatest.Exchange{
		{Request: dakotatest.Request{N: 1, Attempt: 1, Kind: dakotatest.List, Method: "GET", Path: "/customers", Query: "limit=5"}, Status: 200},
		{Request: dakotatest.Request{N: 2, Attempt: 1, Kind: dakotatest.Patch, Method: "PATCH", Path: patchTarget, Body: patchBody, CustomerID: idLower}, Status: 200, Made: true, To: idUpper},
		{Request: dakotatest.Request{N: 3, Attempt: 1, Kind: dakotatest.Get, Method: "GET", Path: "/customers/" + idLower, CustomerID: idLower}, Status: 200},
		{Request: dakotatest.Request{N: 4, Attempt: 1, Kind: dakotatest.Summary, Method: "GET", Path: "/customers/sub-client-summary"}, Status: 200},
		{Request: dakotatest.Request{N: 5, Attempt: 1, Kind: dakotatest.Other, Method: "POST", Path: "/customers", Body: "{}"}, Status: 405},
	}
	for i := range want {
		want[i].Key, want[i].Host = who, "api.platform.sandbox.dakota.xyz"
	}
	got := s.Requests()
	ignore := cmpopts.IgnoreFields(dakotatest.Exchange{}, "At", "Ended", "RequestID", "Header")
	if diff := cmp.Diff(want, got, ignore); diff != "" {
		t.Error(diff)
	}
	if got[1].Header.Get("Content-Type") != "application/json" {
		t.Errorf("headers %v", got[1].Header)
	}
	if diff := cmp.Diff(dakotatest.Counts{List: 1, Get: 1, Summary: 1, Patch: 1, Other: 1}, s.Counts()); diff != "" {
		t.Error(diff)
	}
}

func TestRecordNeverHoldsTheKey(t *testing.T) {
	s := pair(nil)
	s.KeepHeaders = true
	send(t, s, "PATCH", patchTarget, patchBody)
	b, err := json.Marshal([]any{s.Requests(), s.Changes()})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), testKey) {
		t.Errorf("the key is in the record: %s", b)
	}
}

func TestChangesThatChangeNothingAreNotListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, touch := range []bool{false, true} {
			s := pair(nil)
			s.TouchAlways = touch
			send(t, s, "PATCH", patchTarget, patchBody)
			first, _ := s.Customer(idLower)
			time.Sleep(time.Minute)
			send(t, s, "PATCH", patchTarget, patchBody)
			second, _ := s.Customer(idLower)
			if moved := second.UpdatedAt != first.UpdatedAt; moved != touch {
				t.Errorf("TouchAlways %v: updated_at moved: %v", touch, moved)
			}
			if n := len(s.Changes()); n != 1 {
				t.Errorf("%d changes, want 1", n)
			}
			if x := s.Requests()[1]; !x.Made || !x.Redundant {
				t.Errorf("record of the second PATCH %+v", x)
			}
		}
	})
}

func TestResetForgetsTheRecordAndKeepsTheAccount(t *testing.T) {
	s := pair(nil)
	send(t, s, "PATCH", patchTarget, patchBody)
	s.Revoke(testKey)
	s.Reset()
	if len(s.Requests())+len(s.Changes())+s.Counts().Total() != 0 || holds(s) != idUpper {
		t.Errorf("after Reset: %v %v, the customer holds %q", s.Requests(), s.Changes(), holds(s))
	}
	resp, _ := send(t, s, "GET", "/customers", "")
	if resp.StatusCode != 200 || s.Requests()[0].N != 1 {
		t.Errorf("first request after Reset: %d %+v", resp.StatusCode, s.Requests())
	}
}

func TestHooksSeeEachRequestBeforeAndAfter(t *testing.T) {
	s := pair(nil)
	s.Before = func(r dakotatest.Request) {
		if r.N == 2 {
			s.Change(idLower, idUpper) // just before the second request is looked at
		}
	}
	var after []dakotatest.Exchange
	s.After = func(x dakotatest.Exchange) { after = append(after, x) }
	send(t, s, "GET", "/customers/"+idLower, "")
	_, body := send(t, s, "GET", "/customers/"+idLower, "")
	if !strings.Contains(body, idUpper) {
		t.Errorf("the change before the request is not in its answer: %s", body)
	}
	if len(after) != 2 || after[0].Status != 200 || after[1].N != 2 || after[1].Ended.IsZero() {
		t.Errorf("after: %+v", after)
	}
}

func TestManyClientsAtATime(t *testing.T) {
	s := dakotatest.Server{Quota: dakotatest.Quota{Limit: -1}, Faults: dakotatest.Random(1, 0.2, dakotatest.Fault{Status: 500, Made: true})}
	s.Seed(dakotatest.SeedOptions{Customers: 200, SubClients: 4})
	subs, customers := s.SubClients(), s.Customers()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 25 {
				c := customers[(i*25+j)%len(customers)]
				send(t, &s, "PATCH", "/customers/"+c.ID+"/sub-client", `{"sub_client_id":"`+subs[(i+j)%4].ID+`"}`)
				send(t, &s, "GET", "/customers?sub_client_id="+subs[j%4].ID, "")
				s.Change(c.ID, "")
				s.Adjust(func() { s.TouchAlways = j%2 == 0 })
				s.Requests()
			}
		})
	}
	wg.Wait()
	members := 0
	for _, sub := range subs {
		members += len(s.Members(sub.ID))
	}
	associated := 0
	for _, sub := range s.Associations() {
		if sub != "" {
			associated++
		}
	}
	if members != associated || s.Counts().Patch != 200 {
		t.Errorf("%d members, %d associated, counts %+v", members, associated, s.Counts())
	}
}

func TestMisuseOfTheFakePanics(t *testing.T) {
	s := pair(nil)
	tests := map[string]func(){
		"a malformed id":                           func() { s.Add(dakotatest.Customer{ID: "short"}) },
		"an id that is taken":                      func() { s.Add(dakotatest.Customer{ID: idLower}) },
		"a change of nobody":                       func() { s.Change(idOther, "") },
		"a change to no sub-client":                func() { s.Change(idUpper, idLower) },
		"a sub-client's end before its customers'": func() { s.Change(idLower, idUpper); s.Remove(idUpper) },
		"an edit of nobody":                        func() { s.Edit(idOther, func(*dakotatest.Customer) {}) },
		"a hang that nobody can give up":           hangForever,
	}
	for name, f := range tests {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func hangForever() {
	s := pair(dakotatest.Always(dakotatest.Fault{Hang: dakotatest.HangAfter}))
	req, _ := http.NewRequest("GET", "https://dakota.example/customers", nil)
	req.Header.Set("X-Api-Key", testKey)
	_, _ = s.RoundTripper().RoundTrip(req)
}
