package dakotatest

import (
	"net/http"
	"time"
)

// Fault is what goes wrong with one request. Its zero value is nothing. The fields are independent of one another; what they do happens
// in this order: Before, Delay, hang before, drop before, the work itself, After, Hold after, drop after, the answer.
type Fault struct {
	// Before and After run around the work: the place for somebody else's change (Server.Change). No lock is held.
	Before, After func()
	// Delay is how long the server takes over the work. It does it even when the client has given up in the meantime.
	Delay time.Duration
	// Hang holds the request, for HangFor or until the client gives up.
	Hang    Hang
	HangFor time.Duration // 0: until the client gives up
	// Drop cuts the connection instead of answering.
	Drop Drop

	// Status answers with this instead of doing the work, in Form, unless Body says otherwise.
	Status int
	// Made does the work all the same (which may turn out to be a refusal) and then answers with Status; where that is another 2xx than
	// 200, with the work's own body.
	Made bool
	// Form is the shape of the body of an answer with Status.
	Form Form
	// Body replaces the body of the answer, whatever it is; with ContentType, or text/html when that is empty.
	Body, ContentType string
	// Header is added to the answer's.
	Header http.Header
	// Redirect answers with 302 (or Status, when it is one of the 300s) to this address, the work not done.
	Redirect string

	// Truncate cuts the connection after half of the body.
	Truncate bool
	// Garble replaces some bytes of the body by others, so that it can't be read.
	Garble bool
	// Pad puts so many spaces before the body.
	Pad int64
	// WrongCustomer answers a PATCH or GET of one customer, otherwise done as asked, with another customer.
	WrongCustomer bool
	// IgnoreChange answers a PATCH with 200 and the customer as it is, without having changed it.
	IgnoreChange bool
	// StaleRead answers a GET of one customer with the association it had before the last change.
	StaleRead bool
	// LateLanding makes a PATCH's change only so much later, whatever the client is told: with Status, DropAfter or HangAfter it is a
	// change that a read right afterwards can't see.
	LateLanding time.Duration
}

// Hang is where a request is held.
type Hang int

const (
	NoHang     Hang = iota
	HangBefore      // before the work; when the client gives up meanwhile, it is never done
	HangAfter       // after the work, before the answer
	HangBody        // within the answer's body, half of which was sent
)

// Drop is where a connection is cut. (Through a socket, net/http's own transport repeats a GET by itself when a connection that was used
// before ends without an answer.)
type Drop int

const (
	NoDrop     Drop = iota
	DropBefore      // before the work: it is not done
	DropAfter       // after the work: it is done
)

// works reports whether the work is done, now or later.
func (f Fault) works() bool {
	if f.Redirect != "" {
		return false
	}
	return f.Status == 0 || f.Made || f.LateLanding > 0
}
