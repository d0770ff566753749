package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/google/go-cmp/cmp"

	"dakota-reconcile/dakota"
	"dakota-reconcile/dakota/dakotatest"
	"dakota-reconcile/reconcile"
)

// stage is a fake account with a client, an applier and a journal, for use inside a bubble. Its client knows no limit unless a test
// gives it one, so that the clock only moves for what the test is about.
type stage struct {
	t       *testing.T
	server  *dakotatest.Server
	client  *dakota.Client
	applier *reconcile.Applier
	journal *memory
}

// resumable tells whether a run has left rows that resume would send or settle.
func resumable(o *reconcile.Outcome) bool { return len(reconcile.Remaining(o.Rows).Assignments) > 0 }

const stageKey = "c3RhZ2Uta2V5LW9mLXRlc3Rz"

// setStage makes an account of n customers in two sub-clients, a third sub-client being empty.
func setStage(t *testing.T, n int, bend ...func(*dakota.Config)) *stage {
	t.Helper()
	s := &stage{t: t, server: &dakotatest.Server{Quota: dakotatest.Quota{Limit: -1}}, journal: newMemory()}
	s.server.Seed(dakotatest.SeedOptions{Seed: 1, Customers: n, SubClients: 2, EmptySubClients: 1})
	s.client = s.newClient(bend...)
	s.applier = &reconcile.Applier{API: s.client, Journal: s.journal, MaxStaleness: time.Hour}
	return s
}

func (s *stage) newClient(bend ...func(*dakota.Config)) *dakota.Client {
	s.t.Helper()
	key, err := dakota.NewKey(stageKey, "the test")
	if err != nil {
		s.t.Fatal(err)
	}
	c := dakota.Config{BaseURL: dakota.SandboxURL, Key: key, Transport: s.server.RoundTripper(), Rate: dakota.NoRate, ReadAttempts: 2}
	for _, f := range bend {
		f(&c)
	}
	client, err := dakota.NewClient(c)
	if err != nil {
		s.t.Fatal(err)
	}
	return client
}

// target is the empty sub-client, to which the tests move customers.
func (s *stage) target() string { return s.server.SubClients()[2].ID }

// customers are those that are no sub-clients.
func (s *stage) customers() []dakotatest.Customer {
	return slices.DeleteFunc(s.server.Customers(), func(c dakotatest.Customer) bool { return c.IsSubClient })
}

// plan moves every customer to the target, as read now.
func (s *stage) plan() *reconcile.Plan {
	p := &reconcile.Plan{}
	for i, c := range s.customers() {
		p.Rows = append(p.Rows, reconcile.Result{
			Change: reconcile.Change{
				Assignment: reconcile.Assignment{Row: int32(i + 2), CustomerID: c.ID, SubClientID: s.target()},
				Action:     reconcile.Move, PreviousID: c.SubClientID, KYBBefore: c.KYBStatus, CreatedAt: c.CreatedAt, ObservedAt: time.Now().UTC(),
			},
			Status: reconcile.Planned, KYBStatus: c.KYBStatus,
		})
	}
	return p
}

func (s *stage) apply(ctx context.Context, p *reconcile.Plan) *reconcile.Outcome {
	s.t.Helper()
	out, err := s.applier.Apply(ctx, p)
	if err != nil {
		s.t.Fatal(err)
	}
	if len(out.Rows) != len(p.Rows) {
		s.t.Fatalf("%d rows came out of %d", len(out.Rows), len(p.Rows))
	}
	return out
}

// patches are the PATCHes that passed the quota, of one customer or of all ("").
func (s *stage) patches(customer string) int {
	n := 0
	for _, x := range s.server.Requests() {
		if x.Kind == dakotatest.Patch && !x.Throttled && (customer == "" || x.CustomerID == customer) {
			n++
		}
	}
	return n
}

// counts are the rows by status.
func counts(rows []reconcile.Result) map[reconcile.Status]int {
	n := map[reconcile.Status]int{}
	for _, r := range rows {
		n[r.Status]++
	}
	return n
}

// memory is a journal that keeps everything, and can fail.
type memory struct {
	mu       sync.Mutex
	intents  map[int][]int // attempts by row
	results  map[int]reconcile.Result
	failFrom int // the intent from which on none can be kept; 0: never
	intended int
	full     bool // no conclusion can be kept
}

func newMemory() *memory {
	return &memory{intents: map[int][]int{}, results: map[int]reconcile.Result{}}
}

