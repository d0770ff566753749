package dakota

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// hijack takes over the connection of a request, after having read the request's body.
func hijack(w http.ResponseWriter, r *http.Request) (net.Conn, *bufio.ReadWriter) {
	io.Copy(io.Discard, r.Body)
	conn, rw, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	return conn, rw
}

// What each answer to a PATCH leaves behind: nothing was sent, it is definite, or nobody knows.
func TestWhatAFailedWriteLeavesBehind(t *testing.T) {
	body := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			io.WriteString(w, text)
		}
	}
	good := `{"id":"` + aCustomer + `","sub_client_id":"` + aSubClient + `"}`
	raw := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			conn, rw := hijack(w, r)
			rw.WriteString(text)
			rw.Flush()
			conn.Close()
		}
	}
	for name, c := range map[string]struct {
		serve  http.HandlerFunc
		doubt  bool
		status int // of the *Error in the chain, 0 for none
	}{
		"a bad request":                 {body(400, `{"code":"bad","message":"no"}`), false, 400},
		"an unknown customer":           {body(404, ""), false, 404},
		"a refused key":                 {body(401, ""), false, 401},
		"a conflict":                    {body(409, ""), false, 409},
		"a timeout at the server":       {body(408, ""), true, 408},
		"a server error":                {body(500, ""), true, 500},
		"a gateway's error":             {body(502, "<html>"), true, 502},
		"no capacity":                   {body(503, ""), true, 503},
		"accepted, no customer":         {body(202, "{}"), true, 202},
		"no content":                    {body(204, ""), true, 204},
		"an empty answer":               {body(200, ""), true, 0},
		"null":                          {body(200, "null"), true, 0},
		"a customer without id":         {body(200, `{"name":"A"}`), true, 0},
		"another customer":              {body(200, `{"id":"`+aSubClient+`"}`), true, 0},
		"a cut answer":                  {body(200, good[:40]), true, 0},
		"something behind the customer": {body(200, good+"x"), true, 0},
		"two customers":                 {body(200, good+good), true, 0},
		"a page":                        {body(200, `{"data":[`+good+`]}`), true, 0},
		"a wrong type":                  {body(200, `{"id":"`+aCustomer+`","sub_client_id":7}`), true, 0},
		"HTML":                          {body(200, "<html>"), true, 0},
		"too long":                      {body(200, `{"id":"`+aCustomer+`","name":"`+strings.Repeat("x", maxBody)+`"}`), true, 0},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, false, 307},
		"a dropped connection":          {raw(""), true, 0},
		"a broken answer":               {raw("HTTP/1.1 2"), true, 0},
		"a body shorter than announced": {raw("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + good), true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			client := serve(t, c.serve)
			_, err := client.SetSubClient(t.Context(), aCustomer, aSubClient, nil)
			if err == nil || InDoubt(err) != c.doubt || errors.Is(err, ErrNotSent) {
				t.Errorf("doubt %v, not sent %v: %v", InDoubt(err), errors.Is(err, ErrNotSent), err)
			}
			var e *Error
			if errors.As(err, &e) && e.Status != c.status || e == nil && c.status != 0 {
				t.Errorf("status: %+v, want %d", e, c.status)
			}
			if u := client.Usage(); u.Patch != 1 || u.Retries != 0 {
				t.Errorf("counted %+v: a write is sent once", u)
			}
		})
	}
}

func TestWriteToNobodyIsNotSent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	c, err := NewClient(Config{BaseURL: "http://" + l.Addr().String(), Key: testKey(t)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.SetSubClient(t.Context(), aCustomer, aSubClient, nil)
	if !errors.Is(err, ErrNotSent) || InDoubt(err) || !Unavailable(err) {
		t.Error(err)
	}
	if u := c.Usage(); u.Total() != 0 {
		t.Errorf("counted %+v", u)
	}
}

func TestWriteGoesOnWhenItsContextEndsAfterDeparture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := scriptedClient(t, func(n int, r *http.Request) (*http.Response, error) {
			cancel()
			time.Sleep(time.Second)
			if err := r.Context().Err(); err != nil {
				return nil, err
			}
			return respond(r, 200, `{"id":"`+aCustomer+`"}`), nil
		})
		if _, err := c.SetSubClient(ctx, aCustomer, "", nil); err != nil {
			t.Error(err)
		}
		if _, err := c.SetSubClient(ctx, aCustomer, "", nil); !errors.Is(err, ErrNotSent) || !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

func TestAbandonedWritesAreInDoubtAndNoneFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := scriptedClient(t, func(n int, r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, func(c *Config) { c.Timeout = time.Hour; c.Rate = NoRate })
		var inFlight error
		go func() { _, inFlight = c.SetSubClient(t.Context(), aCustomer, "", nil) }()
		synctest.Wait()
		c.Abandon()
		synctest.Wait()
		if !InDoubt(inFlight) || !errors.Is(inFlight, ErrAbandoned) {
			t.Error(inFlight)
		}
		if _, err := c.SetSubClient(t.Context(), aCustomer, "", nil); !errors.Is(err, ErrNotSent) || !errors.Is(err, ErrAbandoned) {
			t.Error(err)
		}
	})
}

