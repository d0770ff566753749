package reconcile

import (
	"math"
	"time"
)

// fullCost is the number of pages that reading the account to its end still takes.
func (s *search) fullCost() float64 {
	w := &s.walk
	known := 0
	for _, r := range w.seen {
		if !w.full || r.from > w.covered {
			known += r.customers
		}
	}
	if w.full && w.ahead >= 0 {
		return float64(pagesOf(w.ahead - known))
	}
	if w.stretch >= stretchAllowed {
		known += w.stretch
	}
	return float64(max(pagesOf(s.accountSize()-known), 1))
}

// leapCost is the number of pages that leaping takes, and of GETs for those that are not where their ids say. Infinite once leaping has
// shown to be useless.
func (s *search) leapCost() float64 {
	s.skip()
	w := &s.walk
	if w.waste > wasteAllowed || w.ended || w.full || w.next == len(s.want) {
		return math.Inf(1)
	}
	seconds := s.openSeconds(s.want[w.next:])
	n := float64(len(seconds))
	good := s.times.good()
	pages := float64(greedy(seconds, s.blockSpan()))
	ahead := float64(s.aheadSize())
	if good < 1 {
		pages *= blocks(good*n, ahead) / blocks(n, ahead)
	}
	if w.ahead >= 0 {
		pages = math.Min(pages, float64(pagesOf(w.ahead)))
	}
	return pages + (1-good)*n + s.times.doubt(len(seconds)) + float64(s.left-len(seconds))
}

// openSeconds are the seconds of those not found and not missed.
func (s *search) openSeconds(want []wanted) []int64 {
	seconds := make([]int64, 0, min(len(want), s.left))
	for i := range want {
		if want[i].state == open {
			seconds = append(seconds, want[i].second)
		}
	}
	return seconds
}

// accountSize is the number of customers of the account, or the least it can be.
func (s *search) accountSize() int {
	if s.walk.total > 0 {
		return s.walk.total
	}
	sum := len(s.obs.opening)
	for _, c := range s.obs.opening {
		sum += c.Customers
	}
	return max(sum, s.walk.ahead+s.walk.stretch, len(s.want))
}

// aheadSize is the number of customers behind the last page, of the whole account before the first.
func (s *search) aheadSize() int {
	if s.walk.ahead >= 0 && s.walk.from >= 0 {
		return max(s.walk.ahead, 1)
	}
	return s.accountSize()
}

// blockSpan is the time that a page covers on average, in seconds. Before a page has told, customers are taken to have come evenly since
// the oldest id that is known.
func (s *search) blockSpan() float64 {
	if s.walk.density > 0 {
		return pageSize / s.walk.density
	}
	return pageSize * float64(s.age()) / float64(s.accountSize())
}

// dates notes the oldest and the newest second of any id that is known.
func (s *search) dates() {
	s.oldest, s.newest = math.MaxInt64, time.Now().Unix()
	note := func(second int64) {
		if second > 0 {
			s.oldest, s.newest = min(s.oldest, second), max(s.newest, second)
		}
	}
	for id := range s.obs.opening {
		note(idSecond(id))
	}
	for i := range s.want {
		note(s.want[i].second)
	}
}

// age is how long the account has existed at least, in seconds.
func (s *search) age() int64 { return max(s.newest-s.oldest, 1) }

// groupCost remembers what a list costs as long as so many of its customers are left.
type groupCost struct {
	left  int
	known bool
	pages float64
}

// leftover is how many are left after so many more are found.
func (s *search) leftover(found float64) float64 { return math.Max(float64(s.left)-found, 0) }

// likely is how many of a group's customers its list is expected to show, going by what it and the others have shown so far.
func (s *search) likely(g *group) float64 {
	const weight = 3
	all := (s.shown + weight) / (s.due + weight)
	return float64(g.left) * (g.found + weight*all) / (g.due + weight)
}

// groupCost is the number of pages that the rest of a sub-client's list takes.
func (s *search) groupCost(g *group) float64 {
	if !g.cost.known || g.cost.left != g.left {
		g.cost = groupCost{g.left, true, s.countPages(g)}
	}
	return g.cost.pages
}

// countPages counts them anew: leaping, when times can be relied on, or all of them.
func (s *search) countPages(g *group) float64 {
	pages := pagesOf(g.ahead)
	if s.o.Complete || s.times.good() <= 0.9 {
		return float64(pages)
	}
	seconds := make([]int64, 0, g.left)
	for _, i := range g.want[g.next:] {
		if !s.want[i].settled() {
			seconds = append(seconds, s.want[i].second)
		}
	}
	return float64(min(pages, greedy(seconds, pageSize*float64(s.age())/float64(max(g.ahead, 1)))))
}

// restCost is what finding n customers takes without lists of sub-clients.
func (s *search) restCost(n float64) float64 {
	s.estimate()
	ahead := float64(s.aheadSize())
	cost := n
	if e := s.leaping; e.customers > 0 && s.walk.waste <= wasteAllowed {
		good := s.times.good()
		cost = math.Min(cost, e.pages*blocks(good*n, ahead)/blocks(e.customers, ahead)+(1-good)*n)
	}
	return math.Min(cost, float64(pagesOf(s.accountSize())))
}

// leaping is what finding so many customers by leaping takes, in pages, when all are where their ids say.
type leaping struct {
	customers, pages float64
	next             int // answers after which it is to be estimated anew
}

// estimate refreshes the estimate, more rarely as more answers came: each costs a look at everything wanted.
func (s *search) estimate() {
	if s.answers < s.leaping.next {
		return
	}
	seconds := s.openSeconds(s.want)
	s.leaping = leaping{float64(len(seconds)), float64(greedy(seconds, s.blockSpan())), s.answers + 1 + s.answers/32}
}
