package dakotatest

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"time"
)

// Kind is which of the calls a request is.
type Kind string

const (
	List    Kind = "list"    // GET /customers
	Get     Kind = "get"     // GET /customers/{id}
	Summary Kind = "summary" // GET /customers/sub-client-summary
	Patch   Kind = "patch"   // PATCH /customers/{id}/sub-client
	Other   Kind = "other"   // anything else
)

// Request is a request as it came in.
type Request struct {
	N          int // its number in the order of arrival, from 1
	Attempt    int // how often this same request (method, address, body) has passed key and quota, from 1; 0 when it was refused there
	Kind       Kind
	Method     string
	Host       string
	Path       string
	Query      string // as it was written
	Body       string
	CustomerID string // in the path; "" in other kinds
	At         time.Time
	Key        string      // a fingerprint of the key, never itself; "" when there was none
	Header     http.Header // without the key; nil unless KeepHeaders
}

// identity is what makes two requests the same, as a number.
func (r Request) identity() uint64 {
	h := hashText(r.Method)
	for _, part := range [...]string{r.Path, r.Query, r.Body} {
		h = mix(h) ^ hashText(part)
	}
	return h
}

// Exchange is a request and what became of it.
type Exchange struct {
	Request
	Status    int       // of the answer; 0 when there was none
	RequestID string    // in the answer
	Ended     time.Time // zero while it is being worked on
	Throttled bool      // refused by the quota
	Made      bool      // a PATCH that did what it asked; with LateLanding, from when it has
	Redundant bool      // Made, though the customer was so already
	From, To  string    // of a PATCH that was made: the sub-client before and after
}

// Change is a change of an association.
type Change struct {
	At         time.Time
	CustomerID string
	From, To   string // sub-clients, "" for none
	By         string // the fingerprint of the key; Foreign for Server.Change
	N          int    // the number of the request; 0 for Server.Change
}

// Foreign is who makes the changes of Server.Change.
const Foreign = "somebody else"

// Counts are the requests that came in, by kind.
type Counts struct {
	List, Get, Summary, Patch, Other int
	Throttled                        int // of all these, refused by the quota
}

// Total is the number of requests.
func (c Counts) Total() int { return c.List + c.Get + c.Summary + c.Patch + c.Other }

// journal is the record. It is guarded by Server.mu.
type journal struct {
	requests []*Exchange
	changes  []Change
	counts   Counts
	attempts map[uint64]int
	prints   map[string]string // fingerprints of keys
}

// Requests are the requests so far in the order of arrival. Those still worked on have no Ended.
func (s *Server) Requests() []Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(time.Now())
	all := make([]Exchange, len(s.log.requests))
	for i, x := range s.log.requests {
		all[i] = *x
	}
	return all
}

// Changes are the changes of associations so far, in order, by whomever. A PATCH that changes nothing is none.
func (s *Server) Changes() []Change {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(time.Now())
	return slices.Clone(s.log.changes)
}

// Counts are the requests so far, by kind.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.counts
}

// Busiest is the greatest number of requests that the quota granted within any stretch of so much time.
func (s *Server) Busiest(stretch time.Duration) (most int) {
	var granted []time.Time
	for _, x := range s.Requests() {
		if x.Attempt > 0 {
			granted = append(granted, x.At)
		}
	}
	first := 0
	for last, at := range granted {
		for at.Sub(granted[first]) >= stretch {
			first++
		}
		most = max(most, last-first+1)
	}
	return most
}

// Fingerprint is what stands for a key in the record.
func Fingerprint(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:4])
}

// print is Fingerprint, remembered.
func (j *journal) print(key string) string {
	if key == "" {
		return ""
	}
	if j.prints == nil {
		j.prints = map[string]string{}
	}
	p := j.prints[key]
	if p == "" {
		p = Fingerprint(key)
		j.prints[key] = p
	}
	return p
}

func (j *journal) enter(x *Exchange) {
	x.N = len(j.requests) + 1
	j.requests = append(j.requests, x)
	switch x.Kind {
	case List:
		j.counts.List++
	case Get:
		j.counts.Get++
	case Summary:
		j.counts.Summary++
	case Patch:
		j.counts.Patch++
	default:
		j.counts.Other++
	}
}

// attempt counts how often the same request was seen.
func (j *journal) attempt(r Request) int {
	if j.attempts == nil {
		j.attempts = map[uint64]int{}
	}
	id := r.identity()
	j.attempts[id]++
	return j.attempts[id]
}
