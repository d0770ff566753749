package reconcile_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"dakota-reconcile/dakota"
	"dakota-reconcile/dakota/dakotatest"
	"dakota-reconcile/ledger"
	"dakota-reconcile/reconcile"
)

// BenchmarkApply sends 10,000 PATCHes, 8 in flight, to a fake API without a limit on this machine: by a bare net/http client, by apply,
// and by apply with every row recorded in a ledger. Compare the times of the three.
func BenchmarkApply(b *testing.B) {
	for _, way := range []struct {
		name    string
		latency time.Duration // of the account
		run     func(*testing.B, *benchAccount)
	}{
		{"bare", 0, bare},
		{"apply", 0, applied(false)},
		{"ledger", 0, applied(true)},
		{"apply at 5ms", 5 * time.Millisecond, applied(false)},
		{"ledger at 5ms", 5 * time.Millisecond, applied(true)},
	} {
		b.Run(way.name, func(b *testing.B) {
			a := newBenchAccount(b, 10_000)
			a.server.Latency = func(dakotatest.Request) (there, back time.Duration) { return 0, way.latency }
			for b.Loop() {
				b.StopTimer()
				a.turn()
				b.StartTimer()
				way.run(b, a)
			}
			if n := a.server.Counts().Patch; n != b.N*len(a.plan.Rows) {
				b.Fatalf("%d PATCHes were sent", n)
			}
			b.ReportMetric(float64(len(a.plan.Rows)*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// benchAccount is an account whose customers are moved to and fro.
type benchAccount struct {
	server *dakotatest.Server
	url    string
	subs   []string
	turns  int
	plan   *reconcile.Plan
}

func newBenchAccount(b *testing.B, customers int) *benchAccount {
	a := &benchAccount{server: &dakotatest.Server{Quota: dakotatest.Quota{Limit: -1}}}
	a.server.Seed(dakotatest.SeedOptions{Customers: customers, SubClients: 1, EmptySubClients: 1})
	for _, s := range a.server.SubClients() {
		a.subs = append(a.subs, s.ID)
	}
	url, stop, err := a.server.Listen("127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = stop() })
	a.url = url
	return a
}

// turn plans to move every customer to the other sub-client.
func (a *benchAccount) turn() {
	from, to := a.subs[a.turns%2], a.subs[1-a.turns%2]
	a.turns++
	a.plan = &reconcile.Plan{}
	for _, c := range a.server.Customers() {
		if c.IsSubClient {
			continue
		}
		r := reconcile.Result{Status: reconcile.Planned}
		r.Row, r.CustomerID, r.SubClientID, r.PreviousID, r.Action = int32(len(a.plan.Rows)+2), c.ID, to, from, reconcile.Move
		r.ObservedAt = time.Now()
		a.plan.Rows = append(a.plan.Rows, r)
	}
}

func bare(b *testing.B, a *benchAccount) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	defer client.CloseIdleConnections()
	var g errgroup.Group
	g.SetLimit(8)
	for i := range a.plan.Rows {
		r := &a.plan.Rows[i]
		g.Go(func() error {
			req, err := http.NewRequest(http.MethodPatch, a.url+"/customers/"+r.CustomerID+"/sub-client", strings.NewReader(`{"sub_client_id":"`+r.SubClientID+`"}`))
			if err != nil {
				return err
			}
			req.Header.Set("X-Api-Key", stageKey)
			req.Header.Set("Content-Type", "application/json")
			resp, err := client.Do(req)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			_, err = io.Copy(io.Discard, resp.Body)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		b.Fatal(err)
	}
}

func applied(recorded bool) func(*testing.B, *benchAccount) {
	return func(b *testing.B, a *benchAccount) {
		key, err := dakota.NewKey(stageKey, "the benchmark")
		if err != nil {
			b.Fatal(err)
		}
		client, err := dakota.NewClient(dakota.Config{BaseURL: a.url, Key: key, Rate: dakota.NoRate})
		if err != nil {
			b.Fatal(err)
		}
		defer client.Close()
		applier := reconcile.Applier{API: client, MaxStaleness: time.Hour}
		finish := func([]reconcile.Result) {}
		if recorded {
			applier.Journal, finish = record(b, a)
		}
		out, err := applier.Apply(b.Context(), a.plan)
		if err != nil || out.Stopped != nil || counts(out.Rows)[reconcile.Applied] != len(a.plan.Rows) {
			b.Fatalf("%v, stopped: %v", err, out.Stopped)
		}
		finish(out.Rows)
	}
}

// record begins a run in a new ledger.
func record(b *testing.B, a *benchAccount) (reconcile.Journal, func([]reconcile.Result)) {
	l, err := ledger.Open(b.Context(), filepath.Join(b.TempDir(), fmt.Sprint(a.turns), "ledger.db"))
	if err != nil {
		b.Fatal(err)
	}
	run := reconcile.Run{ID: fmt.Sprintf("20261122T083000Z-%04d", a.turns), Results: a.plan.Rows}
	journal, err := l.Begin(context.Background(), run, nil)
	if err != nil {
		b.Fatal(err)
	}
	return journal, func(rows []reconcile.Result) {
		run.Results = rows
		if err := journal.Finish(context.Background(), run); err != nil {
			b.Fatal(err)
		}
		_ = l.Close()
	}
}
