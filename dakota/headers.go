package dakota

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers that tell of the limit. Older pages of the reference write Remain.
const (
	headerLimit     = "X-RateLimit-Limit"
	headerRemaining = "X-RateLimit-Remaining"
	headerRemain    = "X-RateLimit-Remain"
	headerReset     = "X-RateLimit-Reset"
	headerRetry     = "Retry-After"
)

const (
	// A larger Reset is a Unix second (this one is in 1973), a smaller one a number of seconds.
	unixFrom = 100_000_000
	unixTo   = 100_000_000_000
	longest  = 24 * time.Hour // no window or wait is longer; what says so is garbage
)

// headers is what an answer tells of the limit. A header that is missing or makes no sense is as if it were not there.
type headers struct {
	status int

	limit          int // 0: not told
	remaining      int
	remainingKnown bool

	reset      int64 // a Unix second when absolute, else seconds from the answer on
	resetKnown bool
	absolute   bool

	retry      time.Duration
	retryAt    time.Time // instead of retry, when Retry-After is a date
	retryKnown bool

	date      time.Time // the server's clock in whole seconds; zero when not told
	dateKnown bool
}

func readHeaders(status int, h http.Header) headers {
	r := headers{status: status}
	if n, ok := number(h.Get(headerLimit)); ok && n > 0 && n < 1e9 {
		r.limit = int(n)
	}
	n, ok := number(h.Get(headerRemaining))
	if !ok {
		n, ok = number(h.Get(headerRemain))
	}
	if ok && n < 1e9 {
		r.remaining, r.remainingKnown = int(max(n, 0)), true
	}
	r.readReset(h.Get(headerReset))
	r.readRetry(h.Get(headerRetry))
	if date, err := http.ParseTime(h.Get("Date")); err == nil && date.Unix() > unixFrom {
		r.date, r.dateKnown = date, true
	}
	return r
}

func (r *headers) readReset(text string) {
	n, ok := number(text)
	switch {
	case !ok || n < 0:
	case n > unixFrom && n < unixTo:
		r.reset, r.resetKnown, r.absolute = n, true, true
	case n <= int64(longest/time.Second):
		r.reset, r.resetKnown = n, true
	}
}

func (r *headers) readRetry(text string) {
	if text == "" {
		return
	}
	if n, ok := number(text); ok {
		if n >= 0 && n <= int64(longest/time.Second) {
			r.retry, r.retryKnown = time.Duration(n)*time.Second, true
		}
		return
	}
	if at, err := http.ParseTime(text); err == nil {
		r.retryAt, r.retryKnown = at, true
	}
}

// left is the time until the reset as the server says it, in whole seconds rounded down: of an absolute one by the server's own clock
// where that is told. Its two ends were rounded then, one of them perhaps the other way, which is why a second is taken off.
func (r headers) left(received time.Time) time.Duration {
	switch {
	case !r.resetKnown:
		return 0
	case !r.absolute:
		return time.Duration(r.reset) * time.Second
	case r.dateKnown:
		return time.Duration(r.reset-r.date.Unix()-1) * time.Second
	}
	return time.Unix(r.reset-1, 0).Sub(received).Round(time.Second)
}

// retryAfter is how long Retry-After asks to wait, from the answer's arrival on. A date is taken against the answer's own Date, so that
// the difference between the clocks does not matter; without one against ours.
func (r headers) retryAfter(received time.Time) time.Duration {
	if r.retryAt.IsZero() {
		return r.retry
	}
	from := received
	if r.dateKnown {
		from = r.date
	}
	return min(max(r.retryAt.Sub(from), 0), longest)
}

// number reads a whole number; a fraction, as some servers write it, is cut off.
func number(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, false
	}
	if whole, fraction, found := strings.Cut(text, "."); found && strings.Trim(fraction, "0123456789") == "" {
		text = whole
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}
