package reconcile

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"dakota-reconcile/dakota"
	"dakota-reconcile/dakota/dakotatest"
	"github.com/google/go-cmp/cmp"
)

// planMinute is a quota of 60 a minute of which nothing is used.
func planMinute() dakota.Quota { return planMinuteFrom(planNoon) }

func planMinuteFrom(now time.Time) dakota.Quota {
	return dakota.Quota{Known: true, Limit: 60, Remaining: 60, Reset: now.Add(time.Minute), Window: time.Minute}
}

// planWide is a plan of n changes, all read at noon, each ten of them on one page.
func planWide(t *testing.T, n int, policy Policy) *Plan {
	t.Helper()
	seen := planSeen()
	var rows []Assignment
	for i := range n {
		c := planCustomer(fmt.Sprintf("c%05d", (i*7919)%n), "north") // rows in another order than pages
		rows = append(rows, Assignment{Row: int32(i + 2), CustomerID: c.ID})
	}
	for i := range n {
		if i%10 == 0 {
			seen.pages = append(seen.pages, dakota.Query{CreatedFrom: int64(i)})
		}
		seen.see(Seen{Customer: planCustomer(fmt.Sprintf("c%05d", i), "north"), At: planNoon, page: int32(len(seen.pages))})
	}
	seen.Reading.Requests = dakota.Usage{List: 3, Get: 2, Summary: 1}
	return planMust(t, rows, seen, policy)
}

