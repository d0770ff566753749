package dakotatest_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dakota-reconcile/dakota/dakotatest"
)

func TestParsedFaultsHitWhatTheySay(t *testing.T) {
	tests := []struct {
		specs []string
		want  []int // for six GETs of customers 0 to 5, who are unknown
	}{
		{[]string{"status=500"}, []int{500, 500, 500, 500, 500, 500}},
		{[]string{"every=3,status=503,form=html"}, []int{404, 404, 503, 404, 404, 503}},
		{[]string{"kind=patch,status=500"}, []int{404, 404, 404, 404, 404, 404}},
		{[]string{"kind=patch,kind=get, status=500"}, []int{500, 500, 500, 500, 500, 500}},
		{[]string{"after=4,status=401"}, []int{404, 404, 404, 404, 401, 401}},
		{[]string{"customer=000000000000000000000000002,status=500"}, []int{404, 404, 500, 404, 404, 404}},
		{[]string{"after=5,status=401", "every=2,status=500"}, []int{404, 500, 404, 500, 404, 401}},
		{[]string{"first=1,status=500"}, []int{500, 500, 500, 500, 500, 500}},
		{[]string{"rate=0,status=500"}, []int{404, 404, 404, 404, 404, 404}},
		{[]string{"rate=1,status=500"}, []int{500, 500, 500, 500, 500, 500}},
		{nil, []int{404, 404, 404, 404, 404, 404}},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.specs, " "), func(t *testing.T) {
			faults, err := dakotatest.ParseFaults(tt.specs...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, statuses(t, &dakotatest.Server{Faults: faults}, 6)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParsedFaultsDoWhatTheySay(t *testing.T) {
	tests := []struct {
		spec string
		want dakotatest.Fault
	}{
		{"status=502,made,form=old", dakotatest.Fault{Status: 502, Made: true, Form: dakotatest.Old}},
		{"drop=before", dakotatest.Fault{Drop: dakotatest.DropBefore}},
		{"drop=after,delay=2s", dakotatest.Fault{Drop: dakotatest.DropAfter, Delay: 2 * time.Second}},
		{"hang=body,hang-for=1m", dakotatest.Fault{Hang: dakotatest.HangBody, HangFor: time.Minute}},
		{"truncate", dakotatest.Fault{Truncate: true}},
		{"garble,pad=10", dakotatest.Fault{Garble: true, Pad: 10}},
		{"redirect=https://elsewhere.example/", dakotatest.Fault{Redirect: "https://elsewhere.example/"}},
		{"wrong-customer", dakotatest.Fault{WrongCustomer: true}},
		{"ignore-change", dakotatest.Fault{IgnoreChange: true}},
		{"stale-read", dakotatest.Fault{StaleRead: true}},
		{"late=5s,status=504", dakotatest.Fault{LateLanding: 5 * time.Second, Status: 504}},
	}
	for _, tt := range tests {
		faults, err := dakotatest.ParseFaults(tt.spec)
		if err != nil {
			t.Errorf("%s: %v", tt.spec, err)
			continue
		}
		if diff := cmp.Diff(tt.want, faults(dakotatest.Request{})); diff != "" {
			t.Errorf("%s: %s", tt.spec, diff)
		}
	}
}

func TestParsedOutageCountsFromTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		faults, err := dakotatest.ParseFaults("from=10s,for=20s,status=503")
		if err != nil {
			t.Fatal(err)
		}
		s := dakotatest.Server{Faults: faults}
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

func TestBadFaultsAreRefusedByName(t *testing.T) {
	for _, word := range []string{
		"", "status", "status=abc", "status=99", "status=600", "every=0", "every=-1", "rate=2", "rate=NaN", "rate=x", "seed=-1", "kind=other", "kind=post",
		"customer=abc", "form=xml", "drop=now", "hang=", "delay=5", "delay=-1s", "made=yes", "colour=red", "redirect=",
	} {
		_, err := dakotatest.ParseFaults("status=500," + word)
		name, _, _ := strings.Cut(word, "=")
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%q: error %v", word, err)
		}
	}
	if _, err := dakotatest.ParseFaults("every=3"); err == nil {
		t.Error("a fault that does nothing is taken")
	}
}

func FuzzParseFaults(f *testing.F) {
	f.Add("kind=patch,rate=0.05,drop=after")
	f.Add("from=1s,for=2s,status=503,form=html,made")
	f.Add("every=3,hang=body,hang-for=1ms,late=2s,=,")
	f.Fuzz(func(t *testing.T, spec string) {
		faults, err := dakotatest.ParseFaults(spec)
		if err != nil {
			return
		}
		for i := range 3 {
			faults(dakotatest.Request{N: i + 1, Attempt: i + 1, Kind: dakotatest.Patch, CustomerID: fmt.Sprintf("%027d", i)})
		}
	})
}
