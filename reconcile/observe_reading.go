package reconcile

import (
	"fmt"
	"strings"

	"dakota-reconcile/dakota"
)

// Reading tells how an account was read, and what other ways would have cost.
type Reading struct {
	Requests dakota.Usage // that were sent
	Way      string       // what was done, a sentence
	Wanted   int          // ids looked for: customers, and targets that the summary does not name
	Found    int
	Missing  int // of which the API said that there are none
	OneByOne int // requests that one GET for each id takes
	Pages    int // requests that listing the whole account takes; 0 when its size is not known, in which case AtLeast says more
	AtLeast  int // pages it takes at least
}

// String is the reading in a sentence or two.
func (r Reading) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d requests", r.Requests.Total())
	if r.Way != "" {
		b.WriteString(": " + r.Way)
	}
	switch {
	case r.Pages > 0:
		fmt.Fprintf(&b, ". Listing the whole account: %d; one by one: %d", r.Pages, r.OneByOne)
	case r.AtLeast > 0:
		fmt.Fprintf(&b, ". Listing the whole account: at least %d; one by one: %d", r.AtLeast, r.OneByOne)
	case r.OneByOne > 0:
		fmt.Fprintf(&b, ". One by one: %d", r.OneByOne)
	}
	return b.String()
}