func (m *memory) Intend(_ context.Context, intents ...reconcile.Intent) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.intended += len(intents)
	if m.failFrom > 0 && m.intended >= m.failFrom {
		return errors.New("the disk is full")
	}
	for _, i := range intents {
		m.intents[i.Row] = append(m.intents[i.Row], i.Attempt)
	}
	return nil
}

func (m *memory) Conclude(row int, r reconcile.Result) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.full {
		return errors.New("the disk is full")
	}
	m.results[row] = r
	return nil
}

func TestApplyReportsWhatTheAnswersProve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 40)
		p := s.plan()
		p.Rows[3].Status, p.Rows[3].Action, p.Rows[3].SubClientID = reconcile.Unchanged, reconcile.None, p.Rows[3].PreviousID
		p.Rows[5].Action, p.Rows[5].SubClientID = reconcile.Disassociate, ""
		out := s.apply(t.Context(), p)
		if out.Stopped != nil || resumable(out) {
			t.Errorf("stopped: %v, resumable: %v", out.Stopped, resumable(out))
		}
		for i, r := range out.Rows {
			c, _ := s.server.Customer(r.CustomerID)
			want := p.Rows[i]
			if i != 3 {
				want.Status, want.KYBStatus, want.HTTPStatus, want.Attempts = reconcile.Applied, c.KYBStatus, http.StatusOK, 1
				want.RequestID, want.FinishedAt = r.RequestID, time.Now().UTC()
				if r.RequestID == "" {
					t.Errorf("row %d has no request id", i)
				}
				if diff := cmp.Diff(s.journal.results[i], r); diff != "" {
					t.Errorf("row %d in the journal (-) and the outcome (+):\n%s", i, diff)
				}
			}
			if diff := cmp.Diff(want, r); diff != "" {
				t.Errorf("row %d (-want +got):\n%s", i, diff)
			}
			if c.SubClientID != r.SubClientID {
				t.Errorf("row %d: the customer is in %q, want %q", i, c.SubClientID, r.SubClientID)
			}
		}
		if n := s.server.Counts(); n.Patch != 39 || n.Get != 0 {
			t.Errorf("requests %+v, want 39 PATCHes and no GET", n)
		}
		if p.Rows[0].Status != reconcile.Planned {
			t.Error("apply changed the plan it was given")
		}
	})
}

