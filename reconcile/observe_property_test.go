package reconcile

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"dakota-reconcile/dakota/dakotatest"
	"pgregory.net/rapid"
)

// planDrawAccount makes an account of one to three generations of customers, each with ids of its own quality.
func planDrawAccount(t *rapid.T, tb testing.TB) *planAccount {
	a := &planAccount{Server: &dakotatest.Server{Quota: dakotatest.Quota{Limit: -1}}}
	a.Ties = rapid.SampledFrom([]dakotatest.Ties{0, 1, 2}).Draw(t, "ties")
	a.HideDeleted = rapid.Bool().Draw(t, "hide deleted")
	a.OmitEmptySubClients = rapid.Bool().Draw(t, "omit empty sub-clients")
	start := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	a.generations = rapid.IntRange(1, 3).Draw(t, "generations")
	for g := range a.generations {
		span := rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 30 * 24 * time.Hour, 500 * 24 * time.Hour}).Draw(t, "span")
		from := start
		if rapid.Bool().Draw(t, "later") {
			from = start.Add(time.Duration(g) * 300 * 24 * time.Hour)
		}
		a.Seed(dakotatest.SeedOptions{
			Seed: 3*rapid.Uint64().Draw(t, "seed") + uint64(g), Customers: rapid.SampledFrom([]int{1, 20, 150, 700, 1700}).Draw(t, "customers"),
			SubClients: rapid.SampledFrom([]int{1, 3, 20}).Draw(t, "sub-clients"), EmptySubClients: 1,
			From: from, To: from.Add(span), Uneven: rapid.Bool().Draw(t, "uneven"),
			Unassociated: rapid.SampledFrom([]float64{0, 0.3, 0.9}).Draw(t, "unassociated"),
			Deleted:      rapid.SampledFrom([]float64{0, 0, 0.05}).Draw(t, "deleted"),
			Burst:        rapid.SampledFrom([]int{0, 0, 40, 350}).Draw(t, "burst"),
			SubSecond:    rapid.Bool().Draw(t, "sub-second"),
			IDJitter:     rapid.SampledFrom([]time.Duration{-1, 0, 0, time.Minute, 6 * time.Hour, 200 * 24 * time.Hour}).Draw(t, "jitter"),
			IDOffset:     rapid.SampledFrom([]time.Duration{0, 0, 0, 5 * time.Hour, -90 * 24 * time.Hour}).Draw(t, "offset"),
			CaseTwins:    rapid.IntRange(0, 3).Draw(t, "twins"),
		})
	}
	a.open(tb)
	return a
}

// planDrawSheet picks customers of the account: anywhere, a stretch of time, or one sub-client's; some of them wished elsewhere, some ids
// unknown. unlisted is the number of ids that no list shows.
func planDrawSheet(t *rapid.T, a *planAccount) (rows []Assignment, unlisted int) {
	pool := a.all
	switch rapid.IntRange(0, 3).Draw(t, "pool") {
	case 0:
		s := rapid.SampledFrom(a.subs).Draw(t, "sub-client")
		pool = slices.DeleteFunc(slices.Clone(pool), func(c dakotatest.Customer) bool { return c.SubClientID != s })
	case 1:
		pool = pool[rapid.IntRange(0, max(len(pool)-1, 0)).Draw(t, "from"):]
	}
	picked := planEvery(pool, rapid.SampledFrom([]int{1, 1, 2, 7, 40, 300}).Draw(t, "every"))
	rows = a.sheet(picked, rapid.SampledFrom([]int{0, 1, 3, 50}).Draw(t, "changed"))
	for _, c := range picked {
		if c.DeletedAt != 0 && a.HideDeleted {
			unlisted++
		}
	}
	for i := range rapid.SampledFrom([]int{0, 0, 1, 15}).Draw(t, "unknown") {
		id := planUnknownID(i)
		rows = append(rows, Assignment{Row: int32(len(rows) + 2), CustomerID: id})
		unlisted++
	}
	return rows, unlisted
}

func planEvery(from []dakotatest.Customer, n int) []dakotatest.Customer {
	var picked []dakotatest.Customer
	for i := 0; i < len(from); i += n {
		picked = append(picked, from[i])
	}
	return picked
}

// planUnknownID is an id of 2024 that no account has.
func planUnknownID(i int) string { return fmt.Sprintf("2aUnknown%018d", i) }

// Whatever ids and times look like, the observation is exact and costs hardly more than the cheaper of the two simple ways: a small
// constant where all ids are of one quality, and a part of it where what was learnt of some misleads about others.
func TestReadingIsExactAndNeverMuchDearerThanTheSimpleWays(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := planDrawAccount(rt, t)
		rows, unlisted := planDrawSheet(rt, a)
		seen, err := (&Observer{API: a.reader, LookUpAll: true}).Observe(t.Context(), rows)
		if err != nil {
			rt.Fatal(err)
		}
		held := a.Associations()
		for _, r := range rows {
			want, exists := held[r.CustomerID]
			s, ok := seen.Customer(r.CustomerID)
			if ok != exists || ok && s.Customer.SubClientID != want || seen.Missing(r.CustomerID) == exists {
				rt.Fatalf("customer %s was seen as %+v, %v; it holds %q, %v", r.CustomerID, s.Customer, ok, want, exists)
			}
		}
		sent := a.Counts().List + a.Counts().Get
		simple := min(pagesOf(len(a.all)+len(a.subs))+unlisted, len(rows))
		allowed := simple + 10
		if a.generations > 1 {
			allowed += simple / 3
		}
		if sent > allowed {
			rt.Fatalf("%d requests, the better simple way takes %d: %s", sent, simple, seen.Reading)
		}
	})
}
