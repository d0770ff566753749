package dakotatest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"dakota-reconcile/dakota/dakotatest"
)

func TestRemovedCustomersAreUnknown(t *testing.T) {
	s := seeded(dakotatest.SeedOptions{Customers: 20, SubClients: 1})
	sub := s.SubClients()[0].ID
	c := s.Members(sub)[3].ID
	s.Remove(c)
	if resp, _ := send(t, s, "GET", "/customers/"+c, ""); resp.StatusCode != 404 {
		t.Errorf("GET: %d", resp.StatusCode)
	}
	if _, body := send(t, s, "GET", "/customers?sub_client_id="+sub, ""); decode[listed](t, body).Meta.Total != 19 {
		t.Errorf("list: %s", body)
	}
	if resp, _ := send(t, s, "GET", "/customers?starting_after="+c, ""); resp.StatusCode != 400 {
		t.Errorf("as a cursor: %d", resp.StatusCode)
	}
}

func TestALateLandingSparesARemovedCustomer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pair(dakotatest.Always(dakotatest.Fault{Status: 504, LateLanding: time.Second}))
		send(t, s, "PATCH", patchTarget, patchBody)
		s.Remove(idLower)
		time.Sleep(time.Minute)
		if n := len(s.Members(idUpper)); n != 0 || len(s.Changes()) != 0 {
			t.Errorf("%d members, changes %+v", n, s.Changes())
		}
	})
}

func TestAnEditOfTheAssociationIsAForeignChange(t *testing.T) {
	s := pair(nil)
	s.Edit(idLower, func(c *dakotatest.Customer) { c.SubClientID, c.KYBStatus = idUpper, "frozen" })
	changes := s.Changes()
	if len(changes) != 1 || changes[0].By != dakotatest.Foreign || changes[0].To != idUpper || len(s.Members(idUpper)) != 1 {
		t.Errorf("changes %+v, members %v", changes, s.Members(idUpper))
	}
}

func TestBusiestStretchIsFoundAcrossWindows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := dakotatest.Server{Quota: dakotatest.Quota{Limit: 10}}
		time.Sleep(50 * time.Second)
		spend(t, &s, 10)
		time.Sleep(10 * time.Second)
		spend(t, &s, 12)
		if got := s.Busiest(time.Minute); got != 20 {
			t.Errorf("within a minute %d, want 20 of two windows", got)
		}
		if got := s.Busiest(10 * time.Second); got != 10 {
			t.Errorf("within ten seconds %d, want 10", got)
		}
	})
}

func TestJitterDependsOnTheRequestAlone(t *testing.T) {
	latency := dakotatest.Jitter(1, time.Second, 3*time.Second)
	seen := map[time.Duration]bool{}
	for _, path := range []string{"/a", "/b", "/c", "/d"} {
		r := dakotatest.Request{Method: "GET", Path: path}
		there, back := latency(r)
		again, _ := latency(r)
		if there != again || there < time.Second || there >= 3*time.Second || back < time.Second || back >= 3*time.Second {
			t.Errorf("%s: %v, %v and again %v", path, there, back, again)
		}
		seen[there], seen[back] = true, true
	}
	if len(seen) != 8 {
		t.Errorf("ways take %v", seen)
	}
}