// Each case does something to the PATCHes of one customer, and says what must become of its row.
func TestDoubtIsSettledByReading(t *testing.T) {
	foreign := func(s *stage, c dakotatest.Customer) func() {
		other := s.server.SubClients()[0].ID
		if c.SubClientID == other {
			other = s.server.SubClients()[1].ID
		}
		return func() { s.server.Change(c.ID, other) }
	}
	fault := func(f dakotatest.Fault) func(*stage, dakotatest.Customer) dakotatest.Fault {
		return func(*stage, dakotatest.Customer) dakotatest.Fault { return f }
	}
	tests := []struct {
		name     string
		fault    func(*stage, dakotatest.Customer) dakotatest.Fault
		often    int // the first attempts it befalls
		policy   reconcile.ConflictPolicy
		status   reconcile.Status
		attempts int
		code     string
		http     int
	}{
		// No answer, but made: the reading proves it, and there is no second PATCH.
		{"dropped after the change", fault(dakotatest.Fault{Drop: dakotatest.DropAfter}), 9, 0, reconcile.Applied, 1, "", 0},
		// No answer and not made: sent again, once.
		{"dropped before the change", fault(dakotatest.Fault{Drop: dakotatest.DropBefore}), 1, 0, reconcile.Applied, 2, "", 200},
		{"hangs before the change", fault(dakotatest.Fault{Hang: dakotatest.HangBefore}), 1, 0, reconcile.Applied, 2, "", 200},
		{"hangs after the change", fault(dakotatest.Fault{Hang: dakotatest.HangAfter}), 9, 0, reconcile.Applied, 1, "", 0},
		{"hangs within the answer", fault(dakotatest.Fault{Hang: dakotatest.HangBody}), 9, 0, reconcile.Applied, 1, "", 0},
		{"500, not made", fault(dakotatest.Fault{Status: 500}), 2, 0, reconcile.Applied, 3, "", 200},
		{"500, but made", fault(dakotatest.Fault{Status: 500, Made: true}), 9, 0, reconcile.Applied, 1, "", 500},
		{"502 from a gateway", fault(dakotatest.Fault{Status: 502, Form: dakotatest.HTML}), 1, 0, reconcile.Applied, 2, "", 200},
		{"408", fault(dakotatest.Fault{Status: 408}), 1, 0, reconcile.Applied, 2, "", 200},
		{"garbled answer", fault(dakotatest.Fault{Garble: true}), 9, 0, reconcile.Applied, 1, "", 0},
		{"truncated answer", fault(dakotatest.Fault{Truncate: true}), 9, 0, reconcile.Applied, 1, "", 0},
		{"another customer in the answer", fault(dakotatest.Fault{WrongCustomer: true}), 9, 0, reconcile.Applied, 1, "", 0},
		// 200, but the customer in the answer is not as wished: no proof.
		{"200 without the change, once", fault(dakotatest.Fault{IgnoreChange: true}), 1, 0, reconcile.Applied, 2, "", 200},
		{"200 without the change, always", fault(dakotatest.Fault{IgnoreChange: true}), 99, 0, reconcile.Failed, 5, "not_as_wished", 200},
		{"always 500", fault(dakotatest.Fault{Status: 500}), 99, 0, reconcile.Failed, 5, "internal_error", 500},
		{"always dropped", fault(dakotatest.Fault{Drop: dakotatest.DropBefore}), 99, 0, reconcile.Failed, 5, "no_answer", 0},
		{"always hanging", fault(dakotatest.Fault{Hang: dakotatest.HangBefore}), 99, 0, reconcile.Failed, 5, "no_answer", 0},
		// The change lands after the answer said otherwise, within the pause before the reading.
		{"lands late", fault(dakotatest.Fault{Status: 503, LateLanding: 200 * time.Millisecond}), 9, 0, reconcile.Applied, 1, "", 503},
		// Somebody else changes the customer while nobody knows: theirs stays.
		{"changed by others in doubt", func(s *stage, c dakotatest.Customer) dakotatest.Fault {
			return dakotatest.Fault{Status: 500, After: foreign(s, c)}
		}, 1, reconcile.Skip, reconcile.Conflict, 1, "changed_since", 500},
		{"changed by others in doubt, overwrite", func(s *stage, c dakotatest.Customer) dakotatest.Fault {
			return dakotatest.Fault{Status: 500, After: foreign(s, c)}
		}, 1, reconcile.Overwrite, reconcile.Applied, 2, "", 200},
		// Definite answers need no reading.
		{"400", fault(dakotatest.Fault{Status: 400}), 9, 0, reconcile.Failed, 1, "invalid_request", 400},
		{"404", fault(dakotatest.Fault{Status: 404}), 9, 0, reconcile.Failed, 1, "customer_not_found", 404},
		{"409", fault(dakotatest.Fault{Status: 409}), 9, 0, reconcile.Failed, 1, "conflict", 409},
		{"redirect", fault(dakotatest.Fault{Redirect: "https://example.com/"}), 9, 0, reconcile.Failed, 1, "http_302", 302},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := setStage(t, 12)
				s.applier.OnConflict = tt.policy
				victim := s.customers()[4]
				s.server.Faults = func(r dakotatest.Request) dakotatest.Fault {
					if r.Kind != dakotatest.Patch || r.CustomerID != victim.ID || r.Attempt > tt.often {
						return dakotatest.Fault{}
					}
					return tt.fault(s, victim)
				}
				out := s.apply(t.Context(), s.plan())
				r := out.Rows[4]
				if r.Status != tt.status || r.Attempts != tt.attempts || r.HTTPStatus != tt.http {
					t.Errorf("%s, %d attempts, http %d; want %s, %d, %d", r.Status, r.Attempts, r.HTTPStatus, tt.status, tt.attempts, tt.http)
				}
				if r.ErrorCode != tt.code || (r.Error == "") != (tt.code == "") {
					t.Errorf("error %q: %q; want code %q", r.ErrorCode, r.Error, tt.code)
				}
				if n := s.patches(victim.ID); n != tt.attempts {
					t.Errorf("%d PATCHes were sent, the row says %d", n, tt.attempts)
				}
				if n := counts(out.Rows)[reconcile.Applied]; n < 11 || out.Stopped != nil {
					t.Errorf("%d rows applied; stopped: %v", n, out.Stopped)
				}
			})
		})
	}
}

