package dakotatest

import (
	"net/http"
	"strconv"
	"time"
)

// Quota is the rate limit of a key: so many requests in each window. Its zero value is the documented one: 60 requests in each minute
// of the clock, told with the current headers, refusals as a problem with Retry-After.
type Quota struct {
	// Limit is the number of requests in a window; 0 for 60, negative for no limit (and no headers).
	Limit int
	// Window is the length of a window; 0 for a minute.
	Window time.Duration
	// FromFirst starts a window with the first request after the last window's end, instead of on a grid of the server's clock.
	FromFirst bool
	// ChargeRefused takes each refused request from the next window.
	ChargeRefused bool
	// Others is the number of requests in each window that other programs spend with the same key, evenly over the window.
	Others float64
	// Dialect is the set of headers that tell about the window.
	Dialect Dialect
	// RoundDown rounds the seconds in Reset and Retry-After down instead of up: who obeys them comes too early.
	RoundDown bool
	// Skew is how far the server's clock is ahead. It shows in Date, in Reset, and in where windows begin.
	Skew time.Duration
	// Refusal is the form of a 429's body.
	Refusal Form
}

// Dialect is a set of rate limit headers.
type Dialect int

const (
	Current Dialect = iota // X-RateLimit-Remaining, Reset as a Unix second, Retry-After on 429
	Older                  // X-RateLimit-Remain, Reset as seconds to go, no Retry-After
	Silent                 // no header at all
)

// window is what a key spent in its present window.
type window struct {
	start   time.Time
	used    int
	refused int
}

// standing is what the quota said to one request.
type standing struct {
	granted   bool
	limit     int
	remaining int
	reset     time.Time // by the server's clock
	now       time.Time // by the server's clock
}

func (q Quota) limit() int {
	if q.Limit == 0 {
		return 60
	}
	return q.Limit
}

func (q Quota) length() time.Duration {
	if q.Window == 0 {
		return time.Minute
	}
	return q.Window
}

// clock is the server's time.
func (q Quota) clock() time.Time { return time.Now().Add(q.Skew) }

// roll begins a new window when the present one is over.
func (q Quota) roll(w *window, now time.Time) {
	start := w.start
	if q.FromFirst {
		if start.IsZero() || now.Sub(start) >= q.length() {
			start = now
		}
	} else {
		n := now.UnixNano() // the wall clock alone: the monotonic one would give each request a start of its own
		start = time.Unix(0, n-n%int64(q.length()))
	}
	if start.Equal(w.start) {
		return
	}
	carried := 0
	if q.ChargeRefused {
		carried = min(w.refused, q.limit())
	}
	*w = window{start: start, used: carried}
}

// spend takes one request from the window, or refuses it.
func (q Quota) spend(w *window, now time.Time) standing {
	if q.Limit < 0 {
		return standing{granted: true, limit: -1, now: now}
	}
	q.roll(w, now)
	others := int(q.Others * float64(now.Sub(w.start)) / float64(q.length()))
	s := standing{limit: q.limit(), reset: w.start.Add(q.length()), now: now}
	if w.used+others < q.limit() {
		w.used++
		s.granted = true
	} else {
		w.refused++
	}
	s.remaining = max(0, q.limit()-w.used-others)
	return s
}

// tell writes the headers of a dialect.
func (q Quota) tell(s standing, h http.Header) {
	if s.limit <= 0 || q.Dialect == Silent {
		return
	}
	toGo := q.seconds(s.reset.Sub(s.now))
	h.Set("X-RateLimit-Limit", strconv.Itoa(s.limit))
	if q.Dialect == Older {
		h.Set("X-RateLimit-Remain", strconv.Itoa(s.remaining))
		h.Set("X-RateLimit-Reset", strconv.FormatInt(toGo, 10))
		return
	}
	h.Set("X-RateLimit-Remaining", strconv.Itoa(s.remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(q.seconds(time.Duration(s.reset.UnixNano())), 10))
	if !s.granted {
		h.Set("Retry-After", strconv.FormatInt(toGo, 10))
	}
}

// seconds rounds as the server does.
func (q Quota) seconds(d time.Duration) int64 {
	if !q.RoundDown {
		d += time.Second - 1
	}
	return int64(d / time.Second)
}
