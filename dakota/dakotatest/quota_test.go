package dakotatest_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"dakota-reconcile/dakota/dakotatest"
)

// spend sends n requests and tells how many were refused.
func spend(t *testing.T, s *dakotatest.Server, n int) (refused int) {
	t.Helper()
	for range n {
		if resp, _ := send(t, s, "GET", "/customers/sub-client-summary", ""); resp.StatusCode == http.StatusTooManyRequests {
			refused++
		}
	}
	return refused
}

func TestSixtyRequestsInEachMinuteOfTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := dakotatest.Server{}
		time.Sleep(20 * time.Second) // a window is not a minute from the first request on
		if refused := spend(t, &s, 65); refused != 5 {
			t.Errorf("%d of 65 refused, want 5", refused)
		}
		time.Sleep(39 * time.Second)
		if refused := spend(t, &s, 1); refused != 1 {
			t.Error("granted before the minute was over")
		}
		time.Sleep(time.Second)
		if refused := spend(t, &s, 61); refused != 1 {
			t.Errorf("%d of 61 refused in the next minute, want 1", refused)
		}
		if got := s.Counts(); got.Throttled != 7 || got.Summary != 127 || got.Total() != 127 {
			t.Errorf("counts %+v", got)
		}
	})
}

func TestWindowFromTheFirstRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := dakotatest.Server{Quota: dakotatest.Quota{Limit: 2, Window: 10 * time.Second, FromFirst: true}}
		time.Sleep(7 * time.Second)
		if refused := spend(t, &s, 3); refused != 1 {
			t.Errorf("%d refused, want 1", refused)
		}
		time.Sleep(9 * time.Second)
		if refused := spend(t, &s, 1); refused != 1 {
			t.Error("granted after 9 s of 10")
		}
		time.Sleep(time.Second)
		if refused := spend(t, &s, 2); refused != 0 {
			t.Errorf("%d refused in the new window", refused)
		}
	})
}

func TestKeysHaveWindowsOfTheirOwn(t *testing.T) {
	s := dakotatest.Server{Quota: dakotatest.Quota{Limit: 1, Window: 24 * time.Hour}}
	for _, key := range []string{"one", "two"} {
		req := request(t, "GET", "/customers", "")
		req.Header.Set("X-Api-Key", key)
		if resp, _ := do(t, &s, req); resp.StatusCode != 200 {
			t.Errorf("first request of key %s: %d", key, resp.StatusCode)
		}
	}
}

func TestHeadersTellTheWindow(t *testing.T) {
	// 12.4 s into a window of a minute; the server's clock is 90 s ahead where Skew is set
	tests := []struct {
		name                             string
		quota                            dakotatest.Quota
		remaining, remain, reset         string
		refusedRetry, refusedContentType string
	}{
		{name: "current", quota: dakotatest.Quota{Limit: 1}, remaining: "0", reset: unix(60), refusedRetry: "48", refusedContentType: "application/problem+json"},
		{name: "current, rounded down", quota: dakotatest.Quota{Limit: 1, RoundDown: true, Refusal: dakotatest.NoBody}, remaining: "0", reset: unix(60), refusedRetry: "47"},
		{name: "older", quota: dakotatest.Quota{Limit: 1, Dialect: dakotatest.Older, Refusal: dakotatest.OldNested}, remain: "0", reset: "48", refusedContentType: "application/json"},
		{name: "older, rounded down", quota: dakotatest.Quota{Limit: 1, Dialect: dakotatest.Older, RoundDown: true, Refusal: dakotatest.Old}, remain: "0", reset: "47", refusedContentType: "application/json"},
		{name: "none", quota: dakotatest.Quota{Limit: 1, Dialect: dakotatest.Silent, Refusal: dakotatest.HTML}, refusedContentType: "text/html"},
		{name: "a clock ahead by a window and a half", quota: dakotatest.Quota{Limit: 1, Skew: 90 * time.Second}, remaining: "0", reset: unix(120), refusedRetry: "18", refusedContentType: "application/problem+json"},
		{name: "a window that ends within a second, rounded down", quota: dakotatest.Quota{Limit: 1, FromFirst: true, RoundDown: true}, remaining: "0", reset: unix(72), refusedRetry: "60", refusedContentType: "application/problem+json"},
		{name: "the same, rounded up", quota: dakotatest.Quota{Limit: 1, FromFirst: true}, remaining: "0", reset: unix(73), refusedRetry: "60", refusedContentType: "application/problem+json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := dakotatest.Server{Quota: tt.quota}
				time.Sleep(12400 * time.Millisecond)
				granted, _ := send(t, &s, "GET", "/customers", "")
				refused, body := send(t, &s, "GET", "/customers", "")
				if granted.StatusCode != 200 || refused.StatusCode != 429 {
					t.Fatalf("status %d, then %d", granted.StatusCode, refused.StatusCode)
				}
				checkHeader(t, granted, "X-RateLimit-Remaining", tt.remaining)
				checkHeader(t, granted, "X-RateLimit-Remain", tt.remain)
				checkHeader(t, granted, "X-RateLimit-Reset", tt.reset)
				checkHeader(t, granted, "Retry-After", "")
				checkHeader(t, refused, "X-RateLimit-Reset", tt.reset)
				checkHeader(t, refused, "Retry-After", tt.refusedRetry)
				checkHeader(t, refused, "Content-Type", tt.refusedContentType)
				checkHeader(t, refused, "Date", time.Now().Add(tt.quota.Skew).UTC().Format(http.TimeFormat))
				if (body == "") != (tt.quota.Refusal == dakotatest.NoBody) {
					t.Errorf("body of the refusal: %q", body)
				}
			})
		})
	}
}

