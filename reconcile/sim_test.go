package reconcile_test

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cenkalti/backoff/v5"

	"dakota-reconcile/dakota"
	"dakota-reconcile/dakota/dakotatest"
	"dakota-reconcile/reconcile"
)

var (
	simSeeds = flag.Int("sim.seeds", 0, "how many seeds TestSimulation runs (0: SIM_SEEDS of the environment, else 2000)")
	simFirst = flag.Uint64("sim.first", 1, "the first seed of TestSimulation")
	simSeed  = flag.Uint64("sim.seed", 0, "the one seed that TestSimulation replays, told in detail")
)

// TestSimulation runs the planner, the pool, retries, resume and rollback against the fake API with everything going wrong that a seed
// decides: faults and latency (by request and attempt), somebody else's changes, outages, budgets, interrupts, and kills at any step.
// After each seed every word of the report is held against the server's record; sim_rules_test.go has the rules. A seed that fails is
// replayed by -sim.seed.
func TestSimulation(t *testing.T) {
	if *simSeed != 0 {
		simulate(t, *simSeed, &simTally{})
		return
	}
	n := simulations()
	var tally simTally
	t.Cleanup(func() { tally.complain(t, n) })
	var next atomic.Uint64
	next.Store(*simFirst - 1)
	for worker := range runtime.GOMAXPROCS(0) {
		t.Run(strconv.Itoa(worker), func(t *testing.T) {
			t.Parallel()
			for seed := next.Add(1); seed < *simFirst+uint64(n) && !t.Failed(); seed = next.Add(1) {
				simulate(t, seed, &tally)
			}
		})
	}
}

func simulations() int {
	if *simSeeds > 0 {
		return *simSeeds
	}
	if n, err := strconv.Atoi(os.Getenv("SIM_SEEDS")); err == nil && n > 0 {
		return n
	}
	return 2000
}

// simulate runs one seed.
func simulate(t *testing.T, seed uint64, tally *simTally) {
	synctest.Test(t, func(t *testing.T) {
		w := newSimWorld(seed)
		rows := w.run()
		if rows == nil {
			t.Fatalf("seed %d: the run did not come to its end", seed)
		}
		w.verify(rows)
		tally.add(w, rows)
		w.calm()
		if seed%4 == 0 {
			w.rollback(rows)
		} else {
			w.again(rows)
		}
		for _, b := range w.broken {
			t.Errorf("seed %d: %s", seed, b)
		}
		if t.Failed() {
			t.Logf("replay it with: go test ./reconcile -run TestSimulation -sim.seed %d", seed)
			if *simSeed != 0 {
				w.tell(t, rows)
			}
		}
	})
}

// tell writes down what happened.
func (w *simWorld) tell(t *testing.T, rows []reconcile.Result) {
	for _, r := range rows {
		t.Logf("row %d %s %q→%q %s: %s, %d attempts: %s", r.Row, r.CustomerID, r.PreviousID, r.SubClientID, r.Action, r.Status, r.Attempts, r.Error)
	}
	for _, x := range w.server.Requests() {
		t.Logf("%s–%s %s %s attempt %d: %d made %t %s", x.At.Format("15:04:05.000"), x.Ended.Format("15:04:05.000"), x.Method, x.Path+"?"+x.Query, x.Attempt, x.Status, x.Made, x.Body)
	}
	for _, c := range w.server.Changes() {
		t.Logf("%s %s %q→%q by %s", c.At.Format("15:04:05.000"), c.CustomerID, c.From, c.To, c.By)
	}
}

// newSimWorld makes the account, the sheet and the weather of a seed.
func newSimWorld(seed uint64) *simWorld {
	rnd := rand.New(rand.NewPCG(seed, 0xda0a))
	w := &simWorld{seed: seed, rnd: rnd, sightings: map[string][]sighting{}, dispatches: map[string][]dispatch{}}
	w.server = &dakotatest.Server{Quota: pick(rnd, simQuotas), HideDeleted: rnd.IntN(2) == 0, Unassociated: dakotatest.MixedAbsent, OmitEmptySubClients: rnd.IntN(2) == 0}
	w.server.Seed(dakotatest.SeedOptions{Seed: seed, Customers: 3 + rnd.IntN(22), SubClients: 2, EmptySubClients: 1, Unassociated: 0.3, Deleted: 0.03})
	w.gate = 75 * time.Second // two windows: what a PATCH may wait after its reading, beside everything asked for
	w.policy = pick(rnd, []reconcile.ConflictPolicy{reconcile.Skip, reconcile.Skip, reconcile.Skip, reconcile.FailRun, reconcile.Overwrite})
	w.staleness = pick(rnd, []time.Duration{0, 20 * time.Second, 2 * time.Minute, 15 * time.Minute})
	w.sheet = w.makeSheet()
	w.weather()
	return w
}

