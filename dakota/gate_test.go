package dakota

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// most returns the largest number of arrivals in any span of that length.
func most(arrivals []time.Time, span time.Duration) int {
	n, from := 0, 0
	for i, at := range arrivals {
		for at.Sub(arrivals[from]) >= span {
			from++
		}
		n = max(n, i-from+1)
	}
	return n
}

func TestWithoutHeadersNoMinuteSeesMoreThanSixty(t *testing.T) {
	for name, c := range map[string]struct {
		there func() time.Duration
		n     int
	}{
		"steady": {always(20 * time.Millisecond), 200},
		"uneven": {jitter(5, 900*time.Millisecond), 200},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &model{silent: true, limit: 1e6, there: c.there}
				_, took := drive(t, m, c.n, 8)
				if got := most(m.arrivals, time.Minute); got > 60 {
					t.Errorf("%d requests in a minute", got)
				}
				if longest := time.Duration(c.n) * 1030 * time.Millisecond; took > longest {
					t.Errorf("took %v, more than %v", took, longest)
				}
			})
		})
	}
}

// The server counts windows but tells nothing, and refuses without naming a time: we must still get through.
func TestRefusalsThatNameNoTimeAreWaitedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &model{silent: true, limit: 20}
		c, took := drive(t, m, 100, 8)
		t.Logf("%v, refused %d", took, m.refused)
		if u := c.Usage(); u.Throttled != m.refused || m.served != 100 || u.Retries != 0 {
			t.Errorf("served %d, refused %d, counted %+v", m.served, m.refused, u)
		}
		if took > 12*time.Minute {
			t.Errorf("took %v for what five windows hold", took)
		}
	})
}

func TestNoRateWithoutHeadersDoesNotPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &model{silent: true, limit: 1e6}
		_, took := drive(t, m, 801, 8, func(c *Config) { c.Rate = NoRate })
		if took > 101*100*time.Millisecond {
			t.Errorf("took %v for 101 rounds of 100ms", took)
		}
	})
}

func TestCeilingHoldsWhateverTheServerAllows(t *testing.T) {
	for _, silent := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			m := &model{silent: silent, limit: 1e6}
			_, took := drive(t, m, 81, 8, func(c *Config) { c.Rate, _ = ParseRate("40/m") })
			if got := most(m.arrivals, time.Minute); got > 40 {
				t.Errorf("silent %v: %d requests in a minute", silent, got)
			}
			if took < 2*time.Minute || took > 2*time.Minute+time.Second {
				t.Errorf("silent %v: took %v", silent, took)
			}
		})
	}
}

func TestReserveIsLeftInEveryWindow(t *testing.T) {
	for _, text := range []string{"20", "33%"} {
		synctest.Test(t, func(t *testing.T) {
			m := &model{}
			alignTo(m, 0)
			stop, denied := make(chan struct{}), 0
			go func() { denied = neighbour{always(0), 20, 2990 * time.Millisecond, 0}.live(m, stop) }()
			_, took := drive(t, m, 200, 8, func(c *Config) { c.Reserve, _ = ParseReserve(text) })
			close(stop)
			synctest.Wait()
			if denied > 0 || m.refused > 0 {
				t.Errorf("reserve %s: the other was refused %d times, we %d", text, denied, m.refused)
			}
			if took > 10*time.Minute {
				t.Errorf("reserve %s: took %v", text, took)
			}
		})
	}
}

func TestReserveAsLargeAsTheLimitStillLetsOneThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &model{limit: 5}
		alignTo(m, 0)
		if _, took := drive(t, m, 4, 2, func(c *Config) { c.Reserve, _ = ParseReserve("500") }); took > 4*time.Minute {
			t.Errorf("took %v", took)
		}
	})
}

func TestForecastComesTrue(t *testing.T) {
	for _, m := range []*model{{}, {relative: true, anchored: true}, {silent: true, limit: 1e6}} {
		synctest.Test(t, func(t *testing.T) {
			c, _ := drive(t, m, 1, 1)
			began, want := time.Now(), c.Quota().Forecast(250, time.Now())
			push(t, c, 250, 8)
			if got := time.Since(began); got < want || got > want+want/50+2*time.Second {
				t.Errorf("%+v: took %v, forecast %v", c.Quota(), got, want)
			}
		})
	}
}

func TestLongWaitsAreToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &model{}
		alignTo(m, 0)
		began := time.Now()
		var told []string
		drive(t, m, 130, 8, func(c *Config) {
			c.Hooks.Wait = func(e WaitEvent) { told = append(told, e.Reason+" "+e.Until.Sub(began).Round(5*time.Second).String()) }
		})
		want := []string{"the window's requests are spent 1m0s", "the window's requests are spent 2m0s"}
		if d := cmp.Diff(want, told); d != "" {
			t.Error(d)
		}
	})
}