func TestWriteThatTakesTooLongIsInDoubt(t *testing.T) {
	for _, headersFirst := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c := scriptedClient(t, func(n int, r *http.Request) (*http.Response, error) {
				if headersFirst {
					res := respond(r, 200, "")
					res.Body = io.NopCloser(hanging{r.Context()})
					return res, nil
				}
				<-r.Context().Done()
				return nil, r.Context().Err()
			})
			began := time.Now()
			_, err := c.SetSubClient(t.Context(), aCustomer, "", nil)
			if !InDoubt(err) || time.Since(began) != defaultTimeout || !strings.Contains(err.Error(), "timeout") {
				t.Errorf("after %v: %v", time.Since(began), err)
			}
		})
	}
}

type hanging struct{ ctx context.Context }

func (h hanging) Read([]byte) (int, error) {
	<-h.ctx.Done()
	return 0, h.ctx.Err()
}

// A refused write is not made: it departs anew, is sent again under the same attempt, and ctx ends the waiting.
func TestRefusedWriteDepartsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []RequestEvent
		c := scriptedClient(t, func(n int, r *http.Request) (*http.Response, error) {
			if n != 3 {
				return respond(r, 429, "", "Retry-After", "30"), nil
			}
			return respond(r, 200, `{"id":"`+aCustomer+`"}`), nil
		}, func(c *Config) { c.Hooks.Request = func(e RequestEvent) { events = append(events, e) } })
		departed := 0
		depart := func(context.Context) error { departed++; return nil }
		if _, err := c.SetSubClient(t.Context(), aCustomer, "", depart); err != nil || departed != 3 {
			t.Errorf("departed %d times: %v", departed, err)
		}
		for _, e := range events {
			if e.Attempt != 1 || e.Kind != KindPatch || e.CustomerID != aCustomer {
				t.Errorf("event %+v", e)
			}
		}
		if len(events) != 3 || events[0].Status != 429 || events[2].Status != 200 || events[2].Err != nil {
			t.Errorf("events %+v", events)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := c.SetSubClient(ctx, aCustomer, "", depart); !errors.Is(err, ErrNotSent) || !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if u := c.Usage(); u.Patch != 4 || u.Throttled != 3 || u.Retries != 0 {
			t.Errorf("counted %+v", u)
		}
	})
}

func TestKeyGoesToItsHostOnly(t *testing.T) {
	var leaked sync.Map
	elsewhere := serve(t, func(w http.ResponseWriter, r *http.Request) { leaked.Store("seen", r.Header) })
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("x-api-key") != testKey(t).secret || r.Header.Get("x-idempotency-key") != "" {
			t.Errorf("headers %v", r.Header)
		}
		http.Redirect(w, r, elsewhere.link.base+r.URL.Path, http.StatusFound)
	})
	_, err := c.Customer(t.Context(), aCustomer)
	var e *Error
	if !errors.As(err, &e) || e.Status != http.StatusFound || !strings.Contains(err.Error(), "redirect") {
		t.Error(err)
	}
	if _, found := leaked.Load("seen"); found {
		t.Error("the redirect was followed")
	}
}

// The key comes back in a transport's error and in an answer: it must not show.
func TestKeyIsTakenOutOfEveryError(t *testing.T) {
	key := testKey(t)
	for name, do := range map[string]script{
		"the transport's error": func(int, *http.Request) (*http.Response, error) {
			return nil, errors.New("bad header x-api-key: " + key.secret)
		},
		"a body that is cut": func(_ int, r *http.Request) (*http.Response, error) {
			res := respond(r, 200, "")
			res.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), broken{errors.New("read " + key.secret)}))
			return res, nil
		},
		"a problem": func(_ int, r *http.Request) (*http.Response, error) {
			return respond(r, 401, strconv.Quote(key.secret)), nil
		},
		"a wrong field": func(_ int, r *http.Request) (*http.Response, error) {
			return respond(r, 200, `{"id":{"`+key.secret+`":1}}`, "X-Request-Id", key.secret), nil
		},
	} {
		var seen []string
		c := scriptedClient(t, do, func(c *Config) {
			c.ReadAttempts = 1
			c.Rate = NoRate
			c.Hooks.Request = func(e RequestEvent) {
				seen = append(seen, e.RequestID)
				if e.Err != nil {
					seen = append(seen, e.Err.Error())
				}
			}
		})
		_, err := c.Customer(t.Context(), aCustomer)
		for e := err; e != nil; e = errors.Unwrap(e) {
			seen = append(seen, e.Error())
		}
		_, err = c.SetSubClient(t.Context(), aCustomer, "", nil)
		for e := err; e != nil; e = errors.Unwrap(e) {
			seen = append(seen, e.Error())
		}
		if text := strings.Join(seen, "\n"); strings.Contains(text, key.secret) || len(seen) < 2 {
			t.Errorf("%s: %s", name, text)
		}
	}
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

func TestIDsCannotLeaveTheirPath(t *testing.T) {
	var paths []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.RequestURI)
		w.WriteHeader(404)
	})
	for _, id := range []string{"", ".", "..", "sub-client-summary"} {
		if _, err := c.SetSubClient(t.Context(), id, "", nil); !errors.Is(err, ErrNotSent) {
			t.Errorf("%q: %v", id, err)
		}
		if _, err := c.Customer(t.Context(), id); !errors.Is(err, ErrNotSent) {
			t.Errorf("%q: %v", id, err)
		}
	}
	c.SetSubClient(t.Context(), "a/b?c#d e%2f", "", nil)
	if len(paths) != 1 || paths[0] != "/customers/a%2Fb%3Fc%23d%20e%252f/sub-client" {
		t.Errorf("%q", paths)
	}
}
