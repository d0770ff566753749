package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"dakota-reconcile/dakota"
)

// group is a sub-client and the wanted customers that are expected in it.
type group struct {
	id      string
	want    []int32 // indices into search.want, by second
	left    int     // of these, not settled
	next    int     // of want: those before it are settled or should have been shown
	query   dakota.Query
	started bool
	covered int64
	ahead   int     // its members that were not shown yet
	done    bool    // read to its end, or given up
	found   float64 // wanted customers its pages showed
	due     float64 // wanted customers its pages should have shown
	cost    groupCost
}

// wasteMembers is how many pages of sub-clients' lists may be read in vain, all together.
const wasteMembers = 3

// group gathers the wanted customers by the sub-client in which they are expected.
func (s *search) group() {
	byID := map[string]*group{}
	for i := range s.rows {
		a := &s.rows[i]
		at, ok := s.index[a.CustomerID]
		if !ok || a.Problem != nil || a.Keep || s.want[at].group != nil {
			continue
		}
		expected, told := s.o.Expect[a.CustomerID]
		if !told {
			expected = a.SubClientID
		}
		line, ok := s.obs.opening[expected]
		if !ok || line.Customers == 0 {
			continue
		}
		g := byID[expected]
		if g == nil {
			g = &group{id: expected, ahead: line.Customers}
			byID[expected] = g
			s.groups = append(s.groups, g)
		}
		g.want = append(g.want, at)
		g.left++
		s.want[at].group = g
	}
	for _, g := range s.groups {
		slices.Sort(g.want)
	}
}

// expected lists the sub-clients that pay: those where a page shows more wanted customers than a page would otherwise.
func (s *search) expected(ctx context.Context) error {
	for s.waste <= wasteMembers && s.left > 0 {
		g := s.best()
		if g == nil {
			return nil
		}
		if s.walk.pages == 0 && s.groupCost(g) > wasteMembers {
			// One page of the walk first: it tells how many there are, how dense, and whether the ids' times mean anything.
			if s.skip(); s.walk.next < len(s.want) {
				if err := s.leap(ctx); err != nil {
					return err
				}
				continue
			}
		}
		if err := s.readGroup(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

// readGroup reads a sub-client's list as long as it pays.
func (s *search) readGroup(ctx context.Context, g *group) error {
	for !g.done && g.left > 0 && s.waste <= wasteMembers {
		before := s.restCost(s.leftover(0))
		if g.started && before-s.restCost(s.leftover(s.likely(g))) <= s.groupCost(g) {
			break
		}
		if err := s.readMembers(ctx, g); err != nil {
			return err
		}
		s.waste = max(0, s.waste+1-(before-s.restCost(s.leftover(0))))
	}
	g.done = true
	return nil
}

// readMembers reads the next page of a sub-client's list: where the next wanted customer should be, when times can be relied on.
func (s *search) readMembers(ctx context.Context, g *group) error {
	q := g.query
	q.SubClientID = g.id
	if !s.o.Complete && s.times.good() > 0.9 {
		for g.next < len(g.want) && s.want[g.want[g.next]].settled() {
			g.next++
		}
		if g.next == len(g.want) {
			g.done = true
			return nil
		}
		from := s.times.earliest(s.want[g.want[g.next]].second)
		// A leap over a few is not worth breaking the stretch, which may be wanted again as a whole.
		if few := float64(from-g.covered) * float64(g.ahead) / float64(s.age()); !g.started || few > leapWorth {
			q = dakota.Query{SubClientID: g.id, CreatedFrom: max(from, 1)}
		}
	}
	p, err := s.o.page(ctx, q)
	if err != nil {
		return fmt.Errorf("read the members of %s: %w", s.obs.describe(g.id), err)
	}
	if q.After == "" {
		g.ahead = max(p.Total, len(p.Customers))
	}
	due := math.Max(float64(g.left)*float64(len(p.Customers))/float64(max(g.ahead, 1)), 1)
	if s.steps.members++; !g.started {
		s.steps.lists++
	}
	got := float64(s.take(p, q))
	due = math.Max(got, due)
	g.found, g.due = g.found+got, g.due+due
	s.shown, s.due, g.cost = s.shown+got, s.due+due, groupCost{}
	g.advance(p, q)
	for g.next < len(g.want) && s.times.latest(s.want[g.want[g.next]].second) < g.covered {
		g.next++
	}
	return nil
}

// advance notes where the list's next page begins.
func (g *group) advance(p dakota.Page, q dakota.Query) {
	n := len(p.Customers)
	g.started = true
	g.ahead = max(g.ahead-n, 0)
	if !p.More || n == 0 || p.Customers[n-1].ID == q.After {
		g.done = true
		return
	}
	g.covered = max(g.covered, p.Customers[n-1].CreatedAt)
	last := p.Customers[n-1]
	g.query = dakota.Query{CreatedFrom: q.CreatedFrom, After: last.ID, AfterCreated: last.CreatedAt}
}

// best returns the sub-client to list next, nil when none pays. Lists may pay only together: with every group that is settled the rest
// becomes sparser and cheaper. So the groups are put in order of cost for a customer, and the best beginning of that order is taken.
func (s *search) best() *group {
	type offer struct {
		g            *group
		cost, likely float64
	}
	var offers []offer
	for _, g := range s.groups {
		if !g.done && g.left > 0 {
			offers = append(offers, offer{g, s.groupCost(g), s.likely(g)})
		}
	}
	slices.SortFunc(offers, func(a, b offer) int {
		return cmp.Or(cmp.Compare(a.cost/a.likely, b.cost/b.likely), cmp.Compare(a.g.id, b.g.id))
	})
	now, best, cost, rest := s.restCost(s.leftover(0)), 0.0, 0.0, s.leftover(0)
	for _, o := range offers {
		cost += o.cost
		rest -= o.likely
		best = math.Max(best, now-s.restCost(rest)-cost)
	}
	if best <= 0 {
		return nil
	}
	return offers[0].g
}
