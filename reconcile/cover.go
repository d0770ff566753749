package reconcile

import (
	"math"
	"slices"
	"sort"

	"dakota-reconcile/dakota"
)

// pageSize is the number of customers a page shows.
const pageSize = dakota.PageSize

// pagesOf is the number of pages that list so many customers.
func pagesOf(customers int) int { return (max(customers, 0) + pageSize - 1) / pageSize }

// blocks is how many blocks of a page a greedy walk is expected to need for n customers scattered evenly among total: a block covers a
// hundred, then the walk leaps over total/n to the next. It is at most n, and at most total/100.
func blocks(n, total float64) float64 {
	if n <= 0 || total <= 0 {
		return 0
	}
	return n * total / (pageSize*n + total)
}

// greedy counts the blocks that cover all seconds (ascending) when a block spans so many seconds.
func greedy(seconds []int64, span float64) int {
	n := 0
	for i := 0; i < len(seconds); n++ {
		end := float64(seconds[i]) + span
		i += sort.Search(len(seconds)-i, func(k int) bool { return float64(seconds[i+k]) > end })
		if span <= 0 {
			return len(seconds)
		}
	}
	return n
}

// timing is what is known about created_at beside the second inside the id: most customers' created_at − id second lies in [lo, hi].
// Only the order of questions depends on it.
type timing struct {
	samples []int64 // differences seen lately, of wanted customers and others
	lo, hi  int64
	share   float64 // of the samples that lie in [lo, hi]
	hits    int     // wanted customers that were where their id said
	misses  int     // wanted customers that were not
}

const (
	timingSamples = 1000 // the last so many differences count
	timingWidth   = 10   // seconds that lo and hi may lie apart in any account
	timingWeight  = 5    // wanted customers as whose fate that of all others counts
)

// newTiming believes the ids until an answer says otherwise.
func newTiming() timing { return timing{lo: -3, hi: 3, share: 1} }

// learn takes differences down and finds the densest stretch of at most width seconds among the last ones.
func (t *timing) learn(differences []int64, width int64) {
	if len(differences) == 0 {
		return
	}
	t.samples = append(t.samples, differences...)
	if extra := len(t.samples) - timingSamples; extra > 0 {
		t.samples = slices.Delete(t.samples, 0, extra)
	}
	sorted := slices.Clone(t.samples)
	slices.Sort(sorted)
	best, from, width := 0, 0, max(width, timingWidth)
	for end := range sorted {
		for sorted[end]-sorted[from] > width {
			from++
		}
		if n := end - from + 1; n > best {
			best, t.lo, t.hi = n, sorted[from], sorted[end]
		}
	}
	t.share = float64(best) / float64(len(sorted))
}

// judge takes down whether a wanted customer was created when its id says.
func (t *timing) judge(second, created int64) {
	if created >= t.earliest(second) && created <= t.latest(second) {
		t.hits++
	} else {
		t.misses++
	}
}

// margin widens [lo, hi], which the next customer may exceed a little.
func (t *timing) margin() int64 { return max(1, (t.hi-t.lo)/4) }

// earliest and latest bound the created_at that an id with this second should have.
func (t *timing) earliest(second int64) int64 { return second + t.lo - t.margin() }
func (t *timing) latest(second int64) int64   { return second + t.hi + t.margin() }

// good is the share of wanted customers expected where their ids say. What happened to wanted ones weighs more than what others show.
func (t *timing) good() float64 {
	return (t.share*timingWeight + float64(t.hits)) / float64(timingWeight+t.hits+t.misses)
}

// stray is the share of wanted customers that may be anywhere, carefully estimated: half a customer more than was seen.
func (t *timing) stray() float64 {
	return 1 - t.good() + 0.5/float64(timingWeight+t.hits+t.misses)
}

// doubt is how many of n wanted customers more than expected may turn out not to be where their ids say (three standard deviations).
func (t *timing) doubt(n int) float64 {
	g := t.good()
	return 3 * math.Sqrt(float64(n)*g*(1-g))
}
