package dakotatest

import (
	"cmp"
	"slices"
	"strings"
)

// Ties is the order of customers that are equal by the sort key: nothing in the contract says what it is.
type Ties int

const (
	TiesByID     Ties = iota // by id, byte by byte
	TiesFoldCase             // texts and ids compared as a database collation may: letters of both cases first taken as equal
	TiesReversed             // by id, from the last to the first
	TiesShuffled             // in an order that has nothing to do with ids, always the same
	TiesUnstable             // in another order with each request, as a database does that was not told one: pages may repeat or lose rows
)

// text compares two texts in the collation.
func (t Ties) text(a, b string) int {
	if t == TiesFoldCase {
		return compareFolded(a, b)
	}
	return strings.Compare(a, b)
}

// ids compares two ids that stand in a tie.
func (t Ties) ids(a, b string) int {
	switch t {
	case TiesFoldCase:
		return compareFolded(a, b)
	case TiesReversed:
		return strings.Compare(b, a)
	case TiesShuffled:
		return compareShuffled(a, b, 0)
	}
	return strings.Compare(a, b)
}

// compareFolded compares ASCII letters without regard to case, and only when all is equal puts small letters before capitals.
func compareFolded(a, b string) int {
	for i := range min(len(a), len(b)) {
		if c := cmp.Compare(lower(a[i]), lower(b[i])); c != 0 {
			return c
		}
	}
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return strings.Compare(b, a)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// compareShuffled compares by a hash of the ids, another one for each turn.
func compareShuffled(a, b string, turn uint64) int {
	if c := cmp.Compare(mix(hashText(a)^turn), mix(hashText(b)^turn)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// hashText is FNV-1a: the same in every process, so that what depends on it can be replayed.
func hashText(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// mix spreads a number's bits over the whole word (the finaliser of SplitMix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// order compares customers by a sort key; those it calls equal stand in a tie.
type order func(a, b *record) int

// orders are the values of sort_by, and how each compares.
func orders(t Ties, sortBy string) order {
	by := func(field func(*record) string) order {
		return func(a, b *record) int { return t.text(field(a), field(b)) }
	}
	switch sortBy {
	case "created_at":
		return func(a, b *record) int { return cmp.Compare(a.micros(), b.micros()) }
	case "id":
		return func(a, b *record) int { return t.text(a.ID, b.ID) }
	case "name":
		return by(func(r *record) string { return r.Name })
	case "kyb_status":
		return by(func(r *record) string { return r.KYBStatus })
	case "kyc_status":
		return by(func(r *record) string { return r.KYCStatus })
	case "customer_type":
		return by(func(r *record) string { return r.Type })
	case "application_status":
		return by(func(r *record) string { return r.ApplicationStatus })
	}
	return nil
}

// then breaks the order's ties.
func (o order) then(ids func(a, b string) int) order {
	return func(a, b *record) int {
		if c := o(a, b); c != 0 {
			return c
		}
		return ids(a.ID, b.ID)
	}
}

// index is a set of customers in an order.
type index struct {
	rows    []*record
	loose   bool // rows were added without regard to the order
	version int  // moves with every row that comes or goes
}

// append adds a row without looking for its place; tidy does that for many at once.
func (x *index) append(r *record) {
	x.rows, x.loose = append(x.rows, r), true
	x.version++
}

func (x *index) tidy(o order) {
	if x.loose {
		slices.SortFunc(x.rows, o)
		x.loose = false
	}
}

func (x *index) insert(r *record, o order) {
	x.tidy(o)
	i, _ := slices.BinarySearchFunc(x.rows, r, o)
	x.rows = slices.Insert(x.rows, i, r)
	x.version++
}

func (x *index) remove(r *record, o order) {
	x.tidy(o)
	if i, found := slices.BinarySearchFunc(x.rows, r, o); found {
		x.rows = slices.Delete(x.rows, i, i+1)
		x.version++
	}
}
