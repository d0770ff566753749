package reconcile

import (
	"iter"
	"strings"
)

const (
	slips    = 2    // characters that may differ
	hintsFor = 1000 // missing ids that are compared with others; a sheet with more is wrong as a whole
)

// meanings finds for missing ids the one of the ids that exist which differs only in case or by a slip of one or two characters. Of
// several the closest counts, then the first in order of text.
func meanings(missing map[string]bool, exist iter.Seq[string]) map[string]string {
	if len(missing) == 0 || len(missing) > hintsFor {
		return nil
	}
	// Two slips leave at least one third of an id as it is, so that thirds find all candidates without comparing each with each.
	thirds := map[string][]string{}
	for id := range missing {
		for _, key := range hintKeys(id) {
			thirds[key] = append(thirds[key], id)
		}
	}
	type meaning struct {
		id       string
		distance int
	}
	best := map[string]meaning{}
	for id := range exist {
		for _, key := range hintKeys(id) {
			for _, m := range thirds[key] {
				d := distance(m, id)
				old, ok := best[m]
				if d <= slips && (!ok || d < old.distance || d == old.distance && id < old.id) {
					best[m] = meaning{id, d}
				}
			}
		}
	}
	hints := make(map[string]string, len(best))
	for id, m := range best {
		hints[id] = m.id
	}
	return hints
}

// hintKeys are an id's thirds with their places, without regard to case.
func hintKeys(id string) []string {
	if len(id) != idLength {
		return nil
	}
	id = strings.ToLower(id)
	return []string{"0" + id[:9], "1" + id[9:18], "2" + id[18:]}
}

// distance is 0 for ids that differ only in case, else the number of places with different characters.
func distance(a, b string) int {
	if strings.EqualFold(a, b) {
		return 0
	}
	n := 0
	for i := range len(a) {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}
