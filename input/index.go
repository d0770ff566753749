package input

import "hash/maphash"

// index finds entries by their id, whatever its case, in a table of numbers alone: a row costs one look into memory, where a map costs
// several. Entries with the same hash are all offered; whether they are the same is for the caller to see.
type index struct {
	seed  maphash.Seed // another each time, so that no file can be made to collide; what is found does not depend on it
	slots []uint64     // the low half of the hash above, the entry's number + 1 below; 0 for a free slot
	used  int
}

// probe is a search on its way.
type probe struct {
	tag  uint32 // the low half of the hash
	slot uint32 // where to look next
}

func newIndex() index { return index{seed: maphash.MakeSeed(), slots: make([]uint64, 1<<10)} }

// start begins a search.
func (x *index) start(key id) probe {
	f := key.folded()
	h := uint32(maphash.Bytes(x.seed, f[:]))
	return probe{h, h & x.mask()}
}

func (x *index) mask() uint32 { return uint32(len(x.slots) - 1) }

// next gives the next entry with the hash, false when there is none left; then put takes a new one.
func (x *index) next(p *probe) (int32, bool) {
	for {
		s := x.slots[p.slot]
		if s == 0 {
			return 0, false
		}
		p.slot = (p.slot + 1) & x.mask()
		if uint32(s>>32) == p.tag {
			return int32(uint32(s)) - 1, true
		}
	}
}

// put adds an entry where a search has ended.
func (x *index) put(p probe, number int32) {
	x.slots[p.slot] = uint64(p.tag)<<32 | uint64(uint32(number+1))
	if x.used++; x.used > len(x.slots)/4*3 {
		x.grow()
	}
}

func (x *index) grow() {
	old := x.slots
	x.slots = make([]uint64, 2*len(old))
	for _, s := range old {
		if s == 0 {
			continue
		}
		at := uint32(s>>32) & x.mask()
		for x.slots[at] != 0 {
			at = (at + 1) & x.mask()
		}
		x.slots[at] = s
	}
}