var simQuotas = []dakotatest.Quota{
	{}, {Limit: -1}, {Limit: -1}, {Limit: 20, Window: 10 * time.Second}, {Limit: 5, Window: 10 * time.Second}, {Dialect: dakotatest.Older}, {Dialect: dakotatest.Silent}, {FromFirst: true, Others: 20},
}

func pick[T any](rnd *rand.Rand, all []T) T { return all[rnd.IntN(len(all))] }

// makeSheet wishes something for most customers: often what they have, sometimes nonsense, now and then twice.
func (w *simWorld) makeSheet() []reconcile.Assignment {
	wishes := []string{""}
	for _, s := range w.server.SubClients() {
		wishes = append(wishes, s.ID)
	}
	var sheet []reconcile.Assignment
	add := func(a reconcile.Assignment) {
		a.Row = int32(len(sheet) + 2)
		sheet = append(sheet, a)
	}
	for _, c := range w.server.Customers() {
		if w.rnd.IntN(5) == 0 || c.IsSubClient && w.rnd.IntN(4) > 0 {
			continue
		}
		a := reconcile.Assignment{CustomerID: c.ID, SubClientID: pick(w.rnd, wishes), Keep: w.rnd.IntN(30) == 0}
		switch w.rnd.IntN(30) {
		case 0:
			a.CustomerID = c.ID[:20] + "0000000"
		case 1:
			a.SubClientID = c.ID[:20] + "0000000"
		}
		add(a)
		if w.rnd.IntN(10) == 0 && !a.Keep {
			a.Same = sheet[len(sheet)-1].Row
			add(a)
		}
	}
	return sheet
}

// weather decides what goes wrong, by request and attempt.
func (w *simWorld) weather() {
	share := pick(w.rnd, []float64{0, 0.05, 0.2, 0.5})
	foreign := pick(w.rnd, []float64{0, 0, 0.05, 0.2})
	begin := time.Now()
	outageFrom, outageFor := begin.Add(w.between(0, time.Minute)), time.Duration(0)
	if w.rnd.IntN(4) == 0 {
		outageFor = w.between(time.Second, 8*time.Minute)
	}
	poison := map[string]bool{}
	if w.rnd.IntN(4) == 0 && len(w.sheet) > 0 {
		poison[pick(w.rnd, w.sheet).CustomerID] = true
	}
	refusedFrom, refusedFor := begin.Add(w.between(0, 20*time.Second)), time.Duration(0)
	if w.rnd.IntN(10) == 0 {
		refusedFor = time.Minute
	}
	unreadable, unreachable, seed := w.rnd.IntN(2) == 0, w.rnd.IntN(2) == 0, w.seed
	out := func(at time.Time) bool { return !at.Before(outageFrom) && at.Before(outageFrom.Add(outageFor)) }
	random := dakotatest.Random(seed, share, simFaults...)
	reads := dakotatest.Random(seed+6, min(share, 0.1), simFaults...)
	w.server.Faults = func(r dakotatest.Request) dakotatest.Fault {
		f := random(r)
		if r.Kind == dakotatest.List || r.Kind == dakotatest.Summary {
			f = reads(r) // or hardly any run would come to apply
		}
		switch {
		case r.At.After(refusedFrom) && r.At.Before(refusedFrom.Add(refusedFor)):
			f = dakotatest.Fault{Status: 401 + 2*int(seed%2)}
		case out(r.At) && !unreachable:
			f = dakotatest.Fault{Status: 503, Form: dakotatest.HTML}
		case poison[r.CustomerID] && (r.Kind == dakotatest.Patch || unreadable):
			f = dakotatest.Fault{Status: 500}
		}
		w.meddle(r, &f, foreign)
		return f
	}
	w.server.Down = func(dakotatest.Request) bool { return unreachable && out(time.Now()) }
	w.server.Latency = func(r dakotatest.Request) (time.Duration, time.Duration) {
		r.Attempt = len(r.CustomerID) // not counted yet
		return time.Duration(r.Draw(seed+1, 400_000)) * time.Microsecond, time.Duration(r.Draw(seed+2, 400_000)) * time.Microsecond
	}
}

