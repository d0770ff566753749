package input

import (
	"hash/maphash"

	"github.com/segmentio/ksuid"
)

// repeats finds rows about a customer that an earlier row is about, among a million rows in a few dozen megabytes: ids are kept as
// their 20 bytes, and looked up by a hash of their text without its case.
type repeats struct {
	seed    maphash.Seed
	first   map[uint64]int32 // index in seen of the latest entry with that hash
	seen    []sighting
	clashes []clash
}

// sighting is the first row about a customer.
type sighting struct {
	id       ksuid.KSUID
	target   int32 // a number for the wished sub-client; see targets
	row      int32
	next     int32 // index+1 of the entry before with the same hash: an id that differs in case only
	conflict int32 // the first row that says something else; 0 for none
}

// clash is a later row about the same customer, or about one whose id differs only in case.
type clash struct {
	row   int32
	first int32 // index in seen
	kind  clashKind
}

type clashKind uint8

const (
	sameAgain clashKind = iota // the row says the same again
	otherWish                  // it says something else
	otherCase                  // it has the id in another case
)

func newRepeats() *repeats {
	return &repeats{seed: maphash.MakeSeed(), first: map[uint64]int32{}}
}

// folded is the hash of an id's text without its case; the hash's seed changes nothing that is found.
func folded(seed maphash.Seed, id string) uint64 {
	var b [27]byte
	for i := range b {
		c := id[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		b[i] = c
	}
	return maphash.Bytes(seed, b[:])
}

// add takes down a row about a well-formed customer id. It returns the row of the first that says the same, 0 when this one is the first
// or says something else; conflicts are known when all rows are (see clashes).
func (r *repeats) add(id string, target, row int32) int32 {
	key, err := ksuid.Parse(id)
	if err != nil {
		return 0 // not reached: the caller has checked the id
	}
	h := folded(r.seed, id)
	head := r.first[h]
	fold := int32(-1)
	for i := head - 1; i >= 0; i = r.seen[i].next - 1 {
		s := &r.seen[i]
		if s.id == key {
			return r.again(i, target, row)
		}
		if equalFold(s.id.String(), id) {
			fold = i
		}
	}
	r.seen = append(r.seen, sighting{id: key, target: target, row: row, next: head})
	r.first[h] = int32(len(r.seen))
	if fold >= 0 {
		r.clashes = append(r.clashes, clash{row, fold, otherCase})
	}
	return 0
}

func (r *repeats) again(i, target, row int32) int32 {
	s := &r.seen[i]
	if s.target == target {
		r.clashes = append(r.clashes, clash{row, i, sameAgain})
		return s.row
	}
	if s.conflict == 0 {
		s.conflict = row
	}
	r.clashes = append(r.clashes, clash{row, i, otherWish})
	return 0
}

// equalFold compares two ids without case. (strings.EqualFold would fold by Unicode; ids are ASCII.)
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		x, y := a[i], b[i]
		if x >= 'A' && x <= 'Z' {
			x |= 0x20
		}
		if y >= 'A' && y <= 'Z' {
			y |= 0x20
		}
		if x != y {
			return false
		}
	}
	return true
}
