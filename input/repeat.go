package input

// repeats finds rows about a customer that an earlier row is about. A million rows need some sixty megabytes: nothing in here is a
// pointer, and nothing is copied when it grows, except the index.
type repeats struct {
	index   index
	seen    [][]sighting // in pieces of a fixed size
	count   int32
	clashes []clash
}

const piece = 1 << 10 // sightings in a piece

// sighting is the first row about a customer.
type sighting struct {
	id       id
	target   int32 // a number for the wished sub-client; see targets
	row      int32
	conflict int32 // the first row that says something else; 0 for none
}

// clash is a later row about the same customer, or about one whose id differs only in case.
type clash struct {
	row   int32
	first int32 // number of the sighting
	kind  clashKind
}

type clashKind uint8

const (
	sameAgain clashKind = iota // the row says the same again
	otherWish                  // it says something else
	otherCase                  // it has the id in another case
)

func newRepeats() *repeats { return &repeats{index: newIndex()} }

func (r *repeats) at(n int32) *sighting { return &r.seen[n/piece][n%piece] }

// add takes down a row about a well-formed customer id. It returns the row of the first that says the same, 0 when this one is the first
// or says something else; conflicts are known when all rows are (see clashes).
func (r *repeats) add(customer string, target, row int32) int32 {
	key := id([]byte(customer))
	fold := int32(-1)
	at := r.index.start(key)
	for n, ok := r.index.next(&at); ok; n, ok = r.index.next(&at) {
		s := r.at(n)
		if s.id == key {
			return r.again(n, target, row)
		}
		if s.id.folded() == key.folded() {
			fold = n
		}
	}
	if r.count%piece == 0 {
		r.seen = append(r.seen, make([]sighting, piece))
	}
	*r.at(r.count) = sighting{id: key, target: target, row: row}
	r.index.put(at, r.count)
	r.count++
	if fold >= 0 {
		r.clashes = append(r.clashes, clash{row, fold, otherCase})
	}
	return 0
}

// rowOf returns the first row about a customer, 0 when there is none.
func (r *repeats) rowOf(customer string) int32 {
	key := id([]byte(customer))
	at := r.index.start(key)
	for n, ok := r.index.next(&at); ok; n, ok = r.index.next(&at) {
		if s := r.at(n); s.id == key {
			return s.row
		}
	}
	return 0
}

func (r *repeats) again(n, target, row int32) int32 {
	s := r.at(n)
	if s.target == target {
		r.clashes = append(r.clashes, clash{row, n, sameAgain})
		return s.row
	}
	if s.conflict == 0 {
		s.conflict = row
	}
	r.clashes = append(r.clashes, clash{row, n, otherWish})
	return 0
}