// simFaults are those after which a reading, which comes half a second later at the earliest, tells the truth.
var simFaults = []dakotatest.Fault{
	{Drop: dakotatest.DropBefore},
	{Drop: dakotatest.DropAfter},
	{Drop: dakotatest.DropAfter},
	{Status: 500},
	{Status: 500, Made: true},
	{Status: 503},
	{Status: 502, Form: dakotatest.HTML},
	{Status: 504, Made: true, Form: dakotatest.NoBody},
	{Status: 408},
	{Status: 400},
	{Hang: dakotatest.HangBefore},
	{Hang: dakotatest.HangAfter},
	{Hang: dakotatest.HangBody},
	{Hang: dakotatest.HangBody, HangFor: 3 * time.Second},
	{Garble: true},
	{Truncate: true},
	{IgnoreChange: true},
	{WrongCustomer: true},
	{Status: 503, LateLanding: 300 * time.Millisecond},
	{Drop: dakotatest.DropAfter, LateLanding: 400 * time.Millisecond},
	{Delay: 4 * time.Second},
}

// meddle adds somebody else's change of the customer asked about, before or after the work.
func (w *simWorld) meddle(r dakotatest.Request, f *dakotatest.Fault, share float64) {
	if r.CustomerID == "" || r.Chance(w.seed+3) >= share {
		return
	}
	if _, known := w.server.Customer(r.CustomerID); !known {
		return
	}
	choices := []string{""}
	for _, s := range w.server.SubClients() {
		choices = append(choices, s.ID)
	}
	to := choices[r.Draw(w.seed+4, len(choices))]
	change := func() { w.server.Change(r.CustomerID, to) }
	if r.Draw(w.seed+5, 2) == 0 {
		f.Before = change
	} else {
		f.After = change
	}
}

func (w *simWorld) between(from, to time.Duration) time.Duration {
	return from + time.Duration(w.rnd.Int64N(int64(to-from)))
}

// calm ends everything that goes wrong.
func (w *simWorld) calm() {
	w.server.Adjust(func() { w.server.Faults, w.server.Down = nil, nil })
}

// run starts process after process until the run is done, and returns its report; nil when it never is.
func (w *simWorld) run() []reconcile.Result {
	for round := range 30 {
		if round == 12 {
			w.calm()
		}
		if rows, done := w.process(round < 12); done {
			return rows
		}
		time.Sleep(w.between(time.Second, time.Minute))
	}
	return nil
}

