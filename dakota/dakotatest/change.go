package dakotatest

import (
	"fmt"
	"slices"
	"time"
)

// landing is work that was begun and will be done later, whoever waits for it or not.
type landing struct {
	at time.Time
	do func(at time.Time)
}

// land has work done at a time. Nothing runs then: settle does the work when the account is next looked at, which nobody can tell apart.
func (s *Server) land(at time.Time, do func(time.Time)) {
	s.late = append(s.late, landing{at, do})
}

// settle does what has become due, in order of time.
func (s *Server) settle(now time.Time) {
	for {
		first := -1
		for i, l := range s.late {
			if !l.at.After(now) && (first < 0 || l.at.Before(s.late[first].at)) {
				first = i
			}
		}
		if first < 0 {
			return
		}
		l := s.late[first]
		s.late = slices.Delete(s.late, first, first+1)
		l.do(l.at)
	}
}

// workAt does a request's work at a time when nobody waits for the answer any more.
func (s *Server) workAt(at time.Time, v *visit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &v.fault
	if v.Kind == Patch && f.Drop != DropBefore && f.Hang != HangBefore && f.works() {
		s.land(at, func(at time.Time) { s.workLocked(v, at) })
	}
}

// make makes the change of a PATCH, unless the customer went away before a late landing.
func (s *Server) make(v *visit, r *record, to string, at time.Time) {
	if s.account.byID[r.ID] != r {
		return
	}
	from := s.alter(r, to, at, Change{By: v.Key, N: v.N})
	v.Made, v.From, v.To, v.Redundant = true, from, to, from == to
}

// alter makes a change and takes it down.
func (s *Server) alter(r *record, to string, at time.Time, c Change) (from string) {
	from = s.account.associate(r, to)
	if from != to || s.TouchAlways && c.By != Foreign {
		r.UpdatedAt = at.Add(s.Quota.Skew).Unix()
	}
	if from != to {
		c.At, c.CustomerID, c.From, c.To = at.UTC(), r.ID, from, to
		s.log.changes = append(s.log.changes, c)
	}
	return from
}

// Change associates a customer with a sub-client, or with none when that is "", as somebody else would in the dashboard. It panics when
// there is no such customer or sub-client.
func (s *Server) Change(customerID, subClientID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.settle(now)
	s.account.ready(s.Ties, s.HideDeleted)
	r := s.mustFind(customerID)
	if subClientID != "" && !s.mustFind(subClientID).IsSubClient {
		panic(fmt.Sprintf("dakotatest: %s is not a sub-client", subClientID))
	}
	s.alter(r, subClientID, now, Change{By: Foreign})
}

func (s *Server) mustFind(id string) *record {
	r := s.account.byID[id]
	if r == nil {
		panic(fmt.Sprintf("dakotatest: there is no customer %q", id))
	}
	return r
}