// unix is the Unix second so long after a bubble's clock starts, as a header writes it.
func unix(seconds int64) string {
	return strconv.FormatInt(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Unix()+seconds, 10)
}

func checkHeader(t *testing.T, resp *http.Response, name, want string) {
	t.Helper()
	if got := resp.Header.Get(name); got != want {
		t.Errorf("%d: %s %q, want %q", resp.StatusCode, name, got, want)
	}
}

func TestOthersSpendTheKeysWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := dakotatest.Server{Quota: dakotatest.Quota{Limit: 60, Others: 20}}
		time.Sleep(30 * time.Second) // the others had 10 by now
		resp, _ := send(t, &s, "GET", "/customers", "")
		checkHeader(t, resp, "X-RateLimit-Remaining", "49")
		s.Spend(testKey, 45)
		if refused := spend(t, &s, 10); refused != 6 {
			t.Errorf("%d of 10 refused, want 6: 1 + 45 + 10 are spent", refused)
		}
		time.Sleep(30 * time.Second)
		resp, _ = send(t, &s, "GET", "/customers", "")
		checkHeader(t, resp, "X-RateLimit-Remaining", "59")
	})
}

func TestRefusedRequestsMayBeChargedToTheNextWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := dakotatest.Server{Quota: dakotatest.Quota{Limit: 5, ChargeRefused: true}}
		spend(t, &s, 8)
		time.Sleep(time.Minute)
		if refused := spend(t, &s, 5); refused != 3 {
			t.Errorf("%d refused, want the 3 that were charged", refused)
		}
	})
}

func TestNoLimitHasNoHeaders(t *testing.T) {
	s := dakotatest.Server{Quota: dakotatest.Quota{Limit: -1}}
	if refused := spend(t, &s, 500); refused != 0 {
		t.Errorf("%d refused", refused)
	}
	resp, _ := send(t, &s, "GET", "/customers", "")
	for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} {
		checkHeader(t, resp, name, "")
	}
}

func TestEveryAnswerCountsWhateverItIs(t *testing.T) {
	s := dakotatest.Server{Quota: dakotatest.Quota{Window: 24 * time.Hour}, Faults: dakotatest.Every(2, dakotatest.Fault{Status: 500})}
	for i, target := range []string{"/customers?limit=0", "/nowhere", "/customers", "/customers"} {
		resp, _ := send(t, &s, "GET", target, "")
		checkHeader(t, resp, "X-RateLimit-Remaining", fmt.Sprint(59-i))
	}
}
