package dakota

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// model is a server in memory that has a window and answers every GET with the customer asked for. It runs in a synctest bubble. The
// zero value has the documented limit and headers.
type model struct {
	limit    int           // 0 = 60
	window   time.Duration // 0 = a minute
	anchored bool          // a window begins with the first request after the last one's end, instead of on the clock
	silent   bool          // no headers at all
	relative bool          // Reset in seconds until the reset, and the header Remain
	ceil     bool          // relative seconds are rounded up
	noDate   bool
	noRetry  bool          // a 429 carries no Retry-After
	skew     time.Duration // the server's clock is ahead by this
	every    int           // after so many requests of ours somebody else sends one
	there    func() time.Duration
	back     func() time.Duration

	mu       sync.Mutex
	ends     time.Time
	used     int
	served   int
	refused  int
	foreign  int
	arrivals []time.Time
}

func (m *model) settle() *model {
	if m.limit == 0 {
		m.limit = 60
	}
	if m.window == 0 {
		m.window = time.Minute
	}
	if m.there == nil {
		m.there = func() time.Duration { return 50 * time.Millisecond }
	}
	if m.back == nil {
		m.back = m.there
	}
	return m
}

// turn begins a window if the last one has ended.
func (m *model) turn() (now time.Time) {
	now = time.Now().Add(m.skew)
	if now.Before(m.ends) {
		return now
	}
	m.used = 0
	m.ends = now.Truncate(m.window).Add(m.window)
	if m.anchored {
		m.ends = now.Add(m.window)
	}
	return now
}

// take is somebody else's request. It reports whether the window still had one.
func (m *model) take() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn()
	if m.used >= m.limit {
		return false
	}
	m.used++
	m.foreign++
	return true
}

func (m *model) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(m.there())
	status, header := m.serve()
	time.Sleep(m.back())
	id := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	return &http.Response{
		StatusCode: status, Header: header, Request: r,
		Body: io.NopCloser(strings.NewReader(fmt.Sprintf(`{"id":%q}`, id))),
	}, r.Context().Err()
}

func (m *model) serve() (int, http.Header) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.turn()
	m.arrivals = append(m.arrivals, time.Now())
	status := http.StatusOK
	if m.used < m.limit {
		m.used++
		m.served++
	} else {
		m.refused++
		status = http.StatusTooManyRequests
	}
	header := m.header(now, status)
	if m.every > 0 && len(m.arrivals)%m.every == 0 && m.used < m.limit {
		m.used++
		m.foreign++
	}
	return status, header
}

func (m *model) header(now time.Time, status int) http.Header {
	h := http.Header{}
	if !m.noDate {
		h.Set("Date", now.UTC().Format(http.TimeFormat))
	}
	if m.silent {
		return h
	}
	left := m.ends.Sub(now).Seconds()
	h.Set("X-RateLimit-Limit", strconv.Itoa(m.limit))
	if m.relative {
		h.Set("X-RateLimit-Remain", strconv.Itoa(m.limit-m.used))
		h.Set("X-RateLimit-Reset", strconv.Itoa(int(math.Floor(left))))
		if m.ceil {
			h.Set("X-RateLimit-Reset", strconv.Itoa(int(math.Ceil(left))))
		}
		return h
	}
	h.Set("X-RateLimit-Remaining", strconv.Itoa(m.limit-m.used))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(m.ends.Unix(), 10))
	if status == http.StatusTooManyRequests && !m.noRetry {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(left))))
	}
	return h
}

// drive sends n GETs, so many abreast, and returns how long they took. It must run in a bubble.
func drive(t testing.TB, m *model, n, abreast int, change ...func(*Config)) (*Client, time.Duration) {
	t.Helper()
	m.settle()
	c := Config{BaseURL: "https://model.test", Key: testKey(t), Transport: m, Timeout: 5 * time.Minute}
	for _, f := range change {
		f(&c)
	}
	client, err := NewClient(c)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	push(t, client, n, abreast)
	return client, time.Since(began)
}

func push(t testing.TB, client *Client, n, abreast int) {
	t.Helper()
	var group sync.WaitGroup
	work := make(chan int)
	for range abreast {
		group.Go(func() {
			for i := range work {
				if _, err := client.Customer(t.Context(), fmt.Sprintf("c%d", i)); err != nil {
					t.Errorf("request %d: %v", i, err)
				}
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	group.Wait()
}

// alignTo sleeps until the server's clock is that far into a window.
func alignTo(m *model, into time.Duration) {
	m.settle()
	now := time.Now().Add(m.skew)
	time.Sleep(now.Truncate(m.window).Add(m.window + into).Sub(now))
}

// jitter returns a random time up to most, the same sequence for the same seed.
func jitter(seed uint64, most time.Duration) func() time.Duration {
	r := rand.New(rand.NewPCG(seed, seed))
	var mu sync.Mutex
	return func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return time.Duration(r.Int64N(int64(most)))
	}
}
