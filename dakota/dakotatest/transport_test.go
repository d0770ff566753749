package dakotatest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"dakota-reconcile/dakota/dakotatest"
)

// listen serves s for the test and gives back a way to send requests through a socket.
func listen(t *testing.T, s *dakotatest.Server) func(method, target, body string) (*http.Response, string, error) {
	t.Helper()
	base, stop, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return func(method, target, body string) (*http.Response, string, error) {
		req := request(t, method, target, body)
		var err error
		if req.URL, err = req.URL.Parse(base + target); err != nil {
			t.Fatal(err)
		}
		req.Host = ""
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		resp, err := transport.RoundTrip(req.WithContext(ctx))
		if err != nil {
			return nil, "", err
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		return resp, string(b), err
	}
}

func TestSocketAndTransportGiveTheSameAnswers(t *testing.T) {
	viaSocket, direct := pair(nil), pair(nil)
	viaSocket.Quota.Window, direct.Quota.Window = 1000*time.Hour, 1000*time.Hour // no new one between the two
	get := listen(t, viaSocket)
	for _, r := range [][3]string{
		{"GET", "/customers?sort_by=id", ""},
		{"PATCH", patchTarget, patchBody},
		{"GET", "/customers/" + idLower, ""},
		{"GET", "/customers/sub-client-summary", ""},
		{"GET", "/customers?limit=0", ""},
		{"DELETE", "/customers", ""},
		{"GET", "/", ""},
	} {
		a, bodyA, err := get(r[0], r[1], r[2])
		if err != nil {
			t.Fatal(err)
		}
		b, bodyB := send(t, direct, r[0], r[1], r[2])
		if a.StatusCode != b.StatusCode || withoutTime(bodyA) != withoutTime(bodyB) {
			t.Errorf("%v: socket %d %s, direct %d %s", r, a.StatusCode, bodyA, b.StatusCode, bodyB)
		}
		for name := range b.Header {
			if name != "Date" && name != "X-Ratelimit-Reset" && a.Header.Get(name) != b.Header.Get(name) {
				t.Errorf("%v: %s %q and %q", r, name, a.Header.Get(name), b.Header.Get(name))
			}
		}
	}
}

// withoutTime takes out the one value that depends on the clock.
func withoutTime(body string) string {
	before, after, found := strings.Cut(body, `"updated_at":`)
	if !found {
		return body
	}
	return before + strings.TrimLeft(after, "0123456789")
}

func TestFaultsThroughASocket(t *testing.T) {
	tests := []struct {
		name  string
		fault dakotatest.Fault
		held  string
	}{
		{"dropped before", dakotatest.Fault{Drop: dakotatest.DropBefore}, ""},
		{"dropped after", dakotatest.Fault{Drop: dakotatest.DropAfter}, idUpper},
		{"truncated", dakotatest.Fault{Truncate: true}, idUpper},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := pair(dakotatest.Always(tt.fault))
			_, _, err := listen(t, s)("PATCH", patchTarget, patchBody)
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("error %v", err)
			}
			if held := holds(s); held != tt.held {
				t.Errorf("the customer holds %q, want %q", held, tt.held)
			}
		})
	}
}

func TestListenRefusesAddressesOfTheNetwork(t *testing.T) {
	for _, addr := range []string{":0", "0.0.0.0:0", "192.0.2.1:80", "example.com:80", "[::]:0", "nonsense"} {
		_, stop, err := new(dakotatest.Server).Listen(addr)
		if err == nil {
			t.Errorf("%s: listens", addr)
			_ = stop()
		}
	}
}

func TestACancelledRequestNeverComes(t *testing.T) {
	s := pair(nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.RoundTripper().RoundTrip(request(t, "PATCH", patchTarget, patchBody).WithContext(ctx))
	if !errors.Is(err, context.Canceled) || len(s.Requests()) != 0 {
		t.Errorf("error %v, %d requests", err, len(s.Requests()))
	}
}
