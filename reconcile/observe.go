package reconcile

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"dakota-reconcile/dakota"
)

// Reader is what the observer asks of the API; [dakota.Reader] is one.
type Reader interface {
	// Pages lists customers, 100 a page, one request for each page taken.
	Pages(ctx context.Context, q dakota.Query) iter.Seq2[dakota.Page, error]
	Customer(ctx context.Context, id string) (dakota.Answer, error)
	SubClients(ctx context.Context) ([]dakota.SubClient, error)
	Usage() dakota.Usage
}

// Observer finds out what an account holds, as far as assignments concern it, with the fewest requests.
type Observer struct {
	API         Reader
	Concurrency int  // single customers looked up at the same time; 0: 8
	Complete    bool // read every member of the named sub-clients too
	// LookUpAll looks every id up, even when nearly none turns out to exist. Otherwise the observer stops there: the environment or the
	// key is most likely another account's, and thousands of lookups would only prove it again.
	LookUpAll bool
	// Expect tells where customers are expected now: the sub-client of a saved plan, of a run to be rolled back, "" for none. Customers it
	// does not name are expected where they are wished to be. It saves requests and decides nothing.
	Expect   map[string]string
	Progress func(settled, wanted int) // called after each answer; nil: nobody is
}

// Observe reads the customers and sub-clients that the assignments name. Those with a problem, those to be kept and repetitions cost no
// request. What it returns is exact whatever creation times and ids look like: they only decide in which order to ask. An error ends the
// observation; it wraps what the API or ctx said.
func (o *Observer) Observe(ctx context.Context, assignments []Assignment) (*Observation, error) {
	s := newSearch(o, assignments)
	err := s.run(ctx)
	s.obs.Reading.Requests = usageSince(s.before, o.API.Usage())
	if err != nil {
		return nil, fmt.Errorf("observe the account: %w", err)
	}
	s.conclude()
	return s.obs, nil
}

// usageSince returns the requests sent between two counts.
func usageSince(before, now dakota.Usage) dakota.Usage {
	return dakota.Usage{
		List: now.List - before.List, Get: now.Get - before.Get, Summary: now.Summary - before.Summary, Patch: now.Patch - before.Patch,
		Throttled: now.Throttled - before.Throttled, Retries: now.Retries - before.Retries,
	}
}

// page requests a single page.
func (o *Observer) page(ctx context.Context, q dakota.Query) (dakota.Page, error) {
	for p, err := range o.API.Pages(ctx, q) {
		return p, err
	}
	return dakota.Page{}, errors.New("list customers: the API gave no page")
}
