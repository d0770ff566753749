package dakota

import "time"

// clock bounds how far the local clock is ahead of the server's, from the Date headers of answers. Local instants are counted from start
// on the monotonic clock, so that setting the machine's clock in mid-run changes nothing.
//
// Date has whole seconds and is written somewhere between a request's leaving and its answer's arrival. With the server's clock in
// [Date, Date+1) then, local − server lies in (sent − Date − 1, received − Date]. Every answer narrows that down.
type clock struct {
	start  time.Time
	lo, hi time.Duration
	known  bool
	since  time.Time // when the bounds were begun
	next   struct {  // bounds of the later half of that time, to go on with
		lo, hi time.Duration
		known  bool
	}
}

// forget is the time after which bounds are built anew: clocks drift apart.
const forget = 10 * time.Minute

func (c *clock) observe(sent, received, date time.Time) {
	server := time.Duration(date.UnixNano())
	lo, hi := sent.Sub(c.start)-server-time.Second, received.Sub(c.start)-server
	if c.known && received.Sub(c.since) > forget {
		c.lo, c.hi, c.known, c.since = c.next.lo, c.next.hi, c.next.known, received
		c.next.known = false
	}
	if received.Sub(c.since) > forget/2 {
		c.next.lo, c.next.hi, c.next.known = narrow(c.next.lo, c.next.hi, lo, hi, c.next.known)
	}
	if !c.known {
		c.since = received
	}
	c.lo, c.hi, c.known = narrow(c.lo, c.hi, lo, hi, c.known)
}

// narrow intersects two bounds. Those that exclude each other mean that a clock was set: the newer one holds.
func narrow(lo, hi, newLo, newHi time.Duration, known bool) (time.Duration, time.Duration, bool) {
	if !known || newLo > hi || newHi < lo {
		return newLo, newHi, true
	}
	return max(lo, newLo), min(hi, newHi), true
}

// local returns the latest local instant at which it is that second on the server. Without a Date ever seen both clocks are taken to
// agree.
func (c *clock) local(second int64) time.Time {
	if !c.known {
		return c.start.Add(time.Unix(second, 0).Sub(c.start))
	}
	return c.start.Add(time.Duration(second)*time.Second + c.hi)
}
