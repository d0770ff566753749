package reconcile

// repeatOutcomes gives each row that repeats an earlier one that row's outcome. It was never sent itself, so it has no attempts.
func repeatOutcomes(rows []Result) {
	var first map[int32]int // row number → index, of the rows that are sent themselves
	for i := range rows {
		r := &rows[i]
		if r.Same == 0 {
			continue
		}
		if first == nil {
			first = firstRows(rows)
		}
		if j, ok := first[r.Same]; ok {
			*r = mirror(r.Assignment, rows[j])
		}
	}
}

// firstRows returns where the rows stand that others may repeat, by row number.
func firstRows(rows []Result) map[int32]int {
	first := make(map[int32]int, len(rows))
	for i := range rows {
		if rows[i].Row > 0 && rows[i].Same == 0 {
			first[rows[i].Row] = i
		}
	}
	return first
}
