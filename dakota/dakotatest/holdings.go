package dakotatest

import (
	"fmt"
	"time"
)

// Add takes customers in. It panics on an id that is malformed or taken.
func (s *Server) Add(customers ...Customer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account.ready(s.Ties, s.HideDeleted)
	for _, c := range customers {
		s.account.add(c)
	}
}

// Edit changes a customer in any way but its id, as somebody else would. It panics when there is none.
func (s *Server) Edit(customerID string, edit func(*Customer)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.settle(now)
	s.account.ready(s.Ties, s.HideDeleted)
	r := s.mustFind(customerID)
	s.account.leave(r)
	from := r.SubClientID
	edit(&r.Customer)
	to := r.SubClientID
	r.ID, r.SubClientID = customerID, from
	s.account.enter(r)
	s.alter(r, to, now, Change{By: Foreign})
}

// Remove takes a customer out of the account altogether: it is unknown from now on. It panics when there is none, and for a sub-client
// that has customers.
func (s *Server) Remove(customerID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(time.Now())
	s.account.ready(s.Ties, s.HideDeleted)
	r := s.mustFind(customerID)
	if x := s.account.members[customerID]; x != nil && len(x.rows) > 0 {
		panic(fmt.Sprintf("dakotatest: sub-client %s still has customers", customerID))
	}
	s.account.leave(r)
	delete(s.account.byID, customerID)
}

// Customer is one customer as it is now.
func (s *Server) Customer(id string) (Customer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(time.Now())
	r := s.account.byID[id]
	if r == nil {
		return Customer{}, false
	}
	return r.Customer, true
}

// Customers are all customers that lists show, sub-clients included, in order of creation.
func (s *Server) Customers() []Customer {
	return s.snapshot(func(a *account) *index { return &a.listed })
}

// SubClients are the sub-clients that lists show, in order of creation.
func (s *Server) SubClients() []Customer {
	return s.snapshot(func(a *account) *index { return &a.subs })
}

// Members are the customers of a sub-client that lists show, in order of creation.
func (s *Server) Members(subClientID string) []Customer {
	return s.snapshot(func(a *account) *index { return a.of(subClientID) })
}

func (s *Server) snapshot(which func(*account) *index) []Customer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(time.Now())
	s.account.ready(s.Ties, s.HideDeleted)
	x := which(&s.account)
	x.tidy(s.account.natural())
	all := make([]Customer, len(x.rows))
	for i, r := range x.rows {
		all[i] = r.Customer
	}
	return all
}

// Associations are the sub-clients of all customers by customer id, "" for none.
func (s *Server) Associations() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(time.Now())
	all := make(map[string]string, len(s.account.byID))
	for id, r := range s.account.byID {
		all[id] = r.SubClientID
	}
	return all
}
