package dakota

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
)

var (
	// ErrNotSent marks the failures after which it is certain that the server has not seen the request.
	ErrNotSent = errors.New("not sent")
	// ErrBudget marks a request that Config.MaxRequests did not allow. It was not sent.
	ErrBudget = errors.New("the budget of requests is used up")
	// ErrThrottled marks a request that was given up since the API has answered nothing but 429 for longer than Config.MaxThrottled.
	ErrThrottled = errors.New("the API answers every request with 429 Too Many Requests")
	// ErrCertificate marks a server whose certificate is not trusted. Nothing was sent to it, the key least of all.
	ErrCertificate = errors.New("the server's certificate is not trusted")
	// ErrAbandoned marks a write that Client.Abandon gave up.
	ErrAbandoned = errors.New("given up on demand")
)

var errTimeout = errors.New("no complete answer within the timeout")

// InDoubt reports whether an error leaves open if a write was made: a timeout, a dropped connection, a 5xx, an answer that can't be
// read. Only a read can tell. What the answer said, if one came, is in the error's chain as an *Error.
func InDoubt(err error) bool {
	var d *doubt
	return errors.As(err, &d)
}

// Unavailable reports whether an error speaks of the API as a whole rather than of the request: no connection, a timeout, a 5xx, an
// unreadable answer. A breaker counts these.
func Unavailable(err error) bool {
	var e *Error
	if errors.As(err, &e) {
		return e.Status >= 500 || e.Status == http.StatusRequestTimeout
	}
	var l *lineError
	var u *unreadable
	return errors.As(err, &l) || errors.As(err, &u) || errors.Is(err, ErrThrottled)
}

type doubt struct{ err error }

func (d *doubt) Error() string { return d.err.Error() + "; whether the change was made is not known" }
func (d *doubt) Unwrap() error { return d.err }

func notSent(err error) error {
	if errors.Is(err, ErrNotSent) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrNotSent, err)
}

// unreadable is an answer that is not what the contract says.
type unreadable struct {
	status    int
	requestID string
	reason    string
}

func (u *unreadable) Error() string {
	text := fmt.Sprintf("read the answer (%d): %s", u.status, u.reason)
	if u.requestID != "" {
		text += " (request " + u.requestID + ")"
	}
	return text
}

// lineError is a failure of the connection. Its text has been cleaned of the key, and so its cause is kept only where it can't hold one.
type lineError struct {
	text  string
	cause error
	sent  bool // false: no connection came about, so nothing was sent
}

func (l *lineError) Error() string { return l.text }
func (l *lineError) Unwrap() error { return l.cause }

// newLineError reads what a transport or a body returned. Cause is that of the attempt's context, when it has ended.
func newLineError(key Key, err, cause error, sent bool) *lineError {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		sent = false
	}
	if cause != nil {
		return &lineError{text: cause.Error(), cause: cause, sent: sent}
	}
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) {
		return &lineError{text: ErrCertificate.Error() + ": " + clean(key.redact(untrusted.Err.Error()), maxText), cause: ErrCertificate}
	}
	for _, known := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			cause = known
		}
	}
	return &lineError{text: clean(key.redact(err.Error()), maxText), cause: cause, sent: sent}
}
