package input

import (
	"hash/maphash"
	"strings"
)

// The numbers of wishes that are no sub-client.
const (
	noTarget  int32 = -1 // an empty cell
	badTarget int32 = -2 // a cell with a problem: it conflicts with whatever else is said of the customer
)

// targets numbers the sub-clients that a file names. A text that has a number is known to be a well-formed id.
type targets struct {
	seed    maphash.Seed
	numbers map[string]int32
	folds   map[uint64]int32 // by the hash without case: the number of the first spelling
	list    []target
}

type target struct {
	id    string
	row   int32 // where it was seen first
	other int32 // number+1 of an earlier target that differs only in case; 0 for none
}

func newTargets(seed maphash.Seed) *targets {
	return &targets{seed: seed, numbers: map[string]int32{}, folds: map[uint64]int32{}}
}

// known returns a text's number when it was added before.
func (t *targets) known(id string) (int32, bool) {
	n, ok := t.numbers[id]
	return n, ok
}

// add numbers a well-formed id that is not known yet.
func (t *targets) add(id string, row int32) int32 {
	id = strings.Clone(id) // not the whole row that it is cut from
	n := int32(len(t.list))
	entry := target{id: id, row: row}
	h := folded(t.seed, id)
	if first, ok := t.folds[h]; !ok {
		t.folds[h] = n
	} else if equalFold(t.list[first].id, id) {
		entry.other = first + 1
	}
	t.list = append(t.list, entry)
	t.numbers[id] = n
	return n
}
