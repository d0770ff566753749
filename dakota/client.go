package dakota

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// Client is a Reader that can also change an association. The Reader in it still can't, and shares the quota.
type Client struct {
	*Reader
	write     *link
	abandoned context.Context
	abandon   context.CancelCauseFunc
}

// NewClient returns a Client. Nothing is sent.
func NewClient(c Config) (*Client, error) {
	r, err := NewReader(c)
	if err != nil {
		return nil, err
	}
	write := *r.link
	write.transport = r.link.transport.(readOnly).next
	abandoned, abandon := context.WithCancelCause(context.Background())
	return &Client{Reader: r, write: &write, abandoned: abandoned, abandon: abandon}, nil
}

// Abandon gives up the writes that are in flight, each of which is in doubt then, and lets no further one leave.
func (c *Client) Abandon() { c.abandon(ErrAbandoned) }

// Once returns a Client that tries each GET a single time: for whoever repeats what failed himself. It shares all else with c.
func (c *Client) Once() *Client {
	once, reader := *c, *c.Reader
	reader.attempts, reader.patience = 1, 0
	once.Reader = &reader
	return &once
}

// SetSubClient associates a customer with a sub-client, or with none for "". It waits until the quota lets the request go, calls depart,
// which makes the intent durable, and sends it. From then on ctx does not interrupt it: only the timeout and Abandon do.
//
// An answer of 429 is waited out, and everything repeated from the waiting on. No other failure is repeated. A failure is definite (an
// *Error), or nothing was sent ([ErrNotSent]: ctx ended while waiting, depart failed, the budget is used up, no connection came about),
// or it is in doubt ([InDoubt]). A customer is returned as the answer told it, whether it is as wished or not.
func (c *Client) SetSubClient(ctx context.Context, customerID, subClientID string, depart func(context.Context) error) (Answer, error) {
	a, err := c.setSubClient(ctx, customerID, subClientID, depart)
	if err != nil {
		return Answer{}, fmt.Errorf("change the sub-client of %s: %w", customerID, err)
	}
	return a, nil
}

func (c *Client) setSubClient(ctx context.Context, customerID, subClientID string, depart func(context.Context) error) (Answer, error) {
	segment, err := escape(customerID)
	if err != nil {
		return Answer{}, notSent(err)
	}
	body, err := encodeAssociation(subClientID)
	if err != nil {
		return Answer{}, notSent(err)
	}
	one := call{kind: KindPatch, method: http.MethodPatch, path: "/customers/" + segment + "/sub-client", customer: customerID, body: body, attempt: 1}
	for {
		got, err := c.sendOnce(ctx, one, depart)
		if throttled(err) {
			if err := c.write.refused.verdict(); err != nil {
				return Answer{}, err
			}
			continue
		}
		if err != nil {
			return Answer{}, judge(err)
		}
		customer, err := decodeCustomer(got.body, customerID)
		if err != nil {
			return Answer{}, &doubt{c.write.unreadable(got, err)}
		}
		return c.write.answer(got, customer), nil
	}
}

func (c *Client) sendOnce(ctx context.Context, one call, depart func(context.Context) error) (reply, error) {
	t, err := c.write.quota.enterFirst(ctx)
	if err != nil {
		return reply{}, notSent(err)
	}
	if err := endOf(c.abandoned); err != nil {
		t.cancel()
		return reply{}, notSent(err)
	}
	if depart != nil {
		if err := depart(ctx); err != nil {
			t.cancel()
			return reply{}, notSent(err)
		}
	}
	sending, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	defer context.AfterFunc(c.abandoned, func() { cancel(ErrAbandoned) })()
	return c.write.send(sending, t, one)
}

// judge says what a failed write leaves behind.
func judge(err error) error {
	var e *Error
	if errors.As(err, &e) {
		if e.Status >= 300 && e.Status < 500 && e.Status != http.StatusRequestTimeout && e.Status != http.StatusSeeOther {
			return err
		}
		return &doubt{err}
	}
	var l *lineError
	if errors.As(err, &l) && !l.sent || errors.Is(err, ErrNotSent) {
		return notSent(err)
	}
	return &doubt{err}
}
