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
	OneByOne int          // requests that one GET for each id takes: customers, and targets that the summary does not name
	Pages    int          // requests that listing the whole account takes; 0 when its size is not known, in which case AtLeast says more
	AtLeast  int          // pages it takes at least
}

// steps are the pages taken in each way, for the sentence that tells it.
type steps struct {
	lists, members int // sub-clients listed, and pages of their lists
	leapt, full    int // pages of the account, leaping and end to end
	looked         int // customers looked up one by one
	given          bool
}

// sentence says what was done.
func (s steps) sentence() string {
	var parts []string
	if s.members > 0 {
		parts = append(parts, "read "+counted(s.members, "page", "pages")+" of the members of "+counted(s.lists, "sub-client", "sub-clients"))
	}
	if s.leapt > 0 {
		parts = append(parts, "read "+counted(s.leapt, "page", "pages")+" of the account where the customers' creation times are")
	}
	if s.full > 0 {
		parts = append(parts, "read the account from end to end in "+counted(s.full, "page", "pages"))
	}
	if s.looked > 0 {
		parts = append(parts, "looked up "+counted(s.looked, "customer", "customers")+" by id")
	}
	if s.given {
		parts = append(parts, "gave up because nearly no id exists")
	}
	return strings.Join(parts, ", ")
}

// counted is a number with its noun: "1 page", "3 pages".
func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
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
