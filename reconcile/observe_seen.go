package reconcile

import (
	"time"

	"dakota-reconcile/dakota"
)

// Seen is a customer as an answer of the API told it, and when.
type Seen struct {
	Customer dakota.Customer
	At       time.Time

	page int32 // the unfiltered page that shows it, from 1; 0: none does
	list int32 // the stretch of a sub-client's list that shows it, from 1; 0: none does
	at   int32 // its place there, from 0
}

// Observation is what was found out about an account: all that a plan needs to know. It is not for concurrent use.
type Observation struct {
	// Reading tells how it was found out.
	Reading Reading
	// Until is when the last answer came.
	Until time.Time

	seen    map[string]Seen
	missing map[string]bool
	// unreadable are the customers whose lookup failed though the API answers others, and why.
	unreadable map[string]string
	opening    map[string]dakota.SubClient // nil when the API has no summary
	hints      map[string]string           // of missing ids: the observed id that differs by a slip
	pages      []dakota.Query              // the unfiltered pages that were read, for reading them again
	lists      []memberList                // the stretches of sub-clients' lists that were read, likewise
}

// Customer returns what was seen of a customer; false when nothing was.
func (o *Observation) Customer(id string) (Seen, bool) {
	s, ok := o.seen[id]
	return s, ok
}

// Missing tells whether the API said that there is no such customer.
func (o *Observation) Missing(id string) bool { return o.missing[id] }

// SubClient returns the summary's line for a sub-client; false when it has none.
func (o *Observation) SubClient(id string) (dakota.SubClient, bool) {
	s, ok := o.opening[id]
	return s, ok
}

// see takes down an answer, with the place where a page showed it; of two answers about one customer the later one counts.
func (o *Observation) see(now Seen) {
	old, ok := o.seen[now.Customer.ID]
	if ok && old.At.After(now.At) {
		return
	}
	if now.page == 0 {
		now.page = old.page
	}
	if now.list == 0 {
		now.list, now.at = old.list, old.at
	}
	o.seen[now.Customer.ID] = now
	delete(o.missing, now.Customer.ID)
	if now.At.After(o.Until) {
		o.Until = now.At
	}
}

// name returns a sub-client's name, "" when nothing tells it.
func (o *Observation) name(id string) string {
	if s, ok := o.opening[id]; ok {
		return s.Name
	}
	if s, ok := o.seen[id]; ok && s.Customer.IsSubClient {
		return s.Customer.Name
	}
	return ""
}

// describe names a sub-client in a sentence.
func (o *Observation) describe(id string) string {
	if id == "" {
		return "no sub-client"
	}
	if name := o.name(id); name != "" {
		return name + " (" + id + ")"
	}
	return id
}

// target returns what is wrong with a wished sub-client, nil when nothing is.
func (o *Observation) target(id string) *Problem {
	if _, ok := o.opening[id]; ok || id == "" {
		return nil
	}
	s, ok := o.seen[id]
	switch {
	case !ok && !o.missing[id]:
		return &Problem{"sub_client_not_read", "the sub-client " + id + " was not looked up: nearly none of the input's ids exist in this account"}
	case !ok:
		return &Problem{"sub_client_not_found", "no sub-client of this account has the id " + id + o.hint(id)}
	case !s.Customer.IsSubClient:
		return &Problem{"not_a_sub_client", id + " is a customer but no sub-client: only a customer designated as one at its creation can be named here"}
	case s.Customer.DeletedAt != 0:
		return &Problem{"sub_client_deleted", "the sub-client " + id + " was deleted on " + day(s.Customer.DeletedAt)}
	}
	return nil
}

// hint proposes the id that was meant instead of a missing one.
func (o *Observation) hint(id string) string {
	if meant := o.hints[id]; meant != "" {
		return "; did you mean " + meant + "?"
	}
	return ""
}

// members returns the customers seen in the sub-clients that the assignments name, in no order.
func (o *Observation) members(assignments []Assignment) []Seen {
	named := namedSubClients(assignments)
	var all []Seen
	for _, s := range o.seen {
		if named[s.Customer.SubClientID] {
			all = append(all, s)
		}
	}
	return all
}

// namedSubClients are the sub-clients of rows that can be used.
func namedSubClients(assignments []Assignment) map[string]bool {
	named := map[string]bool{}
	for _, a := range assignments {
		if a.SubClientID != "" && a.Problem == nil && !a.Keep {
			named[a.SubClientID] = true
		}
	}
	return named
}
