package reconcile

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"dakota-reconcile/dakota"
)

const (
	lookupsInFlight = 8
	strangers       = 20 // lookups in vain that make a sheet of mostly unknown ids suspicious
	strangersWorth  = 50 // lookups that must be left for it to be worth stopping
)

// singles looks up what is left, one by one. It begins with a sample spread over all of them: when hardly any id exists, the rest is
// left unread.
func (s *search) singles(ctx context.Context) error {
	var rest []int
	for i := range s.want {
		if !s.want[i].settled() {
			rest = append(rest, i)
		}
	}
	if len(rest) >= strangersWorth+strangers && !s.o.LookUpAll {
		sample, others := spread(rest, strangers)
		if err := s.lookUp(ctx, sample); err != nil {
			return err
		}
		if len(s.obs.missing) >= strangers && s.known < len(s.obs.missing) {
			for _, i := range others {
				s.settle(i, unread)
			}
			s.steps.given = true
			return nil
		}
		rest = others
	}
	return s.lookUp(ctx, rest)
}

// spread takes n of the items at even distances.
func spread(items []int, n int) (sample, others []int) {
	for k, item := range items {
		if len(sample) < n && k >= len(sample)*len(items)/n {
			sample = append(sample, item)
		} else {
			others = append(others, item)
		}
	}
	return sample, others
}

// fewUnreadable are the lookups that may fail, while none succeeds, before that is taken for the API's fault.
const fewUnreadable = 5

// lookUp asks for customers by their ids, several at a time. A customer that can't be read though the API answers is left unread.
func (s *search) lookUp(ctx context.Context, which []int) error {
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(max(s.o.Concurrency, 0))
	if s.o.Concurrency <= 0 {
		g.SetLimit(lookupsInFlight)
	}
	var mu sync.Mutex
	for _, i := range which {
		if inner.Err() != nil {
			break
		}
		g.Go(func() error {
			id := s.want[i].id
			got, err := s.o.API.Customer(inner, id)
			mu.Lock()
			defer mu.Unlock()
			if err != nil && !notThere(err) {
				if s.unreadable(i, err) {
					return nil
				}
				return fmt.Errorf("look up customer %s: %w", id, err)
			}
			s.answer(i, got, err)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// unreadable leaves a customer unread whose lookup failed, and tells whether that is right: the API answers, and has nothing against the
// key.
func (s *search) unreadable(i int, err error) bool {
	var answer *dakota.Error
	if !errors.As(err, &answer) || keyRefused(err) || unreachable(err) || s.steps.looked == 0 && len(s.obs.unreadable) >= fewUnreadable {
		return false
	}
	s.obs.unreadable[s.want[i].id] = textOf(err)
	s.settle(i, unread)
	return true
}

// answer takes down what a lookup brought. Only a 404 makes a customer missing.
func (s *search) answer(i int, got dakota.Answer, err error) {
	id := s.want[i].id
	s.steps.looked++
	if err != nil {
		s.obs.missing[id] = true
		s.settle(i, gone)
	} else {
		s.obs.see(Seen{Customer: got.Customer, At: got.At})
		s.settle(i, found)
	}
	s.progress()
}

// conclude writes down how it was done and what mistyped ids may have meant.
func (s *search) conclude() {
	r := &s.obs.Reading
	r.OneByOne = len(s.want)
	if s.walk.total > 0 {
		r.Pages = pagesOf(s.walk.total)
	} else {
		r.AtLeast = pagesOf(s.accountSize())
	}
	if len(s.want) > 0 {
		r.Way = s.steps.sentence()
	}
	if s.obs.Until.IsZero() {
		s.obs.Until = time.Now()
	}
	s.obs.hints = meanings(s.obs.missing, s.candidates())
}

// candidates are the ids known to exist.
func (s *search) candidates() func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, id := range s.others {
			if !yield(id) {
				return
			}
		}
		for id := range s.obs.seen {
			if !yield(id) {
				return
			}
		}
		for id := range s.obs.opening {
			if !yield(id) {
				return
			}
		}
	}
}
