package dakotatest_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dakota-reconcile/dakota/dakotatest"
)

// statuses sends n GETs of different customers and gives the statuses back.
func statuses(t *testing.T, s *dakotatest.Server, n int) (all []int) {
	t.Helper()
	for i := range n {
		resp, _ := send(t, s, "GET", fmt.Sprintf("/customers/%027d", i), "")
		all = append(all, resp.StatusCode)
	}
	return all
}

func TestReadyMadeFaults(t *testing.T) {
	boom := dakotatest.Fault{Status: 500}
	tests := []struct {
		name   string
		faults dakotatest.FaultFunc
		want   []int // for six GETs of customers 0 to 5, who are unknown
	}{
		{"every third", dakotatest.Every(3, boom), []int{404, 404, 500, 404, 404, 500}},
		{"always", dakotatest.Always(boom), []int{500, 500, 500, 500, 500, 500}},
		{"the first attempt of each", dakotatest.Attempts(1, boom), []int{500, 500, 500, 500, 500, 500}},
		{"only PATCHes", dakotatest.Only(dakotatest.Always(boom), dakotatest.Patch), []int{404, 404, 404, 404, 404, 404}},
		{"a poisoned customer", dakotatest.Poison(boom, fmt.Sprintf("%027d", 4)), []int{404, 404, 404, 404, 500, 404}},
		{"key revoked after four", dakotatest.RevokedAfter(4), []int{404, 404, 404, 404, 401, 401}},
		{"the first of several", dakotatest.First(dakotatest.RevokedAfter(5), dakotatest.Every(2, boom)), []int{404, 500, 404, 500, 404, 401}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, statuses(t, &dakotatest.Server{Faults: tt.faults}, 6)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOutageLastsFromOneTimeToTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := time.Now().Add(10 * time.Second)
		s := dakotatest.Server{Faults: dakotatest.Outage(from, from.Add(20*time.Second), dakotatest.Fault{Status: 503})}
		var got []int
		for range 4 {
			got = append(got, statuses(t, &s, 1)...)
			time.Sleep(10 * time.Second)
		}
		if diff := cmp.Diff([]int{404, 503, 503, 404}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRandomFaultsDependOnTheRequestAndNotOnItsTurn(t *testing.T) {
	faults := dakotatest.Random(7, 0.3, dakotatest.Fault{Status: 500}, dakotatest.Fault{Status: 502}, dakotatest.Fault{Status: 503})
	const n = 400
	forwards, backwards := map[string]int{}, map[string]int{}
	a := dakotatest.Server{Faults: faults, Quota: dakotatest.Quota{Limit: -1}}
	b := dakotatest.Server{Faults: faults, Quota: dakotatest.Quota{Limit: -1}}
	failed := 0
	for i := range n {
		up, down := fmt.Sprintf("/customers/%027d", i), fmt.Sprintf("/customers/%027d", n-1-i)
		resp, _ := send(t, &a, "GET", up, "")
		forwards[up] = resp.StatusCode
		if resp.StatusCode >= 500 {
			failed++
		}
		resp, _ = send(t, &b, "GET", down, "")
		backwards[down] = resp.StatusCode
	}
	if diff := cmp.Diff(forwards, backwards); diff != "" {
		t.Errorf("the order of arrival decides:\n%s", diff)
	}
	if failed < n*2/10 || failed > n*4/10 {
		t.Errorf("%d of %d failed, want about three in ten", failed, n)
	}
}

func TestThrottledRequestsAreNoAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := dakotatest.Server{Quota: dakotatest.Quota{Limit: 1}}
		for range 3 {
			send(t, &s, "GET", "/customers", "")
		}
		time.Sleep(time.Minute)
		send(t, &s, "GET", "/customers", "")
		var got []int
		for _, x := range s.Requests() {
			got = append(got, x.Attempt)
		}
		if diff := cmp.Diff([]int{1, 0, 0, 2}, got); diff != "" {
			t.Errorf("attempts: %s", diff)
		}
	})
}