func TestBillAddsUpWhatIsSent(t *testing.T) {
	tests := []struct {
		name   string
		rows   int
		policy Policy
		want   Bill
	}{
		{
			"nothing to change", 0,
			Policy{MaxStaleness: time.Hour, Quota: planMinute()},
			Bill{Reads: 6, Limit: 60, Window: time.Minute},
		},
		{
			"within the window", 59,
			Policy{MaxStaleness: time.Hour, Quota: planMinute()},
			Bill{Reads: 6, Writes: 59, Checks: 1, Limit: 60, Window: time.Minute, Ends: planNoon},
		},
		{
			"one more", 60,
			Policy{MaxStaleness: time.Hour, Quota: planMinute()},
			Bill{Reads: 6, Writes: 60, Checks: 1, Limit: 60, Window: time.Minute, Takes: time.Minute, Ends: planNoon.Add(time.Minute)},
		},
		{
			"each read right before", 30,
			Policy{Quota: planMinute()},
			Bill{Reads: 6, Writes: 30, Checks: 31, Limit: 60, Window: time.Minute, Takes: time.Minute, Ends: planNoon.Add(time.Minute)},
		},
		{
			"no limit known, paced", 60,
			Policy{MaxStaleness: time.Hour, Quota: dakota.Quota{Interval: time.Second}},
			Bill{Reads: 6, Writes: 60, Checks: 1, Takes: time.Minute, Ends: planNoon.Add(time.Minute)},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, planWide(t, test.rows, test.policy).Bill); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// 10,000 changes take nearly three hours: what was read at noon is not good for the last of them.
func TestBatchesKeepEveryRowFresh(t *testing.T) {
	policy := Policy{MaxStaleness: 15 * time.Minute, Quota: planMinute()}
	p := planWide(t, 10_000, policy)
	seen := map[int]bool{}
	sent, checks := 0, 1
	for b, batch := range p.Batches {
		begin := policy.Quota.Forecast(sent, planNoon)
		sent += batch.Requests + len(batch.Rows)
		checks += batch.Requests
		if age := policy.Quota.Forecast(sent, planNoon) - begin; age > policy.MaxStaleness || b > 0 && b < len(p.Batches)-1 && age < policy.MaxStaleness*3/4 {
			t.Errorf("batch %d takes %s", b, age)
		}
		if (batch.Requests == 0) != (b == 0) || batch.Requests > len(batch.Rows)/10+2 {
			t.Errorf("batch %d of %d rows costs %d requests to read", b, len(batch.Rows), batch.Requests)
		}
		for _, i := range batch.Rows {
			if seen[i] || !sends(&p.Rows[i]) {
				t.Fatalf("row %d stands in two batches or is not to be sent", i)
			}
			seen[i] = true
		}
	}
	if len(seen) != 10_000 || p.Bill.Checks != checks {
		t.Errorf("%d rows in batches, %d checks in the bill for %d", len(seen), p.Bill.Checks, checks)
	}
}

func TestShortRunsNeedNoBatches(t *testing.T) {
	for name, policy := range map[string]Policy{
		"short":                   {MaxStaleness: 200 * time.Minute, Quota: planMinute()},
		"no limit":                {MaxStaleness: time.Minute},
		"each row is read before": {Quota: planMinute()},
	} {
		if p := planWide(t, 10_000, policy); p.Batches != nil {
			t.Errorf("%s: %d batches", name, len(p.Batches))
		}
	}
}

func TestStalenessShorterThanAnyBatchStillSendsEveryRow(t *testing.T) {
	p := planWide(t, 500, Policy{MaxStaleness: time.Nanosecond, Quota: dakota.Quota{Interval: time.Second}})
	n := 0
	for _, b := range p.Batches {
		n += len(b.Rows)
	}
	if n != 500 || p.Bill.Checks != 500-1+1 { // the first is sent at once, as it was read
		t.Errorf("%d rows, %d checks", n, p.Bill.Checks)
	}
}

// What Fit promises, Cut leaves, and the bill then says the same.
func TestFitAndCutAgree(t *testing.T) {
	for _, policy := range []Policy{
		{MaxStaleness: time.Hour, Quota: planMinute()},
		{MaxStaleness: 3 * time.Minute, Quota: planMinute()},
		{Quota: planMinute()},
	} {
		for _, requests := range []int{0, 1, 2, 3, 100, 150, 299, 10_000} {
			p := planWide(t, 400, policy)
			fit := p.Fit(requests, -1)
			p.Cut(fit.Rows, Problem{"budget", "it does not fit"})
			if got := p.Bill.Writes + p.Bill.Checks; p.Bill.Writes != fit.Rows || got != fit.Requests || got > requests || p.Bill.Takes != fit.Takes {
				t.Errorf("%d requests, staleness %s: %+v fit, the bill says %d writes, %d requests, %s", requests, policy.MaxStaleness, fit, p.Bill.Writes, got, p.Bill.Takes)
			}
			if c := p.Counts(); c.Changes != fit.Rows || c.Status[NotAttempted] != 400-fit.Rows || fit.Of != 400 {
				t.Errorf("%d requests: %d of %d rows planned", requests, c.Changes, fit.Of)
			}
			if more := p.SubClients[0].Out; more != fit.Rows {
				t.Errorf("%d requests: the totals count %d", requests, more)
			}
		}
	}
	if fit := planWide(t, 400, Policy{MaxStaleness: time.Hour, Quota: planMinute()}).Fit(-1, 3*time.Minute); fit.Rows != 239 || fit.Takes != 3*time.Minute {
		t.Errorf("in three minutes %+v fit; with the closing totals it is 239", fit)
	}
}

func TestCutReachesRepeatedRows(t *testing.T) {
	rows := []Assignment{{Row: 2, CustomerID: "a"}, {Row: 3, CustomerID: "b"}, {Row: 4, Same: 3, CustomerID: "b"}, {Row: 5, Same: 2, CustomerID: "a"}}
	p := planMust(t, rows, planSeen(planCustomer("a", "north"), planCustomer("b", "north")), Policy{})
	p.Cut(1, Problem{"budget", "it does not fit"})
	var got []Status
	for _, r := range p.Rows {
		got = append(got, r.Status)
	}
	if diff := cmp.Diff([]Status{Planned, NotAttempted, NotAttempted, Planned}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A whole account is read, changed in batches and read again between them: the announced requests are the sent ones.
func TestRefreshCostsWhatTheBatchesSay(t *testing.T) {
	a := planSeeded(t, dakotatest.SeedOptions{Customers: 3000, SubClients: 6, Unassociated: 0.3})
	rows := a.sheet(planEvery(a.all, 2), 1)
	slices.Reverse(rows)
	now := time.Now()
	plan, _ := a.observed(t, Observer{}, rows, Policy{MaxStaleness: 5 * time.Minute, Quota: planMinuteFrom(now), Now: now})
	if len(plan.Batches) < 4 {
		t.Fatalf("%d batches", len(plan.Batches))
	}
	o := &Observer{API: a.reader}
	for n, b := range plan.Batches {
		before := a.Counts().Total()
		if b.Requests > 0 {
			seen, err := o.Refresh(t.Context(), plan, b)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range b.Rows {
				if s, ok := seen.Customer(plan.Rows[i].CustomerID); !ok || s.Customer.SubClientID != plan.Rows[i].PreviousID {
					t.Fatalf("batch %d: row %d is read as %+v, %v", n, i, s.Customer, ok)
				}
			}
		}
		if got := a.Counts().Total() - before; got != b.Requests || b.Requests > len(b.Rows)/10 {
			t.Errorf("batch %d of %d rows: %d requests, %d announced", n, len(b.Rows), got, b.Requests)
		}
		for _, i := range b.Rows {
			a.Change(plan.Rows[i].CustomerID, plan.Rows[i].SubClientID)
		}
	}
}

func TestRefreshSeesWhatOthersDid(t *testing.T) {
	a := planSeeded(t, dakotatest.SeedOptions{Customers: 500, SubClients: 3})
	rows := a.sheet(a.all, 1)
	now := time.Now()
	plan, _ := a.observed(t, Observer{}, rows, Policy{MaxStaleness: time.Minute, Quota: planMinuteFrom(now), Now: now})
	b := plan.Batches[len(plan.Batches)-1]
	id := plan.Rows[b.Rows[0]].CustomerID
	a.Change(id, "")
	seen, err := (&Observer{API: a.reader}).Refresh(t.Context(), plan, b)
	if err != nil {
		t.Fatal(err)
	}
	if s, ok := seen.Customer(id); !ok || s.Customer.SubClientID != "" {
		t.Errorf("the change of somebody else is not seen: %+v, %v", s.Customer, ok)
	}
}

// Thousands leave a sub-client, as when a run is rolled back: its list is read again, each time as long as it still is.
func TestRefreshReadsListsThatRowsLeave(t *testing.T) {
	for name, seed := range map[string]dakotatest.SeedOptions{
		"scattered": {Customers: 6000, SubClients: 4, Unassociated: 0.2},
		"in bursts": {Customers: 6000, SubClients: 4, Unassociated: 0.2, Burst: 70},
	} {
		t.Run(name, func(t *testing.T) {
			a := planSeeded(t, seed)
			leaving := a.subs[1]
			var rows []Assignment
			expect := map[string]string{}
			for i, c := range a.Members(leaving) {
				if i%9 == 0 {
					continue // some stay
				}
				rows = append(rows, Assignment{Row: int32(i + 2), CustomerID: c.ID})
				expect[c.ID] = leaving
			}
			now := time.Now()
			policy := Policy{MaxStaleness: 5 * time.Minute, Quota: planMinuteFrom(now), Now: now, Expect: expect}
			plan, _ := a.observed(t, Observer{Expect: expect}, rows, policy)
			if len(plan.Batches) < 3 {
				t.Fatalf("%d batches", len(plan.Batches))
			}
			for n, b := range plan.Batches {
				before := a.Counts()
				if b.Requests > 0 {
					if _, err := (&Observer{API: a.reader}).Refresh(t.Context(), plan, b); err != nil {
						t.Fatal(err)
					}
				}
				after := a.Counts()
				if got := after.Total() - before.Total(); got != b.Requests || b.Requests > len(b.Rows)/80+2 {
					t.Errorf("batch %d of %d rows: %d requests (%d lookups), %d announced", n, len(b.Rows), got, after.Get-before.Get, b.Requests)
				}
				for _, i := range b.Rows {
					a.Change(plan.Rows[i].CustomerID, "")
				}
			}
		})
	}
}

// Where rows join the list that others leave, nobody knows how long it will be: those are asked for one by one.
func TestRefreshAnnouncesTheTruthWhereRowsJoinAList(t *testing.T) {
	a := planSeeded(t, dakotatest.SeedOptions{Customers: 30_000, SubClients: 60})
	var rows []Assignment
	expect := map[string]string{}
	for i, c := range append(a.Members(a.subs[1]), a.Members(a.subs[2])...) {
		rows = append(rows, Assignment{Row: int32(i + 2), CustomerID: c.ID, SubClientID: a.subs[2]})
		if c.SubClientID == a.subs[2] {
			rows[i].SubClientID = a.subs[1]
		}
		expect[c.ID] = c.SubClientID
	}
	now := time.Now()
	plan, _ := a.observed(t, Observer{Expect: expect}, rows, Policy{MaxStaleness: 3 * time.Minute, Quota: planMinuteFrom(now), Now: now})
	sent := a.Counts().Total()
	for _, b := range plan.Batches {
		if b.Requests > 0 {
			if _, err := (&Observer{API: a.reader}).Refresh(t.Context(), plan, b); err != nil {
				t.Fatal(err)
			}
		}
		for _, i := range b.Rows {
			a.Change(plan.Rows[i].CustomerID, plan.Rows[i].SubClientID)
		}
	}
	if got := a.Counts().Total() - sent + 1; got != plan.Bill.Checks {
		t.Errorf("%d checks announced, %d made", plan.Bill.Checks, got)
	}
}