// A row that always fails does so alone: the run neither pauses for it nor stops, even when only such rows are left.
func TestPoisonRowsFailAlone(t *testing.T) {
	atTheEnd := []int{28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39}
	broken := dakotatest.Fault{Status: 500}
	tests := []struct {
		name  string
		bad   []int
		fault dakotatest.Fault
		all   bool // everything about the customers fails, their readings included
	}{
		{"first", []int{0}, broken, false},
		{"last ones", []int{36, 37, 38, 39}, broken, false},
		{"more than in flight, at the end", atTheEnd, broken, false},
		{"can't be read either", []int{7}, broken, true},
		{"can't be read either, the last ones", []int{37, 38, 39}, broken, true},
		// An API that is down does not answer 200: it ignores these rows.
		{"ignored, more than in flight, at the end", atTheEnd, dakotatest.Fault{IgnoreChange: true}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := setStage(t, 40)
				var ids []string
				for _, i := range tt.bad {
					ids = append(ids, s.customers()[i].ID)
				}
				s.server.Faults = dakotatest.Poison(tt.fault, ids...)
				if !tt.all {
					s.server.Faults = dakotatest.Only(s.server.Faults, dakotatest.Patch)
				}
				s.applier.Hooks.Outage = func(e reconcile.OutageEvent) { t.Errorf("an outage: %+v", e) }
				start := time.Now()
				out := s.apply(t.Context(), s.plan())
				for i, r := range out.Rows {
					want, attempts := reconcile.Applied, 1
					if slices.Contains(tt.bad, i) {
						want, attempts = reconcile.Failed, 5
					}
					if r.Status != want || r.Attempts != attempts {
						t.Errorf("row %d: %s after %d attempts, want %s after %d (%s)", i, r.Status, r.Attempts, want, attempts, r.Error)
					}
				}
				if took := time.Since(start); took > time.Minute {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

func TestOtherRowsGoOnWhileOneWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 30)
		s.applier.Concurrency = 1
		s.server.Faults = dakotatest.Only(dakotatest.Poison(dakotatest.Fault{Status: 500}, s.customers()[0].ID), dakotatest.Patch)
		var order []int
		s.applier.Hooks.Finished = func(row int, _ reconcile.Result) { order = append(order, row) }
		s.apply(t.Context(), s.plan())
		if order[len(order)-1] != 0 {
			t.Errorf("the rows finished in the order %v: the failing one held up others", order)
		}
	})
}

func TestRunPausesForAnOutageAndGoesOn(t *testing.T) {
	faults := map[string]dakotatest.Fault{
		"dropped":     {Drop: dakotatest.DropBefore},
		"unavailable": {Status: 503, Form: dakotatest.HTML},
		"hanging":     {Hang: dakotatest.HangBefore},
		"made, 500":   {Status: 500, Made: true},
	}
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := setStage(t, 60)
				s.server.Latency = func(dakotatest.Request) (time.Duration, time.Duration) {
					return 50 * time.Millisecond, 50 * time.Millisecond
				}
				from := time.Now().Add(300 * time.Millisecond)
				s.server.Faults = dakotatest.Outage(from, from.Add(6*time.Minute), f)
				var events []reconcile.OutageEvent
				s.applier.Hooks.Outage = func(e reconcile.OutageEvent) { events = append(events, e) }
				out := s.apply(t.Context(), s.plan())
				if n := counts(out.Rows)[reconcile.Applied]; n != 60 || out.Stopped != nil {
					t.Errorf("%v; stopped: %v", counts(out.Rows), out.Stopped)
				}
				if len(events) != 2 || !events[0].Down || events[0].Cause == nil || events[1].Down {
					t.Errorf("outage events %+v", events)
				}
				if n := s.server.Counts().Patch; n > 60+20 {
					t.Errorf("%d PATCHes for 60 rows: the run did not pause", n)
				}
				if took := time.Since(from.Add(6 * time.Minute)); took > time.Minute {
					t.Errorf("the run went on %s after the outage", took)
				}
			})
		})
	}
}

func TestNoConnectionIsNoAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 3)
		until := time.Now().Add(4 * time.Minute)
		s.server.Down = func(dakotatest.Request) bool { return time.Now().Before(until) }
		out := s.apply(t.Context(), s.plan())
		for i, r := range out.Rows {
			if r.Status != reconcile.Applied || r.Attempts != 1 {
				t.Errorf("row %d: %s after %d attempts (%s)", i, r.Status, r.Attempts, r.Error)
			}
			if diff := cmp.Diff([]int{1}, s.journal.intents[i]); diff != "" {
				t.Errorf("row %d: intents (-want +got):\n%s", i, diff)
			}
		}
	})
}