func TestBudgetEndsBeforeTheRequestThatWouldExceedIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &model{}
		c, _ := drive(t, m, 5, 3, func(c *Config) { c.MaxRequests = 5 })
		_, err := c.SetSubClient(t.Context(), aCustomer, "", nil)
		if !errors.Is(err, ErrBudget) || !errors.Is(err, ErrNotSent) || InDoubt(err) {
			t.Error(err)
		}
		if len(m.arrivals) != 5 {
			t.Errorf("the server saw %d", len(m.arrivals))
		}
	})
}

// A transport for the gate's own tests: what it does is decided request by request.
type script func(n int, r *http.Request) (*http.Response, error)

type scripted struct {
	mu sync.Mutex
	n  int
	do script
}

func (s *scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.n++
	n := s.n
	s.mu.Unlock()
	return s.do(n, r)
}

func reply200(r *http.Request, header ...string) *http.Response {
	return respond(r, http.StatusOK, `{"id":"`+r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]+`"}`, header...)
}

func respond(r *http.Request, status int, body string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

func scriptedClient(t testing.TB, do script, change ...func(*Config)) *Client {
	t.Helper()
	c := Config{BaseURL: "https://script.test", Key: testKey(t), Transport: &scripted{do: do}}
	for _, f := range change {
		f(&c)
	}
	client, err := NewClient(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestScoutThatHangsHoldsTheOthersTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := scriptedClient(t, func(n int, r *http.Request) (*http.Response, error) {
			if n == 1 {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return reply200(r, "X-RateLimit-Limit", "60", "X-RateLimit-Remaining", "50", "X-RateLimit-Reset", "30"), nil
		})
		began := time.Now()
		go c.Customer(t.Context(), "c0")
		synctest.Wait()
		if _, err := c.Customer(t.Context(), "c1"); err != nil || time.Since(began) != 2*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		time.Sleep(time.Minute)
	})
}

func TestScoutThatIsCancelledOrDroppedMakesRoomForAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := scriptedClient(t, func(n int, r *http.Request) (*http.Response, error) {
			if n == 1 {
				return nil, errors.New("connection reset by peer")
			}
			return reply200(r), nil
		}, func(c *Config) { c.ReadAttempts = 1 })
		stop := errors.New("the disk is full")
		if _, err := c.SetSubClient(t.Context(), aCustomer, "", func(context.Context) error { return stop }); !errors.Is(err, stop) {
			t.Error(err)
		}
		if _, err := c.Customer(t.Context(), "c1"); !Unavailable(err) {
			t.Error(err)
		}
		if _, err := c.Customer(t.Context(), "c2"); err != nil {
			t.Error(err)
		}
	})
}

// Whoever gives up while waiting leaves the queue, and the others keep their order.
func TestQueueIsFairAndCanBeLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		order := make(chan string, 9)
		var group sync.WaitGroup
		c := scriptedClient(t, func(n int, r *http.Request) (*http.Response, error) {
			order <- r.URL.Path[len("/customers/"):]
			return reply200(r), nil
		}, func(c *Config) { c.Rate, _ = ParseRate("1/m") })
		ctx, cancel := context.WithCancel(t.Context())
		var gone error
		for _, id := range []string{"a", "b", "gone", "c", "d"} {
			group.Go(func() {
				if id == "gone" {
					_, gone = c.Customer(ctx, id)
					return
				}
				c.Customer(t.Context(), id)
			})
			synctest.Wait()
		}
		cancel()
		group.Wait()
		if !errors.Is(gone, context.Canceled) || !errors.Is(gone, ErrNotSent) {
			t.Error(gone)
		}
		close(order)
		var got []string
		for id := range order {
			got = append(got, id)
		}
		if strings.Join(got, " ") != "a b c d" {
			t.Errorf("order %v", got)
		}
	})
}

func TestRefusalClosesTheGateForAllUntilTheTimeItNames(t *testing.T) {
	for name, c := range map[string]struct {
		header []string
		least  time.Duration
	}{
		"Retry-After in seconds":   {[]string{"Retry-After", "7"}, 7 * time.Second},
		"Retry-After as a date":    {[]string{"Retry-After", "Sat, 01 Jan 2000 00:00:20 GMT", "Date", "Sat, 01 Jan 2000 00:00:00 GMT"}, 20 * time.Second},
		"Reset in seconds":         {[]string{"X-RateLimit-Reset", "9"}, 9 * time.Second},
		"Reset as a second":        {[]string{"X-RateLimit-Reset", "946684811", "Date", "Sat, 01 Jan 2000 00:00:00 GMT"}, 11 * time.Second},
		"nothing":                  {nil, 5 * time.Second},
		"a wait that is no number": {[]string{"Retry-After", "soon"}, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				refused := time.Now()
				next := make(chan time.Duration, 9)
				client := scriptedClient(t, func(n int, r *http.Request) (*http.Response, error) {
					if n == 1 {
						return respond(r, http.StatusTooManyRequests, "", c.header...), nil
					}
					next <- time.Since(refused)
					return reply200(r), nil
				}, func(c *Config) { c.Rate = NoRate })
				push(t, client, 4, 4)
				if first := <-next; first < c.least || first > c.least+2*time.Second {
					t.Errorf("the next request left after %v, not %v", first, c.least)
				}
				if u := client.Usage(); u.Throttled != 1 || u.Retries != 0 || u.Get != 5 {
					t.Errorf("counted %+v", u)
				}
			})
		})
	}
}

