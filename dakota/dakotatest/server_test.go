package dakotatest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"dakota-reconcile/dakota/dakotatest"
)

const testKey = "c2VjcmV0LWtleQ=="

// send makes a request of the server without a socket and gives back the answer with its whole body.
func send(t *testing.T, s *dakotatest.Server, method, target, body string) (*http.Response, string) {
	t.Helper()
	return do(t, s, request(t, method, target, body))
}

func do(t *testing.T, s *dakotatest.Server, req *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := s.RoundTripper().RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: read the body: %v", req.Method, req.URL, err)
	}
	return resp, string(b)
}

func request(t *testing.T, method, target, body string) *http.Request {
	t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, "https://api.platform.sandbox.dakota.xyz"+target, r)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Api-Key", testKey)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

// customer is what the tests read of a customer.
type customer struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	SubClientID *string `json:"sub_client_id"`
	CreatedAt   int64   `json:"created_at"`
	UpdatedAt   int64   `json:"updated_at"`
}

type listed struct {
	Data []customer `json:"data"`
	Meta struct {
		Total  int  `json:"total_count"`
		After  bool `json:"has_more_after"`
		Before bool `json:"has_more_before"`
	} `json:"meta"`
}

func rfc3339(second int64) string { return time.Unix(second, 0).UTC().Format(time.RFC3339) }

func decode[T any](t *testing.T, body string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("decode %.200q: %v", body, err)
	}
	return v
}

func TestZeroServerIsAnEmptyAccount(t *testing.T) {
	var s dakotatest.Server
	resp, body := send(t, &s, "GET", "/customers", "")
	if resp.StatusCode != 200 {
		t.Fatalf("status %d: %s", resp.StatusCode, body)
	}
	if body != `{"data":[],"meta":{"total_count":0,"has_more_after":false,"has_more_before":false}}`+"\n" {
		t.Errorf("body %s", body)
	}
	if got := resp.Header.Get("X-RateLimit-Remaining"); got != "59" {
		t.Errorf("X-RateLimit-Remaining %q, want 59", got)
	}
	_, body = send(t, &s, "GET", "/customers/sub-client-summary", "")
	if body != `{"data":[]}`+"\n" {
		t.Errorf("summary %s", body)
	}
}

func TestPatchIsSeenByEveryReaderAfterwards(t *testing.T) {
	var s dakotatest.Server
	s.Seed(dakotatest.SeedOptions{Customers: 10, SubClients: 2, Unassociated: 1})
	sub, c := s.SubClients()[1], s.Customers()[5]
	resp, body := send(t, &s, "PATCH", "/customers/"+c.ID+"/sub-client", `{"sub_client_id":"`+sub.ID+`"}`)
	if got := decode[customer](t, body); resp.StatusCode != 200 || got.SubClientID == nil || *got.SubClientID != sub.ID {
		t.Fatalf("status %d: %s", resp.StatusCode, body)
	}
	_, body = send(t, &s, "GET", "/customers?sub_client_id="+sub.ID, "")
	if got := decode[listed](t, body); len(got.Data) != 1 || got.Data[0].ID != c.ID || got.Meta.Total != 1 {
		t.Errorf("list of the sub-client: %s", body)
	}
	if _, body = send(t, &s, "GET", "/customers/sub-client-summary", ""); !strings.Contains(body, `"customer_count":1`) {
		t.Errorf("summary: %s", body)
	}
	send(t, &s, "PATCH", "/customers/"+c.ID+"/sub-client", `{"sub_client_id":null}`)
	if got, _ := s.Customer(c.ID); got.SubClientID != "" {
		t.Errorf("after null the customer is in %q", got.SubClientID)
	}
	changes := s.Changes()
	if len(changes) != 2 || changes[0].To != sub.ID || changes[1].From != sub.ID || changes[0].By != dakotatest.Fingerprint(testKey) {
		t.Errorf("changes %+v", changes)
	}
}
