package dakota

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// maxReadPause is the longest pause between two tries of a GET.
const maxReadPause = 30 * time.Second

// Reader reads from the API and can send nothing but GETs: its transport refuses anything else. It is safe for many goroutines.
type Reader struct {
	link     *link
	attempts int
	patience time.Duration // beyond the attempts
	close    func()
}

// NewReader returns a Reader with a quota of its own. Nothing is sent.
func NewReader(c Config) (*Reader, error) {
	c, base, err := c.settled()
	if err != nil {
		return nil, err
	}
	transport, closeIdle := c.Transport, func() {}
	if transport == nil {
		own := newTransport()
		transport, closeIdle = own, own.CloseIdleConnections
	}
	return &Reader{
		link: &link{
			base: base.String(), key: c.Key, agent: c.UserAgent, timeout: c.Timeout, transport: readOnly{transport},
			quota: newGovernor(c), usage: &meter{}, refused: &refusals{most: c.MaxThrottled}, hooks: c.Hooks,
		},
		attempts: c.ReadAttempts,
		close:    closeIdle,
	}, nil
}

// Customer reads one customer. One that does not exist is an *Error with status 404.
func (r *Reader) Customer(ctx context.Context, id string) (Answer, error) {
	segment, err := escape(id)
	if err != nil {
		return Answer{}, notSent(fmt.Errorf("read a customer: %w", err))
	}
	c := call{kind: KindGet, method: http.MethodGet, path: "/customers/" + segment, customer: id}
	var customer Customer
	got, err := r.read(ctx, c, func(body []byte) (err error) {
		customer, err = decodeCustomer(body, id)
		return err
	})
	if err != nil {
		return Answer{}, fmt.Errorf("read customer %s: %w", id, err)
	}
	return r.link.answer(got, customer), nil
}

// SubClients reads the summary: every sub-client with its number of customers. Whether it lists those without customers is not known.
func (r *Reader) SubClients(ctx context.Context) ([]SubClient, error) {
	c := call{kind: KindSummary, method: http.MethodGet, path: "/customers/sub-client-summary"}
	var all []SubClient
	_, err := r.read(ctx, c, func(body []byte) (err error) {
		all, err = decodeSummary(body)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the sub-client summary: %w", err)
	}
	return all, nil
}

// Patient returns a Reader that goes on trying a GET, beyond the attempts, until it has failed for that long: for a reading whose loss
// costs more than waiting, of an API that has answered before. It shares all else with r.
func (r *Reader) Patient(patience time.Duration) *Reader {
	p := *r
	p.patience = patience
	return &p
}

// Usage returns the requests sent up to now.
func (r *Reader) Usage() Usage { return r.link.usage.usage() }

// Quota returns what is known of the key's limit now.
func (r *Reader) Quota() Quota { return r.link.quota.snapshot() }

// Close gives back the connections that are kept open. The Reader can be used afterwards.
func (r *Reader) Close() { r.close() }

// read sends a GET until decode accepts its answer, at most attempts times, or for as long as patience lasts. An answer of 429 is waited
// out and is no attempt.
func (r *Reader) read(ctx context.Context, c call, decode func([]byte) error) (reply, error) {
	pause := backoff.NewExponentialBackOff()
	pause.MaxInterval = maxReadPause
	var failing time.Time // since when
	for c.attempt = 1; ; c.attempt++ {
		got, err := r.admitted(ctx, c)
		if err == nil {
			why := decode(got.body)
			if why == nil {
				return got, nil
			}
			err = r.link.unreadable(got, why)
		}
		if ctx.Err() != nil || !Unavailable(err) || errors.Is(err, ErrThrottled) || errors.Is(err, ErrCertificate) {
			return got, err
		}
		if failing.IsZero() {
			failing = time.Now()
		}
		if c.attempt >= r.attempts && (time.Since(failing) >= r.patience || ofOneCustomer(c, err) || !r.link.refused.known()) {
			return got, fmt.Errorf("after %d attempts: %w", c.attempt, err)
		}
		if err := sleep(ctx, max(pause.NextBackOff(), asked(err))); err != nil {
			return got, err
		}
		r.link.usage.retried()
	}
}

// ofOneCustomer tells whether a failure may be that of the one customer asked for, so that patience with the API would be in vain.
func ofOneCustomer(c call, err error) bool {
	var e *Error
	return c.kind == KindGet && errors.As(err, &e) && e.Status < http.StatusBadGateway
}

// asked is how long an answer asked to wait before the next try, within reason.
func asked(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return min(e.RetryAfter, time.Minute)
	}
	return 0
}

// admitted sends a request once the quota lets it, and again as often as it is answered with 429.
func (r *Reader) admitted(ctx context.Context, c call) (reply, error) {
	for {
		t, err := r.link.quota.enter(ctx)
		if err != nil {
			return reply{}, notSent(err)
		}
		got, err := r.link.send(ctx, t, c)
		if !throttled(err) {
			return got, err
		}
		if err := r.link.refused.verdict(); err != nil {
			return reply{}, err
		}
	}
}

func (l *link) answer(r reply, c Customer) Answer {
	return Answer{Customer: c, HTTPStatus: r.status, RequestID: requestID(r.header, l.key), At: r.at}
}

func throttled(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusTooManyRequests
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
