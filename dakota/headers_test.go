package dakota

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestHeadersOfBothDialectsAreRead(t *testing.T) {
	date := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		h    http.Header
		want headers
	}{
		"none": {http.Header{}, headers{}},
		"current": {
			http.Header{"X-Ratelimit-Limit": {"60"}, "X-Ratelimit-Remaining": {"12"}, "X-Ratelimit-Reset": {"1795334460"}, "Date": {"Sun, 22 Nov 2026 08:00:00 GMT"}},
			headers{limit: 60, remaining: 12, remainingKnown: true, reset: 1795334460, resetKnown: true, absolute: true, date: date, dateKnown: true},
		},
		"older": {
			http.Header{"X-Ratelimit-Limit": {"60"}, "X-Ratelimit-Remain": {"0"}, "X-Ratelimit-Reset": {"34"}},
			headers{limit: 60, remainingKnown: true, reset: 34, resetKnown: true},
		},
		"fractions":                 {http.Header{"X-Ratelimit-Remaining": {"3.0"}, "X-Ratelimit-Reset": {"1.5"}, "Retry-After": {"2.7"}}, headers{remaining: 3, remainingKnown: true, reset: 1, resetKnown: true, retry: 2 * time.Second, retryKnown: true}},
		"less than nothing is left": {http.Header{"X-Ratelimit-Limit": {"-60"}, "X-Ratelimit-Remaining": {"-3"}, "X-Ratelimit-Reset": {"-1"}, "Retry-After": {"-1"}}, headers{remainingKnown: true}},
		"no numbers":                {http.Header{"X-Ratelimit-Limit": {"a"}, "X-Ratelimit-Remaining": {""}, "X-Ratelimit-Reset": {"60s"}, "Retry-After": {"soon"}, "Date": {"today"}}, headers{}},
		"far too much":              {http.Header{"X-Ratelimit-Limit": {"99999999999"}, "X-Ratelimit-Remaining": {"99999999999"}, "X-Ratelimit-Reset": {"1795334460000"}, "Retry-After": {"86401"}}, headers{}},
		"a limit of none":           {http.Header{"X-Ratelimit-Limit": {"0"}, "X-Ratelimit-Remaining": {"0"}}, headers{remainingKnown: true}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, readHeaders(0, c.h), cmp.AllowUnexported(headers{})); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestRetryAfterAsADateIsTakenAgainstTheServersClock(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) // our clock is years off
	h := readHeaders(429, http.Header{"Date": {"Sun, 22 Nov 2026 08:00:00 GMT"}, "Retry-After": {"Sun, 22 Nov 2026 08:00:30 GMT"}})
	if got := h.retryAfter(now); got != 30*time.Second {
		t.Errorf("%v", got)
	}
	h = readHeaders(429, http.Header{"Retry-After": {"Tue, 01 Jan 2030 00:00:09 GMT"}})
	if got := h.retryAfter(now); got != 9*time.Second {
		t.Errorf("without Date %v", got)
	}
	h = readHeaders(429, http.Header{"Retry-After": {"Tue, 01 Jan 2999 00:00:09 GMT"}})
	if got := h.retryAfter(now); got != longest {
		t.Errorf("a date far ahead: %v", got)
	}
}

func FuzzHeaders(f *testing.F) {
	f.Add("60", "12", "1795334460", "3", "Sun, 22 Nov 2026 08:00:00 GMT")
	f.Add("60", "-1", "34", "Sun, 22 Nov 2026 08:00:30 GMT", "")
	f.Fuzz(func(t *testing.T, limit, remaining, reset, retry, date string) {
		h := http.Header{headerLimit: {limit}, "X-Ratelimit-Remaining": {remaining}, "X-Ratelimit-Limit": {limit}, "X-Ratelimit-Reset": {reset}, "Retry-After": {retry}, "Date": {date}}
		got := readHeaders(429, h)
		now := time.Now()
		if got.limit < 0 || got.remaining < 0 || got.reset < 0 {
			t.Errorf("%+v", got)
		}
		if d := got.retryAfter(now); d < 0 || d > longest {
			t.Errorf("waits %v", d)
		}
		// Whatever an answer says, the gate opens again.
		g := newGovernor(Config{})
		ticket := &ticket{gate: g, out: true, sent: now}
		g.flight, g.scout = 1, ticket
		ticket.answered(got)
		if d := g.decide(now.Add(50 * time.Hour)); !d.open {
			t.Errorf("closed for more than two days after %+v: %+v", h, d)
		}
	})
}