// process is one life of the program: the first plans and applies, the others resume.
func (w *simWorld) process(rough bool) ([]reconcile.Result, bool) {
	ctx, kill := context.WithCancelCause(context.Background())
	defer kill(nil)
	life := &simLife{w: w, kill: kill}
	// The pauses within a read are jittered by chance, and what hangs on their length is not replayed: mostly, there is none.
	c := dakota.Config{Rate: dakota.NoRate, ReadAttempts: 1 + int(w.seed%4/3), Timeout: 5 * time.Second}
	if rough {
		switch w.rnd.IntN(4) {
		case 0:
			life.dieAt = 1 + w.rnd.IntN(120)
		case 1:
			defer time.AfterFunc(w.between(0, 40*time.Second), func() { kill(errInterrupted) }).Stop()
		case 2:
			c.MaxRequests = 8 + w.rnd.IntN(60)
		}
	}
	if w.server.Quota.Dialect == dakotatest.Silent {
		c.Rate = dakota.Rate{}
	}
	client, before := w.client(c, life), w.server.Counts().Total()
	plan, err := w.plan(ctx, client, life)
	if err != nil {
		return nil, false
	}
	a := &reconcile.Applier{
		API: client, Journal: life, Concurrency: 1 + w.rnd.IntN(8), Attempts: 2 + w.rnd.IntN(4), OnConflict: w.policy, MaxRequests: c.MaxRequests,
		MaxStaleness: w.staleness, Refresh: life.refresh(client), MaxOutage: w.between(time.Minute, 10*time.Minute), DrainTime: w.between(time.Second, 25*time.Second),
		Backoff: func(row int) backoff.BackOff { return &simBackoff{rnd: rand.New(rand.NewPCG(w.seed, uint64(row+1)))} },
	}
	life.listens(map[string]bool{})
	out, err := a.Apply(ctx, plan)
	if err != nil {
		w.mu.Lock()
		w.breaks("apply: %v", err)
		w.mu.Unlock()
		return nil, true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.met(out)
	if life.dead {
		w.store.pending = nil
		return nil, false
	}
	life.dead = true
	if sent := w.server.Counts().Total() - before; c.MaxRequests > 0 && sent > c.MaxRequests {
		w.breaks("%d requests were sent of %d", sent, c.MaxRequests)
	}
	w.store.finish(out.Rows)
	if w.disk != nil {
		w.mu.Unlock()
		err := w.disk.finish(out.Rows)
		w.mu.Lock()
		if err != nil {
			return nil, true
		}
	}
	return out.Rows, !resumable(out)
}

// simBackoff is the applier's own schedule with the seed's chance.
type simBackoff struct {
	rnd *rand.Rand
	n   int
}

func (b *simBackoff) NextBackOff() time.Duration {
	pause := min(time.Second<<b.n, 30*time.Second)
	b.n = min(b.n+1, 5)
	return pause/2 + time.Duration(b.rnd.Int64N(int64(pause)))
}

func (b *simBackoff) Reset() { b.n = 0 }

// plan is the whole run's plan: a new one, or what the record says is left of one.
func (w *simWorld) plan(ctx context.Context, client *dakota.Client, life *simLife) (*reconcile.Plan, error) {
	var recorded []reconcile.Result
	if w.disk != nil {
		var err error
		if recorded, err = w.disk.open(ctx); err != nil {
			return nil, err
		}
	}
	w.mu.Lock()
	stored := w.store.rows != nil
	var rest *reconcile.Rest
	if stored {
		if recorded == nil {
			recorded = w.store.load()
		}
		rest = reconcile.Remaining(recorded)
		w.settled += rest.Doubts()
	}
	w.mu.Unlock()
	if !stored {
		p, err := w.observeAndPlan(ctx, client, w.sheet, nil)
		if err == nil {
			err = life.begin(ctx, p)
		}
		return p, err
	}
	part, err := w.observeAndPlan(ctx, client, rest.Assignments, rest.Expect)
	if err != nil {
		return nil, err
	}
	p, err := rest.Plan(part)
	if err == nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		for i := range p.Rows { // who could not be read at first is based on this reading
			if w.first[i].ObservedAt.IsZero() {
				w.first[i] = p.Rows[i]
			}
		}
	}
	return p, err
}

// observeAndPlan plans as the program does, with batches where the quota is too slow for the staleness allowed.
func (w *simWorld) observeAndPlan(ctx context.Context, client *dakota.Client, sheet []reconcile.Assignment, expect map[string]string) (*reconcile.Plan, error) {
	o := reconcile.Observer{API: client, LookUpAll: true, Expect: expect}
	seen, err := o.Observe(ctx, sheet)
	if err != nil {
		return nil, err
	}
	policy := reconcile.Policy{Expect: expect, OnConflict: w.policy, MaxStaleness: w.staleness, Quota: client.Quota()}
	p, err := reconcile.NewPlan(sheet, seen, policy)
	if err == nil && slices.ContainsFunc(p.Batches, func(b reconcile.Batch) bool { return b.Requests > 0 }) {
		w.mu.Lock()
		w.batched++
		w.mu.Unlock()
	}
	return p, err
}

// refresh is how apply reads a batch again. What its pages show of other rows tells the process nothing: those may be on their way.
func (l *simLife) refresh(client *dakota.Client) func(context.Context, *reconcile.Plan, reconcile.Batch) (*reconcile.Observation, error) {
	o := &reconcile.Observer{API: client, LookUpAll: true}
	return func(ctx context.Context, p *reconcile.Plan, b reconcile.Batch) (*reconcile.Observation, error) {
		batch := map[string]bool{}
		for _, i := range b.Rows {
			batch[p.Rows[i].CustomerID] = true
		}
		l.listens(batch)
		defer l.listens(map[string]bool{})
		return o.Refresh(ctx, p, b)
	}
}

// listens says of which customers a page of many tells the process something.
func (l *simLife) listens(to map[string]bool) {
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	l.listening = to
}

