package input

// bits is a set of small numbers.
type bits []uint64

// set adds n and says whether it is new.
func (b *bits) set(n int) bool {
	i, bit := n/64, uint64(1)<<(n%64)
	for len(*b) <= i {
		*b = append(*b, 0)
	}
	isNew := (*b)[i]&bit == 0
	(*b)[i] |= bit
	return isNew
}

func (b bits) has(n int) bool { return n/64 < len(b) && b[n/64]&(1<<(n%64)) != 0 }
