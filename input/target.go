package input

import "strings"

// The numbers of wishes that are no sub-client.
const (
	noTarget  int32 = -1 // an empty cell
	badTarget int32 = -2 // a cell with a problem: it conflicts with whatever else is said of the customer
)

// targets numbers the sub-clients that a file names. A text that has a number is known to be a well-formed id.
type targets struct {
	numbers map[string]int32
	index   index
	list    []target
}

type target struct {
	id    string
	row   int32 // where it was seen first
	other int32 // number+1 of an earlier target that differs only in case; 0 for none
}

func newTargets() *targets { return &targets{numbers: map[string]int32{}, index: newIndex()} }

// add numbers a well-formed id that has no number yet.
func (t *targets) add(s string, row int32) int32 {
	entry := target{id: strings.Clone(s), row: row} // a clone: not the whole row that it is cut from
	key := id([]byte(s))
	at := t.index.start(key)
	for n, ok := t.index.next(&at); ok; n, ok = t.index.next(&at) {
		if entry.other == 0 && id([]byte(t.list[n].id)).folded() == key.folded() {
			entry.other = n + 1
		}
	}
	number := int32(len(t.list))
	t.index.put(at, number)
	t.list = append(t.list, entry)
	t.numbers[entry.id] = number
	return number
}
