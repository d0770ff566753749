package reconcile

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dakota-reconcile/dakota"
	"dakota-reconcile/dakota/dakotatest"
)

// planSmall is an account of 500 customers, a good deal of which belong to none of its three sub-clients.
func planSmall(t testing.TB) *planAccount {
	t.Helper()
	return planSeeded(t, dakotatest.SeedOptions{Customers: 500, SubClients: 3, EmptySubClients: 1, Unassociated: 0.3})
}

func planSpent(a *planAccount) string {
	c := a.Counts()
	return fmt.Sprintf("list %d, get %d, summary %d, others %d", c.List, c.Get, c.Summary, c.Patch+c.Other)
}

func TestReadingAsksOnlyForWhatItNeeds(t *testing.T) {
	tests := []struct {
		name string
		rows func(*planAccount) []Assignment
		want string
	}{
		{"no row", func(*planAccount) []Assignment { return nil }, "list 0, get 0, summary 0, others 0"},
		{"rows that cost nothing", func(a *planAccount) []Assignment {
			return []Assignment{{Row: 2, CustomerID: a.all[0].ID, Keep: true}, {Row: 3, CustomerID: a.all[1].ID, Problem: &Problem{"bad_id", "bad"}}}
		}, "list 0, get 0, summary 0, others 0"},
		{"one row", func(a *planAccount) []Assignment { return a.sheet(a.all[:1], 1) }, "list 0, get 1, summary 1, others 0"},
		{"a row and its repetition", func(a *planAccount) []Assignment {
			rows := a.sheet(a.all[:1], 1)
			again := rows[0]
			again.Row, again.Same = 3, 2
			return append(rows, again)
		}, "list 0, get 1, summary 1, others 0"},
		{"an unknown target, looked up once", func(a *planAccount) []Assignment {
			return []Assignment{{Row: 2, CustomerID: a.all[0].ID, SubClientID: planUnknownID(1)}, {Row: 3, CustomerID: a.all[400].ID, SubClientID: planUnknownID(1)}}
		}, "list 1, get 2, summary 1, others 0"},
		{"customers of one minute, on one page", func(a *planAccount) []Assignment { return a.sheet(a.all[200:260], 1) }, "list 1, get 0, summary 1, others 0"},
		{"all of them", func(a *planAccount) []Assignment { return a.sheet(a.all, 0) }, "list 5, get 0, summary 1, others 0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := planSmall(t)
			if _, err := (&Observer{API: a.reader}).Observe(t.Context(), test.rows(a)); err != nil {
				t.Fatal(err)
			}
			if got := planSpent(a); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

var pagesTold = regexp.MustCompile(`(\d+) pages?\b`)

// What --verbose says of a reading accounts for each page that was paid for, whichever way they were read.
func TestReadingTellsOfEveryPage(t *testing.T) {
	tests := []struct {
		name     string
		observer Observer
		rows     func(a *planAccount) []Assignment
		tells    string
	}{
		{"where they are expected", Observer{}, func(a *planAccount) []Assignment {
			elsewhere := func(c dakotatest.Customer) bool { return c.SubClientID != a.all[0].SubClientID }
			return a.sheet(slices.DeleteFunc(slices.Clone(a.all), elsewhere), 0)
		}, "of the members of 1 sub-client"},
		{"all members", Observer{Complete: true}, func(a *planAccount) []Assignment { return a.sheet(a.all[:1], 0) }, "of the members of 1 sub-client"},
		{"where their times are", Observer{}, func(a *planAccount) []Assignment { return a.sheet(a.all[200:260], 1) }, "where the customers' creation times are"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := planSeeded(t, dakotatest.SeedOptions{Customers: 3000, SubClients: 20})
			test.observer.API = a.reader
			seen, err := test.observer.Observe(t.Context(), test.rows(a))
			if err != nil {
				t.Fatal(err)
			}
			told := 0
			for _, m := range pagesTold.FindAllStringSubmatch(seen.Reading.Way, -1) {
				n, _ := strconv.Atoi(m[1])
				told += n
			}
			if told != seen.Reading.Requests.List || !strings.Contains(seen.Reading.Way, test.tells) {
				t.Errorf("%d pages were read, and %q should tell of them and of %q", seen.Reading.Requests.List, seen.Reading.Way, test.tells)
			}
		})
	}
}

// The summary may leave out sub-clients without customers, and may not exist at all.
func TestTargetsAreFoundWithoutTheSummary(t *testing.T) {
	a := planSmall(t)
	a.OmitEmptySubClients = true
	var empty string
	for _, s := range a.subs {
		if len(a.Members(s)) == 0 {
			empty = s
		}
	}
	rows := []Assignment{
		{Row: 2, CustomerID: a.all[0].ID, SubClientID: empty},
		{Row: 3, CustomerID: a.all[250].ID, SubClientID: a.all[1].ID},
		{Row: 4, CustomerID: a.all[499].ID, SubClientID: planUnknownID(1)},
	}
	for name, faults := range map[string]dakotatest.FaultFunc{
		"with a summary that leaves them out": nil,
		"without one":                         dakotatest.Only(dakotatest.Always(dakotatest.Fault{Status: http.StatusNotFound}), dakotatest.Summary),
	} {
		a.Adjust(func() { a.Faults = faults })
		seen, err := (&Observer{API: a.reader}).Observe(t.Context(), rows)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range planMust(t, rows, seen, Policy{}).Rows {
			got = append(got, string(r.Status)+" "+r.ErrorCode)
		}
		if diff := cmp.Diff([]string{"planned ", "invalid not_a_sub_client", "invalid sub_client_not_found"}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Thousands of lookups would only prove again that the key is another account's.
func TestReadingStopsWhenNearlyNoIDExists(t *testing.T) {
	a := planSmall(t)
	rows := a.sheet(a.all[:5], 0)
	for i := range 400 {
		rows = append(rows, Assignment{Row: int32(i + 10), CustomerID: planUnknownID(i), SubClientID: a.subs[0]})
	}
	seen, err := (&Observer{API: a.reader}).Observe(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	if n := a.Counts().Total(); n > 50 {
		t.Errorf("%d requests", n)
	}
	p := planMust(t, rows, seen, Policy{})
	if got := p.Check(Guards{}); len(got) != 1 || got[0].Code != "unknown_customers" {
		t.Errorf("the plan is refused for %+v", got)
	}
	if c := p.Counts(); c.Changes != 0 || c.Status[NotAttempted] == 0 || c.Status[Invalid] == 0 {
		t.Errorf("counts %v", c.Status)
	}
	seen, err = (&Observer{API: a.reader, LookUpAll: true}).Observe(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	if n := planMust(t, rows, seen, Policy{}).Counts().Status[Invalid]; n != 400 {
		t.Errorf("told to look all up, it finds %d of 400 missing", n)
	}
}

func TestMistypedIDsGetAHint(t *testing.T) {
	a := planSmall(t)
	good := a.all[100].ID
	flip := func(id string, places ...int) string {
		b := []byte(id)
		for _, p := range places {
			if b[p]++; b[p] == '9'+1 || b[p] == 'Z'+1 || b[p] == 'z'+1 {
				b[p] -= 2
			}
		}
		return string(b)
	}
	tests := []struct{ typed, want string }{
		{strings.ToUpper(good), good},
		{flip(good, 26), good},
		{flip(good, 8, 20), good},
		{flip(good, 9, 17, 26), ""},
		{planUnknownID(3), ""},
	}
	rows := a.sheet(a.all[90:110], 0)
	rows = append(rows[:10], rows[11:]...) // the id that was meant is not in the sheet
	for i, test := range tests {
		rows = append(rows, Assignment{Row: int32(100 + i), CustomerID: test.typed})
	}
	p, err := (&Observer{API: a.reader}).Observe(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		if got := p.hints[test.typed]; got != test.want || !p.Missing(test.typed) {
			t.Errorf("%s: meant %q, want %q (%s)", test.typed, got, test.want, good)
		}
	}
}

func TestCompleteReadsEveryMember(t *testing.T) {
	tests := []struct {
		name string
		seed dakotatest.SeedOptions
		subs int // named
		most int // pages
	}{
		{"one large sub-client", dakotatest.SeedOptions{Customers: 3000, SubClients: 10}, 1, 4 + 2},
		{"many small ones: the account is shorter than their lists", dakotatest.SeedOptions{Customers: 600, SubClients: 100}, 100, 8},
		{"ids that say nothing", dakotatest.SeedOptions{Customers: 3000, SubClients: 10, IDJitter: 200 * 24 * time.Hour}, 2, 8 + 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := planSeeded(t, test.seed)
			named, want, rows := map[string]bool{}, map[string]bool{}, []Assignment(nil)
			for _, s := range a.subs[:test.subs] {
				named[s] = true
			}
			for i, c := range a.all {
				switch {
				case !named[c.SubClientID]:
				case i%3 != 0 || len(rows) == 0 || !slices.ContainsFunc(rows, func(r Assignment) bool { return r.SubClientID == c.SubClientID }):
					rows = append(rows, Assignment{Row: int32(len(rows) + 2), CustomerID: c.ID, SubClientID: c.SubClientID})
				default:
					want[c.ID] = true
				}
			}
			seen, err := (&Observer{API: a.reader, Complete: true}).Observe(t.Context(), rows)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]bool{}
			for _, r := range planMust(t, rows, seen, Policy{Complete: true}).Rows[len(rows):] {
				got[r.CustomerID] = r.Status == Unlisted
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("unlisted (-want +got):\n%s", diff)
			}
			if c := a.Counts(); c.List+c.Get > test.most {
				t.Errorf("%d pages and %d lookups, more than %d", c.List, c.Get, test.most)
			}
		})
	}
}

// Customers come and are changed while pages are read; what was true at no time must not be reported.
func TestReadingIsTrueWhileOthersWork(t *testing.T) {
	a := planSeeded(t, dakotatest.SeedOptions{Customers: 2000, SubClients: 5, Unassociated: 0.2})
	rows := a.sheet(planEvery(a.all, 3), 4)
	ever := map[string]map[string]bool{}
	for id, s := range a.Associations() {
		ever[id] = map[string]bool{s: true}
	}
	n := 0
	a.After = func(dakotatest.Exchange) {
		for range 5 {
			n++
			id, s := a.all[n*37%len(a.all)].ID, a.subs[n%len(a.subs)]
			a.Change(id, s)
			ever[id][s] = true
			a.Add(dakotatest.Customer{CreatedAt: a.all[n*11%len(a.all)].CreatedAt, SubClientID: s})
		}
	}
	seen, err := (&Observer{API: a.reader}).Observe(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if s, ok := seen.Customer(r.CustomerID); !ok || !ever[r.CustomerID][s.Customer.SubClientID] {
			t.Errorf("customer %s is seen in %q, %v", r.CustomerID, s.Customer.SubClientID, ok)
		}
	}
}

// After a run that associated thousands, a rollback expects them where the run put them, not where they shall be.
func TestExpectationsSaveRequests(t *testing.T) {
	a := planSeeded(t, dakotatest.SeedOptions{Customers: 20_000, SubClients: 40})
	members := a.Members(a.subs[3])
	var rows []Assignment
	expect := map[string]string{}
	for i, c := range members {
		rows = append(rows, Assignment{Row: int32(i + 2), CustomerID: c.ID})
		expect[c.ID] = a.subs[3]
	}
	if _, err := (&Observer{API: a.reader, Expect: expect}).Observe(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	if n, most := a.Counts().Total(), pagesOf(len(members))+2; n > most {
		t.Errorf("%d requests, %d would do", n, most)
	}
}

func TestReadingEndsWithTheCause(t *testing.T) {
	a := planSmall(t)
	rows := a.sheet(a.all[:40], 1)
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if _, err := (&Observer{API: a.reader}).Observe(ctx, rows); !errors.Is(err, context.Canceled) && !errors.Is(err, cause) {
		t.Errorf("cancelled: %v", err)
	}
	for _, kind := range []dakotatest.Kind{dakotatest.Summary, dakotatest.List, dakotatest.Get} {
		a.Adjust(func() {
			a.Faults = dakotatest.Only(dakotatest.Always(dakotatest.Fault{Status: http.StatusForbidden}), kind)
		})
		few := rows
		if kind == dakotatest.Get {
			few = rows[:1]
		}
		_, err := (&Observer{API: a.reader}).Observe(t.Context(), few)
		var refused *dakota.Error
		if !errors.As(err, &refused) || refused.Status != http.StatusForbidden {
			t.Errorf("%s refused: %v", kind, err)
		}
	}
}

func TestProgressEndsComplete(t *testing.T) {
	a := planSmall(t)
	var last, of int
	o := &Observer{API: a.reader, Progress: func(settled, wanted int) {
		if settled < last || settled > wanted {
			t.Errorf("%d of %d after %d", settled, wanted, last)
		}
		last, of = settled, wanted
	}}
	if _, err := o.Observe(t.Context(), a.sheet(planEvery(a.all, 7), 2)); err != nil {
		t.Fatal(err)
	}
	if last != of || last == 0 {
		t.Errorf("it ends with %d of %d", last, of)
	}
}

// Without a summary nobody has said which of the named are sub-clients: a list that is refused must not end the reading.
func TestCompleteWithoutASummary(t *testing.T) {
	a := planSmall(t)
	named := a.all[1].SubClientID
	for i := 1; named == ""; i++ {
		named = a.all[i].SubClientID
	}
	a.Faults = func(r dakotatest.Request) dakotatest.Fault {
		if r.Kind == dakotatest.Summary || r.Kind == dakotatest.List && strings.Contains(r.Query, planUnknownID(1)) {
			return dakotatest.Fault{Status: http.StatusNotFound}
		}
		return dakotatest.Fault{}
	}
	rows := []Assignment{{Row: 2, CustomerID: a.all[0].ID, SubClientID: named}, {Row: 3, CustomerID: a.all[1].ID, SubClientID: planUnknownID(1)}}
	seen, err := (&Observer{API: a.reader, Complete: true}).Observe(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	p := planMust(t, rows, seen, Policy{Complete: true})
	listed := 0
	for _, c := range a.Members(named) {
		if c.ID == rows[0].CustomerID || c.ID == rows[1].CustomerID {
			listed++
		}
	}
	if got, want := p.Counts().Status[Unlisted], len(a.Members(named))-listed; got != want {
		t.Errorf("%d unlisted, want %d", got, want)
	}
	if got := p.Rows[1].ErrorCode; got != "sub_client_not_found" {
		t.Errorf("the unknown target's row ends as %q", got)
	}
}

// Rows that cost no request show what a page told of their customers all the same.
func TestKeptRowsAreFilledInWhenSeen(t *testing.T) {
	a := planSmall(t)
	rows := a.sheet(a.all[100:140], 2)
	rows[20].Keep, rows[20].SubClientID = true, ""
	seen, err := (&Observer{API: a.reader}).Observe(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := planMust(t, rows, seen, Policy{}).Rows[20], a.all[120]; got.CustomerName != want.Name || got.PreviousID != want.SubClientID || got.Status != Unchanged {
		t.Errorf("the kept row shows %+v", got)
	}
}