func TestOutageThatLastsStopsTheRun(t *testing.T) {
	for _, n := range []int{1, 3, 50} { // fewer rows than tell an outage, too
		t.Run(fmt.Sprintf("%d rows", n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := setStage(t, n)
				s.server.Faults = dakotatest.Always(dakotatest.Fault{Drop: dakotatest.DropAfter})
				start := time.Now()
				out := s.apply(t.Context(), s.plan())
				if !errors.Is(out.Stopped, reconcile.ErrOutage) || !resumable(out) {
					t.Fatalf("stopped: %v, resumable: %v", out.Stopped, resumable(out))
				}
				if took := time.Since(start); took < 10*time.Minute || took > 12*time.Minute {
					t.Errorf("the run gave up after %s, want a little over ten minutes", took)
				}
				sent := counts(out.Rows)[reconcile.InDoubt]
				if sent != s.patches("") || sent+counts(out.Rows)[reconcile.NotAttempted] != n {
					t.Errorf("%v after %d PATCHes", counts(out.Rows), s.patches(""))
				}
			})
		})
	}
}

func TestKeyRefusedStopsAtOnce(t *testing.T) {
	for _, status := range []int{401, 403} {
		synctest.Test(t, func(t *testing.T) {
			s := setStage(t, 200)
			s.server.Faults = func(r dakotatest.Request) dakotatest.Fault {
				if r.N > 50 {
					return dakotatest.Fault{Status: status}
				}
				return dakotatest.Fault{}
			}
			out := s.apply(t.Context(), s.plan())
			var answer *dakota.Error
			if !errors.As(out.Stopped, &answer) || answer.Status != status {
				t.Errorf("stopped: %v", out.Stopped)
			}
			n := counts(out.Rows)
			if n[reconcile.Applied] != 50 || n[reconcile.Failed] == 0 || n[reconcile.Failed] > 8 || n[reconcile.NotAttempted] != 150-n[reconcile.Failed] {
				t.Errorf("%v", n)
			}
			if sent := s.patches(""); sent != 50+n[reconcile.Failed] {
				t.Errorf("%d PATCHes were sent", sent)
			}
		})
	}
}

// Rows that wait at the quota's gate when the run is cancelled have not been sent; those that were sent are answered.
func TestCancelledRunFinishesWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 100)
		s.server.Latency = func(dakotatest.Request) (time.Duration, time.Duration) { return time.Second, time.Second }
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(5*time.Second, func() { cancel(cause) })
		start := time.Now()
		out := s.apply(ctx, s.plan()) // the client sends its first request alone, to learn the limit
		if !errors.Is(out.Stopped, cause) {
			t.Errorf("stopped: %v", out.Stopped)
		}
		if took := time.Since(start); took != 6*time.Second {
			t.Errorf("the run ended after %s, want 6s", took)
		}
		want := map[reconcile.Status]int{reconcile.Applied: 17, reconcile.NotAttempted: 83}
		if diff := cmp.Diff(want, counts(out.Rows)); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
		if n := s.patches(""); n != 17 {
			t.Errorf("%d PATCHes", n)
		}
	})
}

func TestCancelledRunLeavesTheGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 100)
		s.server.Quota = dakotatest.Quota{}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		out := s.apply(ctx, s.plan())
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("the run ended after %s, want 3s", took)
		}
		n := counts(out.Rows)
		if n[reconcile.Applied] == 0 || n[reconcile.Applied]+n[reconcile.NotAttempted] != 100 || n[reconcile.Applied] != s.patches("") {
			t.Errorf("%v after %d PATCHes", n, s.patches(""))
		}
	})
}

func TestWhatCannotBeSettledInTimeStaysInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 20, func(c *dakota.Config) { c.Timeout = 10 * time.Minute })
		s.server.Faults = dakotatest.Only(dakotatest.Always(dakotatest.Fault{Hang: dakotatest.HangAfter}), dakotatest.Patch)
		if _, err := s.client.SubClients(t.Context()); err != nil { // what the client sends first, it sends alone
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		out := s.apply(ctx, s.plan())
		want := map[reconcile.Status]int{reconcile.InDoubt: 8, reconcile.NotAttempted: 12}
		if diff := cmp.Diff(want, counts(out.Rows)); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
		if took := time.Since(start); took != 26*time.Second {
			t.Errorf("the run ended after %s, want 26s", took)
		}
		for i := range 8 {
			if r := s.journal.results[i]; r.Status != reconcile.InDoubt || r.Attempts != 1 {
				t.Errorf("row %d in the journal: %s after %d attempts", i, r.Status, r.Attempts)
			}
		}
	})
}

