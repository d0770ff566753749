package dakota

import (
	"net/http"
	"sync"
)

// meter counts requests as they are sent.
type meter struct {
	mu sync.Mutex
	u  Usage
}

// count takes down a request and the status of its answer, 0 for none.
func (m *meter) count(c call, status int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch c.kind {
	case KindList:
		m.u.List++
	case KindGet:
		m.u.Get++
	case KindSummary:
		m.u.Summary++
	case KindPatch:
		m.u.Patch++
	}
	if status == http.StatusTooManyRequests {
		m.u.Throttled++
	}
}

// retried takes down that one of the requests repeats another.
func (m *meter) retried() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.u.Retries++
}

func (m *meter) usage() Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.u
}