func observeAndPlan(ctx context.Context, o *reconcile.Observer, sheet []reconcile.Assignment, policy reconcile.Policy) (*reconcile.Plan, error) {
	seen, err := o.Observe(ctx, sheet)
	if err != nil {
		return nil, err
	}
	return reconcile.NewPlan(sheet, seen, policy)
}

func (w *simWorld) client(c dakota.Config, transport http.RoundTripper) *dakota.Client {
	key, err := dakota.NewKey(stageKey, "the simulation")
	if err != nil {
		panic(err)
	}
	c.BaseURL, c.Key, c.Transport = dakota.SandboxURL, key, transport
	client, err := dakota.NewClient(c)
	if err != nil {
		panic(err)
	}
	return client
}

// unconnected tells whether an error of the transport says that nothing was sent.
func unconnected(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// again plans the same sheet anew, in calm weather: only what the report says is not as wished, or what somebody else changed since, may
// be left to do. Done once more, nothing is.
func (w *simWorld) again(rows []reconcile.Result) {
	client := w.client(dakota.Config{Rate: dakota.NoRate}, w.server.RoundTripper())
	o := &reconcile.Observer{API: client, LookUpAll: true}
	last := map[string]string{}
	for _, c := range w.server.Changes() {
		last[c.CustomerID] = c.By
	}
	p, err := observeAndPlan(context.Background(), o, w.sheet, reconcile.Policy{MaxStaleness: -1})
	if err != nil {
		w.breaks("plan again: %v", err)
		return
	}
	for i, r := range p.Rows {
		done := rows[i].Status == reconcile.Applied || rows[i].Status == reconcile.Unchanged
		if r.Status == reconcile.Planned && done && last[r.CustomerID] != dakotatest.Foreign {
			w.breaks("row %d is %s, but a new plan would send it", r.Row, rows[i].Status)
		}
	}
	if _, err := (&reconcile.Applier{API: client, MaxStaleness: -1, OnConflict: reconcile.Overwrite}).Apply(context.Background(), p); err != nil {
		w.breaks("apply again: %v", err)
	}
	before := w.server.Counts().Patch
	p, err = observeAndPlan(context.Background(), o, w.sheet, reconcile.Policy{MaxStaleness: -1})
	if err != nil {
		w.breaks("plan a third time: %v", err)
		return
	}
	if n := p.Bill.Writes; n != 0 {
		w.breaks("%d rows are to be sent after all were applied", n)
	}
	if _, err := (&reconcile.Applier{API: client, MaxStaleness: -1}).Apply(context.Background(), p); err != nil || w.server.Counts().Patch != before {
		w.breaks("applying an empty plan sent %d PATCHes: %v", w.server.Counts().Patch-before, err)
	}
}

// rollback undoes the run in calm weather: what we changed and nobody touched since is as it was before; nothing else is touched.
func (w *simWorld) rollback(rows []reconcile.Result) {
	client := w.client(dakota.Config{Rate: dakota.NoRate}, w.server.RoundTripper())
	before := len(w.server.Changes())
	back, expect := reconcile.Inverse(rows)
	o := &reconcile.Observer{API: client, LookUpAll: true, Expect: expect}
	p, err := observeAndPlan(context.Background(), o, back, reconcile.Policy{Expect: expect, MaxStaleness: -1})
	if err != nil {
		w.breaks("plan the rollback: %v", err)
		return
	}
	held := map[string]string{}
	for _, c := range w.server.Customers() {
		held[c.ID] = c.SubClientID
	}
	out, err := (&reconcile.Applier{API: client, MaxStaleness: -1}).Apply(context.Background(), p)
	if err != nil {
		w.breaks("apply the rollback: %v", err)
		return
	}
	for _, r := range out.Rows {
		c, _ := w.server.Customer(r.CustomerID)
		asLeft, back := held[r.CustomerID] == expect[r.CustomerID], c.SubClientID == r.SubClientID
		if asLeft && !back || !asLeft && c.SubClientID != held[r.CustomerID] {
			w.breaks("rollback: row %d is %s, its customer went from %q to %q, the run left it in %q", r.Row, r.Status, held[r.CustomerID], c.SubClientID, expect[r.CustomerID])
		}
	}
	for _, c := range w.server.Changes()[before:] {
		if _, ours := expect[c.CustomerID]; !ours {
			w.breaks("rollback: it changed %s, which the run had not", c.CustomerID)
		}
	}
}