// Whoever interrupts a second time waits for nothing: neither for answers nor for readings that are due later.
func TestLeavingRunSettlesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 20)
		s.server.Faults = dakotatest.Only(dakotatest.Always(dakotatest.Fault{Hang: dakotatest.HangAfter}), dakotatest.Patch)
		s.server.Faults = dakotatest.First(dakotatest.Only(dakotatest.Poison(dakotatest.Fault{Status: 503}, s.customers()[0].ID), dakotatest.Patch), s.server.Faults)
		s.applier.Backoff = func(int) backoff.BackOff { return backoff.NewConstantBackOff(time.Minute) }
		leave := make(chan struct{})
		s.applier.Leave = leave
		cause := errors.New("interrupted")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(5*time.Second, func() { cancel(cause) })
		time.AfterFunc(6*time.Second, func() { close(leave) })
		start := time.Now()
		out := s.apply(ctx, s.plan())
		if took := time.Since(start); took != 6*time.Second || !errors.Is(out.Stopped, cause) {
			t.Errorf("the run ended after %s, want 6s; stopped: %v", took, out.Stopped)
		}
		if n := counts(out.Rows); n[reconcile.InDoubt] != s.patches("") || n[reconcile.InDoubt]+n[reconcile.NotAttempted] != 20 {
			t.Errorf("%v after %d PATCHes", n, s.patches(""))
		}
	})
}

func TestNoPatchWithoutItsIntent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 200)
		arrived := 0
		s.server.Before = func(r dakotatest.Request) {
			s.journal.mu.Lock()
			defer s.journal.mu.Unlock()
			if arrived++; arrived == 20 {
				s.journal.failFrom = 1
			}
			for i, c := range s.customers() {
				if c.ID == r.CustomerID && len(s.journal.intents[i]) == 0 {
					t.Errorf("row %d was sent before its intent was kept", i)
				}
			}
		}
		out := s.apply(t.Context(), s.plan())
		if !errors.Is(out.Stopped, reconcile.ErrJournal) {
			t.Errorf("stopped: %v", out.Stopped)
		}
		n, sent := counts(out.Rows), s.patches("")
		if n[reconcile.Applied] != sent || n[reconcile.NotAttempted] != 200-sent || sent < 20 || sent > 150 {
			t.Errorf("%v after %d PATCHes", n, sent)
		}
	})
}

// An outcome that can't be kept stops the run, and is reported all the same.
func TestOutcomeThatCannotBeKeptStopsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 50)
		s.journal.full, s.applier.Concurrency = true, 1
		out := s.apply(t.Context(), s.plan())
		if n := counts(out.Rows); !errors.Is(out.Stopped, reconcile.ErrJournal) || n[reconcile.Applied] != 1 || n[reconcile.NotAttempted] != 49 {
			t.Errorf("%v; stopped: %v", n, out.Stopped)
		}
	})
}

// A customer whose GET always fails is found in a list of those created in the same second.
func TestCustomerThatCannotBeReadIsLookedUpInAList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 5)
		s.applier.MaxStaleness = 0
		bad := s.customers()[2].ID
		s.server.Faults = dakotatest.Only(dakotatest.Poison(dakotatest.Fault{Status: 500}, bad), dakotatest.Get)
		p := s.plan()
		out := s.apply(t.Context(), p)
		if n := counts(out.Rows)[reconcile.Applied]; n != 5 || s.patches(bad) != 1 {
			t.Errorf("%v after %d PATCHes of the one", counts(out.Rows), s.patches(bad))
		}
		if n := s.server.Counts().List; n != 1 {
			t.Errorf("%d lists, want 1", n)
		}
	})
}

// Where no list shows it either, the row fails by itself, unsent.
func TestCustomerThatNothingShowsFailsUnsent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 5)
		s.applier.MaxStaleness = 0
		bad := s.customers()[2].ID
		s.server.Faults = dakotatest.Only(dakotatest.Poison(dakotatest.Fault{Status: 500}, bad), dakotatest.Get)
		p := s.plan()
		p.Rows[2].CreatedAt += 1000
		out := s.apply(t.Context(), p)
		if r := out.Rows[2]; r.Status != reconcile.Failed || r.Attempts != 0 || s.patches(bad) != 0 || r.Error == "" {
			t.Errorf("%s after %d PATCHes: %s", r.Status, s.patches(bad), r.Error)
		}
		if n := counts(out.Rows)[reconcile.Applied]; n != 4 || out.Stopped != nil {
			t.Errorf("%v; stopped: %v", counts(out.Rows), out.Stopped)
		}
	})
}

func TestHooksTellEachRowOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 30)
		s.server.Faults = dakotatest.Only(dakotatest.Random(7, 0.5, dakotatest.Fault{Status: 500}), dakotatest.Patch)
		started, finished, retries := map[int]int{}, map[int]reconcile.Result{}, 0
		s.applier.Hooks = reconcile.ApplyHooks{
			Started:  func(row int) { started[row]++ },
			Finished: func(row int, r reconcile.Result) { finished[row] = r },
			Retry: func(_ int, cause error, pause time.Duration) {
				if retries++; cause == nil || pause <= 0 {
					t.Errorf("retry after %s for %v", pause, cause)
				}
			},
		}
		out := s.apply(t.Context(), s.plan())
		for i, r := range out.Rows {
			if started[i] != 1 {
				t.Errorf("row %d started %d times", i, started[i])
			}
			if diff := cmp.Diff(r, finished[i]); diff != "" {
				t.Errorf("row %d as told (+) is not as reported (-):\n%s", i, diff)
			}
		}
		if retries == 0 {
			t.Error("no retry was told")
		}
	})
}

// The budget holds to the request, leaves one for the closing summary, and is not left lying about either.
func TestBudgetIsKeptAndUsed(t *testing.T) {
	for _, budget := range []int{1, 2, 3, 10, 11, 37, 50, 51} {
		synctest.Test(t, func(t *testing.T) {
			s := setStage(t, 50, func(c *dakota.Config) { c.MaxRequests = budget })
			s.applier.MaxRequests = budget
			out := s.apply(t.Context(), s.plan())
			sent := s.server.Counts().Total()
			if want := min(50, budget-1); sent != want || counts(out.Rows)[reconcile.Applied] != want {
				t.Errorf("budget %d: %d requests, %v", budget, sent, counts(out.Rows))
			}
			if stopped := errors.Is(out.Stopped, dakota.ErrBudget); stopped != (budget < 51) {
				t.Errorf("budget %d: stopped: %v", budget, out.Stopped)
			}
		})
	}
}

func TestBudgetLeavesRoomToSettle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 50, func(c *dakota.Config) { c.MaxRequests = 30 })
		s.applier.MaxRequests = 30
		s.server.Faults = dakotatest.Only(dakotatest.Random(3, 0.5, dakotatest.Fault{Drop: dakotatest.DropAfter}), dakotatest.Patch)
		out := s.apply(t.Context(), s.plan())
		if n := counts(out.Rows); n[reconcile.InDoubt] != 0 || n[reconcile.Applied] != s.patches("") {
			t.Errorf("%v after %d PATCHes", n, s.patches(""))
		}
		if n := s.server.Counts().Total(); n > 30 || n < 27 {
			t.Errorf("%d requests of 30", n)
		}
	})
}

func TestRunStopsAtAFailedRowWhereAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 50)
		s.applier.FailFast, s.applier.Concurrency = true, 1
		s.server.Faults = dakotatest.Poison(dakotatest.Fault{Status: 400}, s.customers()[10].ID)
		out := s.apply(t.Context(), s.plan())
		if n := counts(out.Rows); !errors.Is(out.Stopped, reconcile.ErrFailFast) || n[reconcile.Applied] != 10 || n[reconcile.NotAttempted] != 39 {
			t.Errorf("%v; stopped: %v", n, out.Stopped)
		}
	})
}

// A reading that is too old is made again; what it finds decides.
func TestStaleRowsAreReadAgainFirst(t *testing.T) {
	tests := []struct {
		name   string
		policy reconcile.ConflictPolicy
		change func(*stage, dakotatest.Customer)
		status reconcile.Status
		stops  bool
		patch  int
	}{
		{"as it was", 0, func(*stage, dakotatest.Customer) {}, reconcile.Applied, false, 1},
		{"as wished", 0, func(s *stage, c dakotatest.Customer) { s.server.Change(c.ID, s.target()) }, reconcile.Unchanged, false, 0},
		{"changed, skip", reconcile.Skip, func(s *stage, c dakotatest.Customer) { s.server.Change(c.ID, "") }, reconcile.Conflict, false, 0},
		{"changed, fail", reconcile.FailRun, func(s *stage, c dakotatest.Customer) { s.server.Change(c.ID, "") }, reconcile.Conflict, true, 0},
		{"changed, overwrite", reconcile.Overwrite, func(s *stage, c dakotatest.Customer) { s.server.Change(c.ID, "") }, reconcile.Applied, false, 1},
		{"gone", 0, func(s *stage, c dakotatest.Customer) {
			s.server.Faults = dakotatest.Poison(dakotatest.Fault{Status: 404}, c.ID)
		}, reconcile.Failed, false, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := setStage(t, 3)
				s.applier.MaxStaleness, s.applier.OnConflict, s.applier.Concurrency = 15*time.Minute, tt.policy, 1
				p, c := s.plan(), s.customers()[1]
				tt.change(s, c)
				time.Sleep(15 * time.Minute)
				out := s.apply(t.Context(), p)
				r := out.Rows[1]
				if r.Status != tt.status || s.patches(c.ID) != tt.patch || r.Attempts != tt.patch {
					t.Errorf("%s after %d PATCHes, want %s after %d", r.Status, s.patches(c.ID), tt.status, tt.patch)
				}
				if stopped := errors.Is(out.Stopped, reconcile.ErrConflict); stopped != tt.stops {
					t.Errorf("stopped: %v", out.Stopped)
				}
				if r.FinishedAt.IsZero() != (tt.patch == 0) {
					t.Errorf("finished at %s after %d PATCHes", r.FinishedAt, tt.patch)
				}
				if tt.policy == reconcile.Overwrite && (r.PreviousID != "" || r.Action != reconcile.Associate) {
					t.Errorf("the row says %s from %q, but it overwrote no association", r.Action, r.PreviousID)
				}
				if gets := s.server.Counts().Get; gets != 3 && !tt.stops {
					t.Errorf("%d readings for 3 rows", gets)
				}
			})
		})
	}
}

