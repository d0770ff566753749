package dakota

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPagesAskInTheOrderOfCreationAndHideTheCursor(t *testing.T) {
	var queries []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		queries = append(queries, r.URL.RawQuery)
		switch r.URL.Query().Get("starting_after") {
		case "first":
			io.WriteString(w, `{"data":[{"id":"a"},{"id":"b"}],"meta":{"total_count":3,"has_more_after":true,"has_more_before":true}}`)
		case "b":
			io.WriteString(w, `{"data":[{"id":"c","deleted_at":null,"is_sub_client":true}],"meta":{"total_count":3,"has_more_after":false}}`)
		}
	})
	var got []string
	for p, err := range c.Pages(t.Context(), Query{SubClientID: "s", CreatedFrom: 1577836800, CreatedTo: 1577836801, After: "first"}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, customer := range p.Customers {
			got = append(got, customer.ID)
		}
		if p.Total != 3 || p.At.Location() != time.UTC || p.At.Nanosecond()%1e6 != 0 {
			t.Errorf("page %+v", p)
		}
	}
	common := "created_at_from=2020-01-01T00%3A00%3A00Z&created_at_to=2020-01-01T00%3A00%3A01.999999Z&limit=100&sort_by=created_at&sort_dir=asc&starting_after="
	want := []string{common + "first&sub_client_id=s", common + "b&sub_client_id=s"}
	if d := cmp.Diff(want, queries); d != "" || strings.Join(got, "") != "abc" {
		t.Errorf("customers %v; queries %s", got, d)
	}
}

