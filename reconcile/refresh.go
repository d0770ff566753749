package reconcile

import (
	"context"
	"fmt"
)

// Refresh reads the customers of a batch again: the pages and lists that show several of them, and the others one by one. On an
// undisturbed run it sends the requests that the batch announces; a customer that its page no longer shows costs one more.
func (o *Observer) Refresh(ctx context.Context, p *Plan, b Batch) (*Observation, error) {
	rows := make([]Assignment, 0, len(b.Rows))
	for _, i := range b.Rows {
		rows = append(rows, p.Rows[i].Assignment)
	}
	s := newSearch(o, rows)
	s.collect()
	for _, q := range b.pages {
		page, err := o.page(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("read %d rows again: %w", len(rows), err)
		}
		s.take(page, q)
	}
	for _, l := range b.lists {
		if err := s.listAgain(ctx, l); err != nil {
			return nil, fmt.Errorf("read %d rows again: members of %s: %w", len(rows), l.query.SubClientID, err)
		}
	}
	var rest []int
	for i := range s.want {
		if !s.want[i].settled() {
			rest = append(rest, i)
		}
	}
	if err := s.lookUp(ctx, rest); err != nil {
		return nil, fmt.Errorf("read %d rows again: %w", len(rows), err)
	}
	s.obs.Reading.Requests = usageSince(s.before, o.API.Usage())
	return s.obs, nil
}

// listAgain reads a part of a sub-client's list again, until it has shown the last customer or gone beyond it.
func (s *search) listAgain(ctx context.Context, l listing) error {
	for p, err := range s.o.API.Pages(ctx, l.query) {
		if err != nil {
			return err
		}
		s.take(p, l.query)
		n := len(p.Customers)
		if i, ok := s.index[l.last]; n == 0 || ok && s.want[i].settled() || p.Customers[n-1].CreatedAt > l.created {
			return nil
		}
	}
	return nil
}
