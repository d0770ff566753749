package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"dakota-reconcile/dakota"
)

// walk is the reading of the account by pages in the order of creation, leaping from one wanted second to the next.
type walk struct {
	next    int          // of search.want: those before it are settled, missed or behind
	query   dakota.Query // of the last page
	from    int64        // where the present stretch begins; -1 before the first page
	covered int64        // every customer created from `from` until before this second was shown
	stretch int          // customers shown since from
	shown   int          // customers on the last page
	ended   bool         // nothing follows
	ahead   int          // customers behind the last page; -1 when not known
	density float64      // customers a second from here on; 0 when not known
	total   int          // of the account; 0 when not known
	seen    []stretch    // long stretches that were read, for reading the account from end to end around them
	waste   int          // pages less customers found by leaping
	full    bool         // read from end to end, without leaping
	pages   int
}

// stretch is a part of the account in the order of creation: everything created from one second until before another.
type stretch struct {
	from, to  int64
	customers int
}

const (
	wasteAllowed   = 4    // pages that may find nothing before the leaping ends
	leapWorth      = 10   // customers that a leap must leave out: fewer are read for what else may be among them
	pagesAllowed   = 1000 // pages beyond twice the account's after which a cursor must be going round
	stretchAllowed = 300  // customers from which on it is worth leaping over what was read
)

// way is how the rest is to be found.
type way int

const (
	waySingles way = iota // a GET for each
	wayLeap               // pages from wanted second to wanted second
	wayFull               // every page of the account
)

// rest reads pages as long as that is cheaper than asking for each customer that is left.
func (s *search) rest(ctx context.Context) error {
	decided, next := waySingles, 0
	for s.left > 0 {
		if s.walk.pages >= next || s.nothingAhead() {
			decided = s.way()
			next = s.walk.pages + 1 + s.walk.pages/32 // costs are weighed more rarely as they change less
		}
		switch decided {
		case waySingles:
			return nil
		case wayFull:
			if s.doubtful() {
				if err := s.probe(ctx); err != nil {
					return err
				}
				next = 0
				continue
			}
			if !s.walk.full {
				s.restart()
			}
			if err := s.readOn(ctx); err != nil {
				return err
			}
		case wayLeap:
			if err := s.leap(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// nothingAhead tells whether no page ahead is expected to show anything more.
func (s *search) nothingAhead() bool {
	s.skip()
	return s.walk.ended || !s.walk.full && s.walk.next == len(s.want)
}

// skip moves next beyond what is settled or missed.
func (s *search) skip() {
	for s.walk.next < len(s.want) && s.want[s.walk.next].state != open {
		s.walk.next++
	}
}

// way weighs what is left: asking one by one, leaping, or reading everything.
func (s *search) way() way {
	singles := float64(s.left)
	full := s.fullCost()
	leap := s.leapCost()
	switch {
	case s.walk.full && s.walk.ended:
		return waySingles
	case !s.walk.full && leap+1 < singles && leap <= full:
		return wayLeap
	case full < singles*s.exist.share():
		return wayFull // those that don't exist have to be asked for all the same
	}
	return waySingles
}

// leap reads the page that begins where the next wanted customer should be, or the next page when that is there.
func (s *search) leap(ctx context.Context) error {
	s.skip()
	w := &s.walk
	from := max(s.times.earliest(s.want[w.next].second), 1)
	q := dakota.Query{CreatedFrom: from}
	if few := float64(from-w.covered)*w.density <= leapWorth; w.from >= 0 && (few || s.strayed()) {
		q = w.query
	}
	before := *w
	got, err := s.read(ctx, q)
	w.waste += 1 - got
	if leapt := before.ahead - w.shown - w.ahead; q.After == "" && (before.from < 0 || leapt > 0) {
		before.keepStretch()
		w.seen, w.from, w.stretch = before.seen, from, w.shown
	}
	return err
}

// strayed tells whether so many of the wanted may be anywhere that a page of what a leap leaves out is likely to show one of them.
func (s *search) strayed() bool {
	return s.times.stray()*float64(s.left)*pageSize > float64(s.aheadSize())
}

// restart begins to read the account from its beginning.
func (s *search) restart() {
	s.walk.keepStretch()
	slices.SortFunc(s.walk.seen, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	s.walk.full, s.walk.ended = true, false
	s.walk.from, s.walk.covered, s.walk.stretch, s.walk.ahead = 0, 0, 0, -1
	s.walk.query = dakota.Query{}
}

// readOn reads the next page from end to end, leaping over long stretches that were read before.
func (s *search) readOn(ctx context.Context) error {
	for _, r := range s.walk.seen {
		if r.from <= s.walk.covered && r.to > s.walk.covered && s.walk.from >= 0 {
			s.walk.query = dakota.Query{CreatedFrom: r.to}
			s.walk.covered = r.to
		}
	}
	if s.walk.covered == math.MaxInt64 {
		s.walk.ended = true // that stretch reached the end
		return nil
	}
	_, err := s.read(ctx, s.walk.query)
	return err
}

// keepStretch remembers the stretch just read when it is long enough to be leapt over.
func (w *walk) keepStretch() {
	if w.from >= 0 && w.stretch >= stretchAllowed {
		w.seen = append(w.seen, stretch{w.from, w.covered, w.stretch})
	}
}

// read requests an unfiltered page, takes it and notes how far the account is known.
func (s *search) read(ctx context.Context, q dakota.Query) (int, error) {
	p, err := s.o.page(ctx, q)
	if err != nil {
		return 0, fmt.Errorf("read the account from %s on: %w", day(q.CreatedFrom), err)
	}
	w := &s.walk
	w.pages++
	if w.full {
		s.steps.full++
	} else {
		s.steps.leapt++
	}
	w.shown = len(p.Customers)
	w.stretch += w.shown
	if q == (dakota.Query{}) {
		w.total = p.Total
	}
	if q.After == "" {
		w.ahead = p.Total
	}
	w.ahead = max(w.ahead-len(p.Customers), 0)
	s.exist.due += float64(s.left) * float64(len(p.Customers)) / float64(max(w.ahead+len(p.Customers), 1))
	got := s.take(p, q)
	s.exist.shown += float64(got)
	w.advance(p, q)
	s.miss()
	return got, nil
}

// advance notes where the next page begins.
func (w *walk) advance(p dakota.Page, q dakota.Query) {
	n := len(p.Customers)
	if !p.More || n == 0 || p.Customers[n-1].ID == q.After || w.pages > 2*pagesOf(w.total)+pagesAllowed && w.full {
		w.ended, w.covered, w.ahead = true, math.MaxInt64, 0
		return
	}
	last := p.Customers[n-1]
	w.query = dakota.Query{CreatedFrom: q.CreatedFrom, After: last.ID, AfterCreated: last.CreatedAt}
	w.covered = max(w.covered, last.CreatedAt) // that second may go on on the next page
	if since := p.At.Unix() - last.CreatedAt; since > 0 && w.ahead > 0 {
		w.density = float64(w.ahead) / float64(since)
	} else if span := pageSpan(p); span > 0 {
		w.density = float64(n) / float64(span) // the clocks disagree: what the page itself shows
	}
}

// miss marks those that the stretch just read should have shown.
func (s *search) miss() {
	for i := s.walk.next; i < len(s.want); i++ {
		w := &s.want[i]
		if s.times.latest(w.second) >= s.walk.covered {
			return
		}
		if w.state == open {
			w.state = missed
			s.times.misses++
		}
		s.walk.next = i + 1
	}
}
