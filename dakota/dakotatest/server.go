package dakotatest

import (
	"net/http"
	"sync"
	"time"
)

// Server is a Dakota account with the API in front of it. Its zero value is an empty account that takes any key.
//
// The fields are knobs. They are set before the first request, or later inside [Server.Adjust]. All methods may be called from many
// goroutines at a time.
type Server struct {
	// Keys are the API keys that are known; none: every key that is not empty. See also Revoke.
	Keys []string
	// Forbidden are known keys that are answered with 403.
	Forbidden []string
	// Quota is the rate limit of each key.
	Quota Quota

	// Faults decides what goes wrong with a request; nil: nothing. It is asked once for each request that the key and the quota let
	// pass, without a lock held, so it may call the server's methods.
	Faults func(Request) Fault
	// Latency is the time a request takes to come here and the answer to go back. It is asked before the request is counted: N and
	// Attempt are 0. A request whose client gives up while it is on its way never comes. See Jitter.
	Latency func(Request) (there, back time.Duration)
	// Down makes the connection fail before the request is sent, as when nobody listens: it does not count and is not recorded. It is
	// asked when Latency is. Through a socket it shows as a connection cut.
	Down func(Request) bool
	// Before is called when a request has passed key and quota, before anything is done for it.
	Before func(Request)
	// After is called when a request is done, before its answer leaves.
	After func(Exchange)

	// Ties is the order among customers that are equal by the key a list is sorted by, and the collation of texts.
	Ties Ties
	// Unassociated is how a customer without a sub-client shows it.
	Unassociated Absence
	// HideDeleted leaves deleted customers out of lists; a GET of one always finds it.
	HideDeleted bool
	// OmitEmptySubClients leaves sub-clients without customers out of the summary.
	OmitEmptySubClients bool
	// TouchAlways moves updated_at with a PATCH that changes nothing, too.
	TouchAlways bool
	// RefuseSubClients answers the association of a customer that is itself a sub-client with 400.
	RefuseSubClients bool
	// KeepHeaders keeps the headers of each request in the record, the key taken out.
	KeepHeaders bool

	mu      sync.Mutex
	account account
	log     journal
	windows map[string]*window
	revoked map[string]bool
	late    []landing
}

// Adjust runs f while no request is being looked at: the place to turn a knob of a server in use. f must not call the server's methods.
func (s *Server) Adjust(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// Revoke makes a key unknown from now on.
func (s *Server) Revoke(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.revoked == nil {
		s.revoked = map[string]bool{}
	}
	s.revoked[key] = true
}

// Spend takes n requests from the key's present window, as another program with the same key would.
func (s *Server) Spend(key string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Quota.clock()
	w := s.window(key)
	s.Quota.roll(w, now)
	w.used += n
}

// Reset forgets every request, change, attempt, window and revocation, and drops changes that have yet to land. The account stays as it is.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(time.Now())
	s.log, s.windows, s.revoked, s.late = journal{}, nil, nil, nil
}

func (s *Server) window(key string) *window {
	if s.windows == nil {
		s.windows = map[string]*window{}
	}
	w := s.windows[key]
	if w == nil {
		w = &window{}
		s.windows[key] = w
	}
	return w
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, err := s.exchange(r)
	if err != nil {
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	a.serve(w, r)
}
