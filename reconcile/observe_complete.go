package reconcile

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"dakota-reconcile/dakota"
)

// complete reads every member of the sub-clients that the input names: list by list, or the whole account when that is less.
func (s *search) complete(ctx context.Context) error {
	var ids []string
	lists := 0
	for id := range s.named {
		line, ok := s.obs.opening[id]
		if s.obs.opening != nil && (!ok || line.Customers == 0) {
			continue // nobody is in it
		}
		ids = append(ids, id)
		lists += max(pagesOf(line.Customers), 1)
	}
	slices.Sort(ids)
	if lists > pagesOf(s.accountSize())+2 {
		whole, err := s.readWhole(ctx, lists)
		if whole || err != nil {
			return err
		}
	}
	for _, id := range ids {
		if err := s.readAllMembers(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// readWhole reads the account from end to end, unless its first page shows that so many lists cost less.
func (s *search) readWhole(ctx context.Context, lists int) (bool, error) {
	s.restart()
	for !s.walk.ended {
		if s.walk.pages == 1 && pagesOf(s.walk.ahead) > lists {
			s.walk.full = false
			return false, nil
		}
		if err := s.readOn(ctx); err != nil {
			return false, err
		}
	}
	for _, g := range s.groups {
		g.done = true // their members were among the others
	}
	return true, nil
}

// readAllMembers reads a sub-client's list to its end.
func (s *search) readAllMembers(ctx context.Context, id string) error {
	g := &group{id: id}
	for _, other := range s.groups {
		if other.id == id {
			g = other
		}
	}
	q := dakota.Query{SubClientID: id}
	for p, err := range s.o.API.Pages(ctx, q) {
		if s.obs.opening == nil && hasStatus(err, http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity) {
			return nil // without a summary nobody has said yet that it is a sub-client: its lookup will
		}
		if err != nil {
			return fmt.Errorf("read the members of %s: %w", s.obs.describe(id), err)
		}
		if s.steps.members++; !g.started {
			s.steps.lists++
		}
		s.take(p, q)
		g.advance(p, q)
		q.After = g.query.After // the same stretch goes on
	}
	g.done = true
	return nil
}