// Whoever stops listing early sends nothing more.
func TestPagesStopWhenTheReaderDoes(t *testing.T) {
	var n atomic.Int32
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"data":[{"id":"c%d"}],"meta":{"total_count":9,"has_more_after":true}}`, n.Add(1))
	})
	for range c.Pages(t.Context(), Query{}) {
		break
	}
	if n.Load() != 1 {
		t.Errorf("%d requests", n.Load())
	}
}

func TestPagesWithoutATotalAreRead(t *testing.T) {
	pages := []string{`{"data":[{"id":"a"}],"meta":{"has_more_after":true}}`, `{"data":[{"id":"b"}],"meta":{"total_count":null,"has_more_after":false}}`}
	n := 0
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, pages[n%len(pages)])
		n++
	}, func(c *Config) { c.ReadAttempts = 1 })
	var ids []string
	var totals []int
	for p, err := range client.Pages(t.Context(), Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range p.Customers {
			ids = append(ids, c.ID)
		}
		totals = append(totals, p.Total)
	}
	// Of a page that others follow, at least one more page is guessed.
	if !slices.Equal(ids, []string{"a", "b"}) || !slices.Equal(totals, []int{1 + PageSize, 1}) {
		t.Errorf("customers %q, totals %d", ids, totals)
	}
}

func TestPagesOfAServerThatGoesRoundEndWithAnError(t *testing.T) {
	page := func(ids string, more bool) string {
		return fmt.Sprintf(`{"data":[%s],"meta":{"total_count":9,"has_more_after":%v}}`, ids, more)
	}
	for name, c := range map[string]struct {
		pages []string // given round and round
		want  string
	}{
		"the same page":   {[]string{page(`{"id":"a"}`, true)}, "does not advance beyond a"},
		"two pages":       {[]string{page(`{"id":"a"}`, true), page(`{"id":"b"}`, true)}, "does not advance beyond a"},
		"empty and more":  {[]string{page("", true)}, "empty page"},
		"no data":         {[]string{`{"meta":{"total_count":0,"has_more_after":false}}`}, "is missing"},
		"data is null":    {[]string{`{"data":null,"meta":{"total_count":0,"has_more_after":false}}`}, "is missing"},
		"no meta":         {[]string{`{"data":[]}`}, "is missing"},
		"an empty object": {[]string{`{}`}, "is missing"},
		"null":            {[]string{`null`}, "is missing"},
		"no more or less": {[]string{`{"data":[],"meta":{"total_count":0}}`}, "is missing"},
		"a nameless one":  {[]string{page(`{"id":"a"},{"name":"b"}`, false)}, "number 2 has no id"},
		"a null one":      {[]string{page(`null`, false)}, "number 1 has no id"},
		"a wrong type":    {[]string{page(`{"id":"a","kyb_status":1}`, false)}, "kyb_status is a number"},
		"garbage behind":  {[]string{page(`{"id":"a"}`, false) + "]"}, "not JSON"},
		"nothing":         {[]string{""}, "not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				io.WriteString(w, c.pages[n%len(c.pages)])
				n++
			}, func(c *Config) { c.ReadAttempts = 1 })
			var last error
			for p, err := range client.Pages(t.Context(), Query{}) {
				if last = err; err != nil && p.Customers != nil {
					t.Errorf("a page beside the error: %+v", p)
				}
			}
			if last == nil || !strings.Contains(last.Error(), c.want) {
				t.Error(last)
			}
		})
	}
}

func TestSummaryIsRead(t *testing.T) {
	body := `{"data":[{"sub_client_id":"s","sub_client_name":"S","customer_count":4,"more":[]},{"sub_client_id":"e","sub_client_name":null}]}`
	c := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, body) }, func(c *Config) { c.ReadAttempts = 1 })
	got, err := c.SubClients(t.Context())
	if d := cmp.Diff([]SubClient{{"s", "S", 4}, {ID: "e"}}, got); err != nil || d != "" {
		t.Error(err, d)
	}
	for _, bad := range []string{`{}`, `{"data":null}`, `null`, `{"data":[{}]}`, `[]`} {
		body = bad
		if _, err := c.SubClients(t.Context()); err == nil || !Unavailable(err) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// A read is repeated after what may pass, and only after that.
func TestReadsAreRepeatedAfterWhatMayPass(t *testing.T) {
	broken := errors.New("connection reset by peer")
	for name, c := range map[string]struct {
		status int
		body   string
		err    error
		want   int // attempts
	}{
		"a server error":       {500, "", nil, 5},
		"no capacity":          {503, "", nil, 5},
		"a server's timeout":   {408, "", nil, 5},
		"a broken connection":  {0, "", broken, 5},
		"an unreadable answer": {200, "{", nil, 5},
		"a wrong customer":     {200, `{"id":"x"}`, nil, 5},
		"an unknown customer":  {404, "", nil, 1},
		"a refused key":        {401, "", nil, 1},
		"a bad request":        {400, "", nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := scriptedClient(t, func(n int, r *http.Request) (*http.Response, error) {
					return respond(r, c.status, c.body), c.err
				}, func(c *Config) { c.Rate = NoRate })
				_, err := client.Customer(t.Context(), aCustomer)
				if u := client.Usage(); err == nil || u.Get != c.want || u.Retries != c.want-1 {
					t.Errorf("%v; counted %+v", err, u)
				}
				if Unavailable(err) != (c.want > 1) {
					t.Errorf("unavailable %v: %v", Unavailable(err), err)
				}
			})
		})
	}
}

func TestReadSucceedsOnceTheTroubleIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := scriptedClient(t, func(n int, r *http.Request) (*http.Response, error) {
			if n < 4 {
				return respond(r, 502, ""), nil
			}
			return respond(r, 200, `{"id":"`+aCustomer+`","name":"A"}`, "X-Request-Id", "r1"), nil
		})
		a, err := c.Customer(t.Context(), aCustomer)
		if err != nil || a.Customer.Name != "A" || a.RequestID != "r1" || a.HTTPStatus != 200 {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

func TestReadEndsWithItsContextAtAnyPoint(t *testing.T) {
	for name, do := range map[string]script{
		"in flight": func(_ int, r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		},
		"between attempts": func(_ int, r *http.Request) (*http.Response, error) { return respond(r, 500, ""), nil },
		"at the gate": func(_ int, r *http.Request) (*http.Response, error) {
			return respond(r, 429, "", "Retry-After", "3600"), nil
		},
		"in the answer's body": func(_ int, r *http.Request) (*http.Response, error) {
			res := respond(r, 200, "")
			res.Body = io.NopCloser(hanging{r.Context()})
			return res, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := scriptedClient(t, do, func(c *Config) { c.ReadAttempts = 1000 })
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				began := time.Now()
				if _, err := c.Customer(ctx, aCustomer); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 10*time.Second {
					t.Errorf("after %v: %v", time.Since(began), err)
				}
			})
		})
	}
}

// Go's transport repeats a GET by itself when an idle connection breaks under it. What the server counts and what we count must agree.
func TestRequestsThatTheTransportRepeatsAreCounted(t *testing.T) {
	var n atomic.Int32
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 2 {
			conn, _ := hijack(w, r)
			conn.Close()
			return
		}
		w.Header().Set("X-RateLimit-Limit", "60")
		w.Header().Set("X-RateLimit-Remaining", fmt.Sprint(60-n.Load()))
		w.Header().Set("X-RateLimit-Reset", "30")
		io.WriteString(w, `{"id":"`+aCustomer+`"}`)
	})
	for range 3 {
		if _, err := c.Customer(t.Context(), aCustomer); err != nil {
			t.Fatal(err)
		}
	}
	if u := c.Usage(); n.Load() != 4 || u.Get != 4 || u.Retries != 1 {
		t.Errorf("the server saw %d, counted %+v", n.Load(), u)
	}
	if q := c.Quota(); q.Remaining != 56 || q.InFlight != 0 {
		t.Errorf("quota %+v", q)
	}
}
