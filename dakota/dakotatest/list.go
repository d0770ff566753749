package dakotatest

import (
	"slices"
	"sort"
	"strings"
)

// view is the answer to a filter, kept as long as nothing moves it.
type view struct {
	rows    []*record
	version int // of the index it was made from
}

// maxViews bounds the memory that remembered views take.
const maxViews = 16

// page is what a list request is answered with.
type page struct {
	rows          []*record
	total         int
	before, after bool
}

// list finds a page. ok is false when the cursor is not a customer. turn is a number that differs from request to request.
func (a *account) list(q listQuery, turn uint64) (p page, ok bool) {
	rows, o := a.rows(q.filter)
	ids := a.ties.ids
	if a.ties == TiesUnstable {
		ids = func(x, y string) int { return compareShuffled(x, y, mix(turn+1)) }
		rows = slices.Clone(rows)
		slices.SortFunc(rows, o.then(ids))
	}
	start, end := 0, len(rows)
	if id := q.after + q.before; id != "" {
		cursor := a.byID[id]
		if cursor == nil {
			return page{}, false
		}
		start, end = cut(rows, cursor, o.then(ids), (q.after != "") != q.descending)
	}
	fromEnd := q.descending != (q.before != "")
	if fromEnd {
		start = max(start, end-q.limit)
	} else {
		end = min(end, start+q.limit)
	}
	p = page{rows: slices.Clone(rows[start:end]), total: len(rows), before: start > 0, after: end < len(rows)}
	if q.descending {
		slices.Reverse(p.rows)
		p.before, p.after = p.after, p.before
	}
	return p, true
}

// cut is the part of the rows above or below the cursor, itself excluded. The cursor need not be among the rows: somebody may have moved
// it between two pages.
func cut(rows []*record, cursor *record, o order, above bool) (start, end int) {
	i, found := slices.BinarySearchFunc(rows, cursor, o)
	if !above {
		return 0, i
	}
	if found {
		i++
	}
	return i, len(rows)
}

// rows are the customers of a filter in its order, and that order.
func (a *account) rows(f filter) ([]*record, order) {
	base := &a.listed
	switch {
	case f.subClientID != "":
		base = a.members[f.subClientID]
		if base == nil {
			base = &index{}
		}
	case f.isSubClient == "true":
		base = &a.subs
	}
	base.tidy(a.natural())
	o := orders(a.ties, f.sortBy)
	if f.direct() {
		lo := sort.Search(len(base.rows), func(i int) bool { return base.rows[i].micros() >= f.from })
		hi := sort.Search(len(base.rows), func(i int) bool { return base.rows[i].micros() > f.to })
		return base.rows[lo:max(lo, hi)], o
	}
	return a.view(f, base, o), o
}

// direct reports whether an index answers the filter as it stands.
func (f filter) direct() bool {
	extra := f.kybStatus + f.search + f.externalID
	return f.sortBy == "created_at" && extra == "" && (f.isSubClient == "" || f.isSubClient == "true" && f.subClientID == "")
}

func (a *account) view(f filter, base *index, o order) []*record {
	if v := a.views[f]; v != nil && v.version == base.version {
		return v.rows
	}
	if a.views == nil || len(a.views) >= maxViews {
		a.views = map[filter]*view{}
	}
	search := strings.ToLower(f.search)
	v := &view{version: base.version}
	for _, r := range base.rows {
		if f.has(r, search) {
			v.rows = append(v.rows, r)
		}
	}
	slices.SortFunc(v.rows, o.then(a.ties.ids))
	a.views[f] = v
	return v.rows
}

// has reports whether the customer passes what an index did not decide.
func (f filter) has(r *record, search string) bool {
	m := r.micros()
	return m >= f.from && m <= f.to &&
		(f.isSubClient == "" || (f.isSubClient == "true") == r.IsSubClient) &&
		(f.kybStatus == "" || f.kybStatus == r.KYBStatus) &&
		(f.externalID == "" || f.externalID == r.ExternalID) &&
		(search == "" || strings.Contains(strings.ToLower(r.Name+"\n"+r.Email+"\n"+r.ExternalID), search))
}
