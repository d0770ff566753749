package dakota

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// maxBody is the longest answer that is read. A full page of 100 customers is well under 1 MiB.
const maxBody = 8 << 20

// call is a request as its callers think of it.
type call struct {
	kind     Kind
	method   string
	path     string // escaped, behind the base URL
	customer string // for events
	body     []byte // nil: none
	attempt  int
}

// reply is an answer whose body was read to its end.
type reply struct {
	status int
	header http.Header
	body   []byte
	at     time.Time
}

// link is the one way to the API: every request of the process goes through its send.
type link struct {
	base      string
	key       Key
	agent     string
	timeout   time.Duration
	transport http.RoundTripper
	quota     *governor
	usage     *meter
	refused   *refusals
	hooks     Hooks
}

// send makes one attempt with a ticket of the quota and gives the ticket back. Its errors are *lineError (no answer), *unreadable (too
// long) and *Error (any status but 200).
func (l *link) send(ctx context.Context, t *ticket, c call) (reply, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, l.timeout, errTimeout)
	defer cancel()
	left := time.Now()
	r, err := l.exchange(ctx, t, c)
	var line *lineError
	if !errors.As(err, &line) || line.sent {
		l.usage.count(c, r.status)
	}
	if r.status != 0 {
		l.refused.note(r.status)
	}
	if l.hooks.Request != nil {
		l.hooks.Request(RequestEvent{
			Kind: c.kind, CustomerID: c.customer, Attempt: c.attempt, Status: r.status,
			RequestID: requestID(r.header, l.key), Err: err, Took: time.Since(left),
		})
	}
	return r, err
}

func (l *link) exchange(ctx context.Context, t *ticket, c call) (reply, error) {
	w := &wire{link: l, ticket: t, call: c}
	req, err := l.request(httptrace.WithClientTrace(ctx, w.trace(ctx)), c)
	if err != nil {
		t.cancel()
		return reply{}, &lineError{text: err.Error()}
	}
	w.ticket.depart()
	res, err := l.transport.RoundTrip(req)
	if err != nil {
		if res != nil && res.Body != nil {
			res.Body.Close()
		}
		return reply{}, w.failed(newLineError(l.key, err, endOf(ctx), w.maySent()))
	}
	defer res.Body.Close()
	w.ticket.answered(readHeaders(res.StatusCode, res.Header))
	r := reply{status: res.StatusCode, header: res.Header}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	r.at = time.Now().UTC().Truncate(time.Millisecond)
	if r.status != http.StatusOK {
		// An error's body is for people: what came of it will do.
		e := readError(r.status, r.header, body, l.key)
		e.RetryAfter = w.retryAfter(r.header)
		return r, e
	}
	if err != nil {
		return r, newLineError(l.key, fmt.Errorf("read the answer's body: %w", err), endOf(ctx), true)
	}
	if len(body) > maxBody {
		return r, l.unreadable(r, fmt.Errorf("it is longer than %d bytes", maxBody))
	}
	r.body = body
	return r, nil
}

func (l *link) unreadable(r reply, why error) error {
	return &unreadable{status: r.status, requestID: requestID(r.header, l.key), reason: l.key.redact(why.Error())}
}

func (l *link) request(ctx context.Context, c call) (*http.Request, error) {
	var body io.Reader
	if c.body != nil {
		body = bytes.NewReader(c.body)
	}
	req, err := http.NewRequestWithContext(ctx, c.method, l.base+c.path, body)
	if err != nil {
		return nil, errors.New("make the request: its address is not a URL")
	}
	req.Header.Set("X-Api-Key", l.key.secret)
	req.Header.Set("Accept", "application/json, application/problem+json")
	req.Header.Set("User-Agent", l.agent)
	if c.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// wire follows one attempt below the transport. Go's transport sends a GET again by itself when an idle connection turns out to be dead
// after the request was written to it; the server may have counted both, so the second one passes the quota like any other.
type wire struct {
	link    *link
	ticket  *ticket
	call    call
	asked   atomic.Bool // a connection was asked for: this is Go's transport
	got     atomic.Bool // a connection came about
	written atomic.Bool
}

func (w *wire) trace(ctx context.Context) *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) {
			w.asked.Store(true)
			// A PATCH is sent again only when not a byte of it was written.
			if w.call.method == http.MethodGet && w.written.Swap(false) {
				w.again(ctx)
			}
		},
		GotConn:      func(httptrace.GotConnInfo) { w.got.Store(true) },
		WroteRequest: func(i httptrace.WroteRequestInfo) { w.written.Store(i.Err == nil) },
	}
}

// again counts the request that was lost and takes a ticket for its repetition. Where there is none in time, the context has ended and
// the transport notices; the budget may be exceeded by such a request, which nothing here can stop any more.
func (w *wire) again(ctx context.Context) {
	w.ticket.lost()
	w.link.usage.count(w.call, 0)
	w.link.usage.retried()
	if t, err := w.link.quota.enter(ctx); err == nil {
		w.ticket = t
		t.depart()
	}
}

func (w *wire) maySent() bool { return !w.asked.Load() || w.got.Load() }

// failed gives the ticket back after an attempt without an answer.
func (w *wire) failed(err *lineError) error {
	if err.sent {
		w.ticket.lost()
	} else {
		w.ticket.cancel()
	}
	return err
}

func (w *wire) retryAfter(h http.Header) time.Duration {
	r := readHeaders(0, h)
	if !r.retryKnown {
		return 0
	}
	return r.retryAfter(time.Now())
}

// endOf returns why a context has ended, nil while it has not.
func endOf(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return context.Cause(ctx)
}

// escape makes a path segment of an id. The ids that would make another path of it are refused.
func escape(id string) (string, error) {
	switch id {
	case "", ".", "..", "sub-client-summary":
		return "", fmt.Errorf("%q is no customer id", id)
	}
	return url.PathEscape(id), nil
}
