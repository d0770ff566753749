package reconcile

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"dakota-reconcile/dakota"
	"dakota-reconcile/dakota/dakotatest"
)

// planAccount is a fake account with a reader on it, its quota out of the way.
type planAccount struct {
	*dakotatest.Server
	reader *dakota.Reader
	all    []dakotatest.Customer // customers that are no sub-clients, by creation
	subs   []string

	generations int // of customers whose ids are of different quality
}

func planSeeded(t testing.TB, o dakotatest.SeedOptions) *planAccount {
	t.Helper()
	a := &planAccount{Server: &dakotatest.Server{Quota: dakotatest.Quota{Limit: -1}}}
	a.Seed(o)
	a.open(t)
	return a
}

// open makes a reader, and notes what the account holds.
func (a *planAccount) open(t testing.TB) {
	t.Helper()
	key, err := dakota.NewKey("k", "test")
	if err != nil {
		t.Fatal(err)
	}
	a.reader, err = dakota.NewReader(dakota.Config{BaseURL: dakota.SandboxURL, Key: key, Transport: a.RoundTripper(), Rate: dakota.NoRate})
	if err != nil {
		t.Fatal(err)
	}
	a.all, a.subs = nil, nil
	for _, c := range a.Customers() {
		if c.IsSubClient {
			a.subs = append(a.subs, c.ID)
		} else {
			a.all = append(a.all, c)
		}
	}
	slices.Sort(a.subs)
}

// sheet makes a row for each customer as it is, but every share-th one wished elsewhere.
func (a *planAccount) sheet(customers []dakotatest.Customer, changed int) []Assignment {
	rows := make([]Assignment, len(customers))
	for i, c := range customers {
		rows[i] = Assignment{Row: int32(i + 2), CustomerID: c.ID, SubClientID: c.SubClientID}
		if changed > 0 && i%changed == 0 {
			rows[i].SubClientID = a.subs[(slices.Index(a.subs, c.SubClientID)+1)%len(a.subs)]
		}
	}
	return rows
}

// bound is the least number of blocks of a hundred customers, in the order of creation, that hold all of the sheet's.
func (a *planAccount) bound(rows []Assignment) int {
	wanted := map[string]bool{}
	for _, r := range rows {
		wanted[r.CustomerID] = true
	}
	n, until := 0, -1
	for i, c := range a.Customers() {
		if wanted[c.ID] && i >= until {
			n, until = n+1, i+100
		}
	}
	return n
}

func planScatter(rnd *rand.Rand, from []dakotatest.Customer, n int) []dakotatest.Customer {
	picked := slices.Clone(from)
	rnd.Shuffle(len(picked), func(i, j int) { picked[i], picked[j] = picked[j], picked[i] })
	return picked[:n]
}

// observed plans the sheet against the account and holds the result against the account itself.
func (a *planAccount) observed(t testing.TB, o Observer, rows []Assignment, p Policy) (*Plan, *Observation) {
	t.Helper()
	o.API = a.reader
	seen, err := o.Observe(context.Background(), rows)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := NewPlan(rows, seen, p)
	if err != nil {
		t.Fatal(err)
	}
	held := a.Associations()
	for i, r := range rows {
		if got, want := plan.Rows[i], held[r.CustomerID]; got.PreviousID != want || (got.Status == Unchanged) != (want == r.SubClientID) {
			t.Fatalf("row %d: the plan says %s, %q before; the account holds %q and %q is wished", r.Row, got.Status, got.PreviousID, want, r.SubClientID)
		}
	}
	return plan, seen
}

// The bounds count everything a run sends: the reading, the changes, and one summary after them.
func TestReadingKeepsWithinItsBounds(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	tests := []struct {
		name  string
		seed  dakotatest.SeedOptions
		sheet func(*planAccount) []Assignment
		bound func(a *planAccount, rows []Assignment, changes int) float64
	}{
		{ // nearly everything: no way is shorter than reading the account
			"all of 20,000, one in a hundred changed",
			dakotatest.SeedOptions{Customers: 20_000, SubClients: 20, Unassociated: 0.1},
			func(a *planAccount) []Assignment { return a.sheet(a.all, 100) },
			func(a *planAccount, rows []Assignment, n int) float64 { return 1.03*float64(n+a.bound(rows)) + 3 },
		},
		{ // too few for the account, too many for single lookups
			"300 anywhere in 100,000, a tenth changed",
			dakotatest.SeedOptions{Customers: 100_000, SubClients: 40, Unassociated: 0.2},
			func(a *planAccount) []Assignment { return a.sheet(planScatter(rnd, a.all, 300), 10) },
			func(a *planAccount, rows []Assignment, n int) float64 { return 1.03*float64(n+a.bound(rows)) + 3 },
		},
		{ // together in time, scattered over sub-clients
			"the 600 newest of 50,000, a fifth changed",
			dakotatest.SeedOptions{Customers: 50_000, SubClients: 30},
			func(a *planAccount) []Assignment { return a.sheet(a.all[len(a.all)-600:], 5) },
			func(a *planAccount, rows []Assignment, n int) float64 { return 1.05*float64(n+a.bound(rows)) + 4 },
		},
		{ // scattered in time, together in a sub-client
			"600 of one sub-client of 50 in 60,000, three of them elsewhere",
			dakotatest.SeedOptions{Customers: 60_000, SubClients: 50},
			func(a *planAccount) []Assignment { return a.partner(600, 3) },
			func(a *planAccount, rows []Assignment, n int) float64 {
				return float64(n + pagesOf(len(a.Members(rows[0].SubClientID))) + 9)
			},
		},
		{ // ids whose time says nothing: leaping must be given up at once
			"2,000 of 20,000 with ids months off, one in twenty changed",
			dakotatest.SeedOptions{Customers: 20_000, SubClients: 20, IDJitter: 180 * 24 * time.Hour},
			func(a *planAccount) []Assignment { return a.sheet(planScatter(rnd, a.all, 2000), 20) },
			func(_ *planAccount, _ []Assignment, n int) float64 { return 1.25*float64(n+200) + 10 },
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := planSeeded(t, test.seed)
			rows := test.sheet(a)
			plan, seen := a.observed(t, Observer{}, rows, Policy{MaxStaleness: time.Hour})
			changes := plan.Counts().Changes
			sent := a.Counts().Total() + changes + 1 // the closing summary
			bound := test.bound(a, rows, changes)
			t.Logf("%d requests for %d changes, %.1f at most; %s", sent, changes, bound, seen.Reading)
			if float64(sent) > bound {
				t.Errorf("%d requests for %d changes, more than %.1f", sent, changes, bound)
			}
			if got := plan.Bill.Reads + plan.Bill.Writes + plan.Bill.Checks; got != sent {
				t.Errorf("the bill says %d requests, %d are sent", got, sent)
			}
		})
	}
}

// partner is a sheet of n customers wished to be in one sub-client, of which all but some are.
func (a *planAccount) partner(n, elsewhere int) []Assignment {
	s := a.subs[7]
	var in, out []dakotatest.Customer
	for _, c := range a.all {
		if c.SubClientID == s {
			in = append(in, c)
		} else {
			out = append(out, c)
		}
	}
	var rows []Assignment
	for i := range n {
		c := in[min(i*len(in)/n, len(in)-1)]
		if i < elsewhere {
			c = out[i*len(out)/elsewhere]
		}
		rows = append(rows, Assignment{Row: int32(i + 2), CustomerID: c.ID, SubClientID: s})
	}
	return rows
}