// A review can begin between the plan and the PATCH: what --refuse-kyb promises holds for what the reading before the PATCH says, too.
func TestCustomerUnderReviewByNowIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 3)
		time.Sleep(time.Until(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))) // the seeded customers' ids are of a time to come before
		var rows []reconcile.Assignment
		for i, c := range s.customers() {
			rows = append(rows, reconcile.Assignment{Row: int32(i + 2), CustomerID: c.ID, SubClientID: s.target()})
		}
		seen, err := (&reconcile.Observer{API: s.client}).Observe(t.Context(), rows)
		if err != nil {
			t.Fatal(err)
		}
		p, err := reconcile.NewPlan(rows, seen, reconcile.Policy{RefuseKYB: []string{"frozen"}, MaxStaleness: 0})
		if err != nil {
			t.Fatal(err)
		}
		s.server.Edit(rows[1].CustomerID, func(c *dakotatest.Customer) { c.KYBStatus = "frozen" })
		s.applier.MaxStaleness = 0
		out := s.apply(t.Context(), p)
		if r := out.Rows[1]; r.Status != reconcile.Refused || r.ErrorCode != "kyb_status" || r.KYBStatus != "frozen" || s.patches(r.CustomerID) != 0 {
			t.Errorf("%s (%s), kyb_status %s, after %d PATCHes", r.Status, r.ErrorCode, r.KYBStatus, s.patches(r.CustomerID))
		}
		if n := counts(out.Rows)[reconcile.Applied]; n != 2 {
			t.Errorf("%d of the 2 others were applied", n)
		}
	})
}

func TestRepeatedRowsHaveTheFirstOnesOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 3)
		p := s.plan()
		twin := p.Rows[1]
		twin.Row, twin.Same, twin.Further = 9, p.Rows[1].Row, []string{"its own"}
		p.Rows = append(p.Rows, twin)
		out := s.apply(t.Context(), p)
		want := out.Rows[1]
		want.Assignment, want.Attempts = twin.Assignment, 0
		if diff := cmp.Diff(want, out.Rows[3]); diff != "" || s.patches(twin.CustomerID) != 1 {
			t.Errorf("%d PATCHes (-want +got):\n%s", s.patches(twin.CustomerID), diff)
		}
	})
}

func TestPlansThatRaceWithThemselvesAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 3)
		twice, still := s.plan(), s.plan()
		twice.Rows[2] = twice.Rows[0]
		still.Rows[1].PreviousID = still.Rows[1].SubClientID
		for _, p := range []*reconcile.Plan{twice, still} {
			if out, err := s.applier.Apply(t.Context(), p); err == nil || out != nil {
				t.Errorf("the plan was taken: %v", err)
			}
		}
		if n := s.server.Counts().Total(); n != 0 {
			t.Errorf("%d requests were sent", n)
		}
	})
}

func TestBackoffIsAskedForAndObeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := setStage(t, 1)
		s.applier.Backoff = func(int) backoff.BackOff { return backoff.NewConstantBackOff(7 * time.Second) }
		s.server.Faults = dakotatest.Only(dakotatest.Always(dakotatest.Fault{Status: 500}), dakotatest.Patch)
		start := time.Now()
		s.apply(t.Context(), s.plan())
		if took := time.Since(start); took != 35*time.Second {
			t.Errorf("five failures took %s, want a pause of 7s after each", took)
		}
	})
}
