package dakotatest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/segmentio/ksuid"

	"dakota-reconcile/dakota/dakotatest"
)

func seeded(o dakotatest.SeedOptions) *dakotatest.Server {
	s := &dakotatest.Server{Quota: dakotatest.Quota{Limit: -1}}
	s.Seed(o)
	return s
}

func TestSameSeedMakesTheSameAccount(t *testing.T) {
	o := dakotatest.SeedOptions{Seed: 3, Customers: 200, SubClients: 5, Unassociated: 0.2, Deleted: 0.1, Uneven: true, HostileNames: true, SubSecond: true, CaseTwins: 10}
	a, b := seeded(o).Customers(), seeded(o).Customers()
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
	o.Seed = 4
	if c := seeded(o).Customers(); cmp.Equal(a, c) {
		t.Error("another seed makes the same account")
	}
}

func TestSeededIDsTellTheirTimeAsToldTo(t *testing.T) {
	tests := []struct {
		name        string
		o           dakotatest.SeedOptions
		least, most time.Duration // id time − created_at
	}{
		{name: "give or take two seconds", least: -2 * time.Second, most: 2 * time.Second},
		{name: "exactly", o: dakotatest.SeedOptions{IDJitter: -1}},
		{name: "an hour ahead", o: dakotatest.SeedOptions{IDOffset: time.Hour, IDJitter: -1}, least: time.Hour, most: time.Hour},
		{name: "months off either way", o: dakotatest.SeedOptions{IDJitter: 90 * 24 * time.Hour}, least: -90 * 24 * time.Hour, most: 90 * 24 * time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Customers, tt.o.SubClients = 300, 3
			low, high := time.Duration(1<<62), -time.Duration(1<<62)
			for _, c := range seeded(tt.o).Customers() {
				k, err := ksuid.Parse(c.ID)
				if err != nil {
					t.Fatal(err)
				}
				off := k.Time().Sub(time.Unix(c.CreatedAt, 0))
				low, high = min(low, off), max(high, off)
			}
			if low < tt.least || high > tt.most || high-low < (tt.most-tt.least)/2 {
				t.Errorf("ids are off by %v to %v, want %v to %v", low, high, tt.least, tt.most)
			}
		})
	}
}

func TestSeededSharesAndSizes(t *testing.T) {
	s := seeded(dakotatest.SeedOptions{Customers: 1000, SubClients: 4, EmptySubClients: 2, Unassociated: 0.25, Deleted: 0.1, Burst: 50})
	none, deleted, seconds, kyb := 0, 0, map[int64]bool{}, map[string]bool{}
	for _, c := range s.Customers() {
		if c.IsSubClient {
			continue
		}
		seconds[c.CreatedAt], kyb[c.KYBStatus] = true, true
		if c.SubClientID == "" {
			none++
		}
		if c.DeletedAt != 0 {
			deleted++
		}
		if (c.KYBStatus != "active") != strings.Contains(c.ApplicationURL, dakotatest.SecretMark) {
			t.Fatalf("%s customer with address %q", c.KYBStatus, c.ApplicationURL)
		}
	}
	if none < 200 || none > 300 || deleted < 60 || deleted > 140 {
		t.Errorf("%d not associated, %d deleted", none, deleted)
	}
	if len(seconds) != 20 || len(kyb) != len(dakotatest.Statuses) || len(s.SubClients()) != 6 {
		t.Errorf("%d seconds, %d statuses, %d sub-clients", len(seconds), len(kyb), len(s.SubClients()))
	}
}

func TestUnevenSubClientsShrink(t *testing.T) {
	s := seeded(dakotatest.SeedOptions{Customers: 1000, SubClients: 4, Uneven: true})
	sizes := map[string]int{}
	for _, c := range s.Customers() {
		sizes[c.SubClientID]++
	}
	largest, smallest := 0, 1000
	for _, sub := range s.SubClients() {
		largest, smallest = max(largest, sizes[sub.ID]), min(smallest, sizes[sub.ID])
	}
	if largest < 3*smallest {
		t.Errorf("sizes %v", sizes)
	}
}

func TestCaseTwinsDifferInNothingElse(t *testing.T) {
	s := seeded(dakotatest.SeedOptions{Customers: 100, CaseTwins: 20})
	seen, twins := map[string]bool{}, 0
	for _, c := range s.Customers() {
		folded := strings.ToLower(c.ID)
		if seen[folded] {
			twins++
		}
		seen[folded] = true
	}
	if twins != 20 {
		t.Errorf("%d twins, want 20", twins)
	}
}

func TestTwoSeedsStandBesideEachOther(t *testing.T) {
	s := seeded(dakotatest.SeedOptions{Seed: 1, Customers: 10, SubClients: 1})
	s.Seed(dakotatest.SeedOptions{Seed: 2, Customers: 10, SubClients: 1})
	if n := len(s.Customers()); n != 22 {
		t.Errorf("%d customers, want 22", n)
	}
}