// Refusals that name no time are waited out longer and longer, and many refused at once count as one.
func TestUnnamedRefusalsWaitLongerAndLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var at []int
		c := scriptedClient(t, func(n int, r *http.Request) (*http.Response, error) {
			at = append(at, int(time.Since(began).Seconds()))
			if n <= 8 {
				return respond(r, http.StatusTooManyRequests, ""), nil
			}
			return reply200(r), nil
		})
		push(t, c, 1, 1)
		want := []int{0, 5, 15, 35, 75, 135, 195, 255, 315}
		for i := range want {
			if len(at) != len(want) || at[i] != want[i] {
				t.Fatalf("left at %v, want %v", at, want)
			}
		}
	})
}

// Requests that got no answer count as spent until an answer to a later one tells what is left.
func TestLostRequestsCountAsSpent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &model{limit: 10}
		alignTo(m, 0)
		lossy := &scripted{}
		lossy.do = func(n int, r *http.Request) (*http.Response, error) {
			res, err := m.RoundTrip(r)
			if n > 1 && n < 9 {
				return nil, errors.New("connection reset by peer")
			}
			return res, err
		}
		c, err := NewClient(Config{BaseURL: "https://model.test", Key: testKey(t), Transport: lossy, ReadAttempts: 1})
		if err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for i := range 30 {
			group.Go(func() { c.Customer(t.Context(), "c"+string(rune('a'+i))) })
		}
		group.Wait()
		if m.refused > 0 || len(m.arrivals) != 30 {
			t.Errorf("%d of %d requests were refused", m.refused, len(m.arrivals))
		}
	})
}

// The server behind a gateway that fails for a while, without any headers of the limit: whatever the gateway passed on was counted.
func TestFailuresWithoutHeadersDoNotOutrunTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &model{limit: 30}
		alignTo(m, 0)
		r := rand.New(rand.NewPCG(1, 1))
		failing := &scripted{do: func(_ int, req *http.Request) (*http.Response, error) {
			res, err := m.RoundTrip(req)
			if res.StatusCode == http.StatusOK && r.IntN(3) == 0 {
				return respond(req, http.StatusBadGateway, "<html>bad gateway"), nil
			}
			return res, err
		}}
		c, err := NewClient(Config{BaseURL: "https://model.test", Key: testKey(t), Transport: failing, ReadAttempts: 20})
		if err != nil {
			t.Fatal(err)
		}
		push(t, c, 150, 1)
		if m.refused > 0 {
			t.Errorf("%d of %d requests were refused", m.refused, len(m.arrivals))
		}
		if u := c.Usage(); u.Total() != len(m.arrivals) || u.Retries != u.Total()-150 {
			t.Errorf("counted %+v, the server saw %d", u, len(m.arrivals))
		}
	})
}

// Whatever the limit, the window, the dialect, the clock and the network: nobody is refused as long as nobody else uses the key, and the
// windows are used.
func TestGovernorNeverOutrunsTheServer(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := &model{
			limit:    rapid.IntRange(1, 200).Draw(r, "limit"),
			window:   time.Duration(rapid.IntRange(10, 600).Draw(r, "window")) * time.Second,
			anchored: rapid.Bool().Draw(r, "anchored"),
			relative: rapid.Bool().Draw(r, "relative"),
			ceil:     rapid.Bool().Draw(r, "ceil"),
			skew:     time.Duration(rapid.IntRange(-5e6, 5e6).Draw(r, "skew")) * time.Millisecond,
		}
		allowed := 0
		if m.window > time.Minute && m.window <= 63*time.Second {
			allowed = 1 // it can't be told from a minute, given in whole seconds, until it is tried
		}
		seed := rapid.Uint64().Draw(r, "seed")
		slow := time.Duration(rapid.IntRange(1, 800).Draw(r, "slow")) * time.Millisecond
		m.there, m.back = jitter(seed, slow), jitter(seed+1, slow)
		n, abreast := rapid.IntRange(1, 500).Draw(r, "n"), rapid.IntRange(1, 16).Draw(r, "abreast")
		into := time.Duration(rapid.IntRange(0, 600_000).Draw(r, "into")) * time.Millisecond
		var wrong string // rapid must not fail inside the bubble
		synctest.Test(t, func(t *testing.T) {
			alignTo(m, into%m.window)
			_, took := drive(t, m, n, abreast)
			if m.refused > allowed {
				wrong = fmt.Sprintf("%d of %d requests were refused", m.refused, len(m.arrivals))
			}
			windows := (n + m.limit - 1) / m.limit
			sending := time.Duration((n+windows)/min(abreast, n)+3*windows) * 2 * slow
			if longest := time.Duration(windows)*(m.window+3*time.Second) + sending; took > longest {
				wrong = fmt.Sprintf("took %v, more than %v", took, longest)
			}
		})
		if wrong != "" {
			r.Fatal(wrong)
		}
	})
}
