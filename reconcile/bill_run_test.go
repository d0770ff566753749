package reconcile

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"dakota-reconcile/dakota"
	"dakota-reconcile/dakota/dakotatest"
)

// planRun observes, plans and applies in a bubble of its own time, in November 2026, and returns the plan, how many requests the account
// counted and how long the writing took.
func planRun(t *testing.T, a *planAccount, rows []Assignment, o Observer, p Policy) (plan *Plan, sent int, took time.Duration) {
	t.Helper()
	time.Sleep(time.Until(planNoon))
	key, err := dakota.NewKey("k", "test")
	if err != nil {
		t.Fatal(err)
	}
	client, err := dakota.NewClient(dakota.Config{BaseURL: dakota.SandboxURL, Key: key, Transport: a.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	o.API = client
	seen, err := o.Observe(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	p.Quota, p.Now = client.Quota(), time.Now()
	plan = planMust(t, rows, seen, p)
	began := time.Now()
	applier := Applier{API: client, MaxStaleness: p.MaxStaleness, Refresh: o.Refresh}
	done, err := applier.Apply(t.Context(), plan)
	if err != nil || done.Stopped != nil {
		t.Fatal(err, done.Stopped)
	}
	took = time.Since(began)
	if plan.Bill.Writes > 0 {
		if _, err := client.SubClients(t.Context()); err != nil { // the closing totals
			t.Fatal(err)
		}
	}
	for i, r := range done.Rows {
		if r.Status != Applied && r.Status != Unchanged {
			t.Fatalf("row %d ends as %s: %s", i, r.Status, r.Error)
		}
	}
	return plan, a.Counts().Total(), took
}

func TestBillIsWhatIsSentAndWhenItEnds(t *testing.T) {
	tests := []struct {
		name    string
		seed    dakotatest.SeedOptions
		quota   dakotatest.Quota
		sheet   func(a *planAccount) []Assignment
		observe Observer
		policy  Policy
	}{
		{ // one reading serves them all
			"an ordinary night",
			dakotatest.SeedOptions{Customers: 4000, SubClients: 8},
			dakotatest.Quota{},
			func(a *planAccount) []Assignment { return a.sheet(planEvery(a.all, 2), 40) },
			Observer{},
			Policy{MaxStaleness: 15 * time.Minute},
		},
		{ // what is read first is stale before its turn comes
			"a migration",
			dakotatest.SeedOptions{Customers: 4000, SubClients: 8},
			dakotatest.Quota{},
			func(a *planAccount) []Assignment {
				rows := a.sheet(planEvery(a.all, 4), 1)
				slices.Reverse(rows)
				return rows
			},
			Observer{},
			Policy{MaxStaleness: 4 * time.Minute},
		},
		{ // the same with the older headers
			"a migration, told in the older way",
			dakotatest.SeedOptions{Customers: 4000, SubClients: 8},
			dakotatest.Quota{Dialect: dakotatest.Older},
			func(a *planAccount) []Assignment { return a.sheet(planEvery(a.all, 4), 1) },
			Observer{},
			Policy{MaxStaleness: 4 * time.Minute},
		},
		{ // nothing tells the limit: requests leave evenly
			"no headers",
			dakotatest.SeedOptions{Customers: 1000, SubClients: 4},
			dakotatest.Quota{Dialect: dakotatest.Silent},
			func(a *planAccount) []Assignment { return a.sheet(planEvery(a.all, 4), 1) },
			Observer{},
			Policy{MaxStaleness: 2 * time.Minute},
		},
		{ // each row is read right before
			"no staleness at all",
			dakotatest.SeedOptions{Customers: 1000, SubClients: 4},
			dakotatest.Quota{},
			func(a *planAccount) []Assignment { return a.sheet(planEvery(a.all, 10), 1) },
			Observer{},
			Policy{},
		},
		{ // the unlisted come from the lists of their sub-clients
			"pruning",
			dakotatest.SeedOptions{Customers: 6000, SubClients: 20},
			dakotatest.Quota{},
			func(a *planAccount) []Assignment { return a.sheet(planEvery(a.Members(a.subs[2]), 30), 0) },
			Observer{Complete: true},
			Policy{Complete: true, Prune: true, MaxStaleness: 2 * time.Minute},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := planSeeded(t, test.seed)
				a.Quota = test.quota
				a.Latency = func(dakotatest.Request) (time.Duration, time.Duration) {
					return 40 * time.Millisecond, 60 * time.Millisecond
				}
				plan, sent, took := planRun(t, a, test.sheet(a), test.observe, test.policy)
				b := plan.Bill
				t.Logf("%d reads, %d writes, %d checks in %d batches; %s foretold, %s taken", b.Reads, b.Writes, b.Checks, len(plan.Batches), b.Takes, took)
				if b.Reads+b.Writes+b.Checks != sent {
					t.Errorf("the bill says %d + %d + %d requests, %d were sent", b.Reads, b.Writes, b.Checks, sent)
				}
				if late := took - b.Takes; late.Abs() > b.Takes/50+5*time.Second {
					t.Errorf("it took %s, %s was foretold", took, b.Takes)
				}
				if n := a.Counts().Throttled; n > 0 {
					t.Errorf("%d refusals", n)
				}
			})
		})
	}
}
