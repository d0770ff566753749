package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"

	"dakota-reconcile/dakota"
)

// Why an apply ended before its last row, beside the cause of its context, [dakota.ErrBudget] and a [dakota.Error] 401 or 403.
var (
	ErrOutage   = errors.New("the API does not answer as it should")
	ErrJournal  = errors.New("the run can't be recorded")
	ErrConflict = errors.New("somebody else changed a customer since it was read")
	ErrFailFast = errors.New("a row failed")
)

// Writer is what Apply asks of the API; [dakota.Client] is one and says what the methods promise.
type Writer interface {
	Reader
	SetSubClient(ctx context.Context, customerID, subClientID string, depart func(context.Context) error) (dakota.Answer, error)
	Abandon()
	Quota() dakota.Quota
}

// Applier makes a plan so. Its zero value needs an API; all else has a default. It may be used for one Apply at a time.
type Applier struct {
	API     Writer
	Journal Journal // nil: nothing is recorded, and a killed run can't be resumed

	Concurrency int            // rows in flight; 0 = 8
	Attempts    int            // PATCHes of a row that fail before the row does; 0 = 5
	OnConflict  ConflictPolicy // zero: Skip
	FailFast    bool           // the first row that ends as failed or conflict stops the run
	// MaxStaleness is how old a reading a PATCH may be based on. An older one is made again first: 0 = each one, right before its PATCH,
	// negative = none.
	MaxStaleness time.Duration
	// Refresh reads a batch of the plan again, as [Observer.Refresh] does. nil: stale rows are read one by one.
	Refresh   func(ctx context.Context, p *Plan, b Batch) (*Observation, error)
	MaxOutage time.Duration // how long nothing may succeed before the run stops with ErrOutage; 0 = 10 minutes
	DrainTime time.Duration // how long a stopped run may go on to settle what is in flight; 0 = 25 seconds
	// Leave, when it is closed, ends the run without any settling: what is in flight is given up and ends as in doubt. nil: never.
	Leave <-chan struct{}
	// MaxRequests is the most requests that API may have sent when apply is done, those sent before included; 0 = any number. One is left
	// for the closing summary, unless a doubt at the very end needs it for a reading: no row is sent that could not be settled.
	MaxRequests int
	// Backoff returns a fresh schedule of pauses, for a row by its index in Plan.Rows, or for the whole run's outages (-1). nil: from
	// one second doubling to thirty, jittered by half.
	Backoff func(row int) backoff.BackOff
	Hooks   ApplyHooks
}

// ApplyHooks tell of the progress, one call at a time. Each may be nil. A row that repeats an earlier one (Same) has no calls.
type ApplyHooks struct {
	Started  func(row int)           // the row's turn has come; at most once: a reading of its batch may settle it before
	Finished func(row int, r Result) // its outcome is known
	Retry    func(row int, cause error, pause time.Duration)
	Outage   func(OutageEvent)
}

// OutageEvent tells that the run pauses because the API is down, or that it goes on.
type OutageEvent struct {
	Down  bool
	Since time.Time // when the first of the requests failed that none has succeeded after
	Cause error     // the last failure; nil when it is over
}

// Outcome is what became of a plan.
type Outcome struct {
	Rows    []Result // parallel to Plan.Rows; none of them planned any more
	Stopped error    // why the run ended before its last row; nil when it did not
}

// Apply sends the plan's rows that are [Planned], and returns what became of every row. A row's failure is data in its Result.
//
// When ctx ends, or something else stops the run, nothing new is started; what was sent is answered or settled within DrainTime, and the
// outcome is complete all the same, with the cause in Stopped. The error is for a plan that can't be applied: then nothing was sent.
func (a *Applier) Apply(ctx context.Context, p *Plan) (*Outcome, error) {
	if a.API == nil {
		return nil, errors.New("apply the plan: no API is given")
	}
	if err := p.applicable(); err != nil {
		return nil, fmt.Errorf("apply the plan: %w", err)
	}
	return newSession(ctx, a.withDefaults(), p).do(), nil
}

// applicable refuses plans that would race with themselves or forget rows. NewPlan makes none of these; a plan file edited by hand might.
func (p *Plan) applicable() error {
	planned, sent := 0, make(map[string]int)
	for i := range p.Rows {
		r := &p.Rows[i]
		if r.Status != Planned || r.Same != 0 {
			continue
		}
		planned++
		if r.Action == None || r.PreviousID == r.SubClientID {
			return fmt.Errorf("its row %d (customer %s) is planned but changes nothing", i+1, r.CustomerID)
		}
		if j, twice := sent[r.CustomerID]; twice {
			return fmt.Errorf("its rows %d and %d both change customer %s", j+1, i+1, r.CustomerID)
		}
		sent[r.CustomerID] = i
	}
	order := p.sending()
	for _, i := range order {
		if i < 0 || i >= len(p.Rows) || sent[p.Rows[i].CustomerID] != i || !sends(&p.Rows[i]) {
			return fmt.Errorf("its batches name row %d, which is not to be sent or stands in them twice", i+1)
		}
		sent[p.Rows[i].CustomerID] = -1
	}
	if len(order) != planned {
		return fmt.Errorf("its batches name %d of %d rows to be sent", len(order), planned)
	}
	return nil
}

// withDefaults returns a copy with each zero replaced by what it stands for.
func (a *Applier) withDefaults() Applier {
	b := *a
	b.Concurrency = orElse(b.Concurrency, 8)
	b.Attempts = orElse(b.Attempts, 5)
	b.MaxOutage = orElse(b.MaxOutage, 10*time.Minute)
	b.DrainTime = orElse(b.DrainTime, 25*time.Second)
	if b.Journal == nil {
		b.Journal = unrecorded{}
	}
	if b.Backoff == nil {
		b.Backoff = func(int) backoff.BackOff {
			return &backoff.ExponentialBackOff{InitialInterval: time.Second, RandomizationFactor: 0.5, Multiplier: 2, MaxInterval: 30 * time.Second}
		}
	}
	return b
}

func orElse[T int | time.Duration](v, zero T) T {
	if v <= 0 {
		return zero
	}
	return v
}

// unrecorded is the journal of a run that nobody wants to resume.
type unrecorded struct{}

func (unrecorded) Intend(context.Context, ...Intent) error { return nil }
func (unrecorded) Conclude(int, Result) error              { return nil }
