package dakota

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// fewRefusals are those that say nothing yet: the server names a time for each, and that may be long.
const fewRefusals = 5

// refusals notices that nothing gets through any more: every answer has been a 429 for longer than allowed.
type refusals struct {
	most time.Duration // 0: for ever

	mu    sync.Mutex
	met   bool      // the API has answered as it should before
	n     int       // since the last other answer
	since time.Time // of the first of them
}

// note takes down the status of an answer.
func (r *refusals) note(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.met = r.met || status == http.StatusOK
	switch {
	case status != http.StatusTooManyRequests:
		r.n = 0
	case r.n == 0:
		r.n, r.since = 1, time.Now()
	default:
		r.n++
	}
}

// known tells whether the API has answered before: an address that never did is more likely wrong than down.
func (r *refusals) known() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.met
}

// verdict returns the error with which to give up, nil for going on.
func (r *refusals) verdict() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.most == 0 || r.n < fewRefusals || time.Since(r.since) < r.most {
		return nil
	}
	return notSent(fmt.Errorf("%w, for %s", ErrThrottled, time.Since(r.since).Round(time.Second)))
}
