package reconcile

import (
	"sort"

	"dakota-reconcile/dakota"
)

// source tells where reading again finds a row's customer: 0 with a GET, up to lastPage on the unfiltered page of that number, beyond
// it in the place of a sub-client's list that spots names.
type source = int32

// spot is a place in a stretch of a sub-client's list.
type spot struct{ list, at int32 } // both from 0

// memberList is a stretch of a sub-client's list as it was read, without gaps.
type memberList struct {
	subClient string
	created   []int64 // of every customer it showed, in its order
}

// listing is a part of a sub-client's list to be read again: from the query on, until it has shown the last customer.
type listing struct {
	query   dakota.Query
	last    string
	created int64 // of that customer: beyond it, it is not there any more
}

// place notes the sources of the rows to be sent. A list serves only when none of them joins it: then its rows only leave it, in its own
// order, and how long it will be is known.
func (p *Plan) place(rows []int, seen *Observation) {
	p.sources = make([]source, len(p.Rows))
	p.pages, p.lists, p.spots = seen.pages, seen.lists, nil
	joined := map[string]bool{}
	for _, i := range rows {
		joined[p.Rows[i].SubClientID] = true
	}
	listed := make([]int, 0, len(rows))
	for _, i := range rows {
		s := seen.seen[p.Rows[i].CustomerID]
		p.sources[i] = s.page
		if s.page == 0 && s.list > 0 && !joined[p.Rows[i].PreviousID] && seen.lists[s.list-1].subClient == p.Rows[i].PreviousID {
			listed = append(listed, i)
		}
	}
	spotOf := func(i int) spot {
		s := seen.seen[p.Rows[i].CustomerID]
		return spot{s.list - 1, s.at}
	}
	sort.Slice(listed, func(a, b int) bool { return spotOf(listed[a]).before(spotOf(listed[b])) })
	for _, i := range listed {
		p.spots = append(p.spots, spotOf(i))
		p.sources[i] = source(len(p.pages) + len(p.spots))
	}
}

func (s spot) before(t spot) bool { return s.list < t.list || s.list == t.list && s.at < t.at }

// rereading adds up what reading rows again costs. Rows of the same page or list must be added together, those of a list in its order.
type rereading struct {
	p      *Plan
	others int // GETs, pages, and lists that are done with
	page   source
	rows   int // of the list being added
	first  spot
	last   spot
}

// rereading is what reading all the rows again costs.
func (p *Plan) rereading(rows []int) rereading {
	r := rereading{p: p}
	for _, i := range rows {
		r.add(i)
	}
	return r
}

// total is the number of requests.
func (r rereading) total() int { return r.others + r.listed() }

func (r *rereading) add(row int) {
	switch from := r.p.sources[row]; {
	case from == 0:
		r.others++
	case int(from) <= len(r.p.pages):
		if from != r.page {
			r.others, r.page = r.others+1, from
		}
	default:
		s := r.p.spots[int(from)-len(r.p.pages)-1]
		if r.rows == 0 || s.list != r.first.list {
			r.others, r.rows, r.first = r.total(), 0, s
		}
		r.rows, r.last = r.rows+1, s
	}
}

// listed is what the list being added costs: its pages, or a GET for each row when those are fewer.
func (r rereading) listed() int {
	if r.rows == 0 {
		return 0
	}
	return min(r.rows, r.p.listPages(r.first, r.last))
}

// listPages is the number of pages between two places of a list when the rows before the first have left it. The list is asked for from
// a second on, which other customers may share.
func (p *Plan) listPages(first, last spot) int {
	created := p.lists[first.list].created
	begin := spot{first.list, int32(sort.Search(len(created), func(i int) bool { return created[i] >= created[first.at] }))}
	place := func(s spot) int { return sort.Search(len(p.spots), func(i int) bool { return !p.spots[i].before(s) }) }
	left := place(first) - place(begin)
	return pagesOf(int(last.at-begin.at) + 1 - left)
}

// plot notes for a batch what to ask for, and what that costs: the pages that show at least two of its rows, and the parts of lists that
// have fewer pages than rows. The others are asked for one by one.
func (p *Plan) plot(b *Batch) {
	b.pages, b.lists, b.Requests = nil, nil, p.rereading(b.Rows).total()
	for k := 0; k < len(b.Rows); {
		n := p.together(b.Rows[k:])
		rows := b.Rows[k : k+n]
		k += n
		from := int(p.sources[rows[0]])
		switch {
		case from == 0:
		case from <= len(p.pages):
			if n > 1 {
				b.pages = append(b.pages, p.pages[from-1])
			}
		case p.rereading(rows).total() < n:
			first, last := &p.Rows[rows[0]], &p.Rows[rows[n-1]]
			q := dakota.Query{SubClientID: first.PreviousID, CreatedFrom: first.CreatedAt}
			b.lists = append(b.lists, listing{q, last.CustomerID, last.CreatedAt})
		}
	}
}

// together returns how many of the rows, from the first on, are found on the same page or in the same list.
func (p *Plan) together(rows []int) int {
	group := func(i int) source {
		if from := int(p.sources[i]); from > len(p.pages) {
			return -1 - p.spots[from-len(p.pages)-1].list
		}
		return p.sources[i]
	}
	n := 1
	for n < len(rows) && group(rows[n]) == group(rows[0]) {
		n++
	}
	return n
}
