package dakotatest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dakota-reconcile/dakota/dakotatest"
)

// control sends a request to the control handler without a socket.
func control(s *dakotatest.Server, method, target string, set func(*http.Request)) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, "http://127.0.0.1:8080"+target, nil)
	if set != nil {
		set(req)
	}
	w := httptest.NewRecorder()
	s.Control().ServeHTTP(w, req)
	return w
}

func withKey(r *http.Request) { r.Header.Set("X-Api-Key", testKey) }

func TestControlShowsAndChanges(t *testing.T) {
	s := pair(nil)
	if w := control(s, "GET", "/customers/"+idLower, withKey); w.Code != 200 {
		t.Fatalf("the API beside the control paths: %d", w.Code)
	}
	if w := control(s, "POST", "/_control/change?customer="+idLower+"&sub_client="+idUpper, nil); w.Code != 204 || holds(s) != idUpper {
		t.Errorf("change: %d, the customer holds %q", w.Code, holds(s))
	}
	for path, want := range map[string]string{
		"requests": `"Kind":"get"`, "changes": `"By":"somebody else"`, "counts": `"Get":1`, "customers": idUpper,
	} {
		if w := control(s, "GET", "/_control/"+path, nil); w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	control(s, "POST", "/_control/revoke?key="+testKey, nil)
	if w := control(s, "GET", "/customers", withKey); w.Code != 401 {
		t.Errorf("after revoke: %d", w.Code)
	}
	control(s, "POST", "/_control/reset", nil)
	if s.Counts().Total() != 0 {
		t.Error("reset leaves requests")
	}
}

func TestControlRefusesWhatCannotBe(t *testing.T) {
	s := pair(nil)
	tests := []struct {
		method, target string
		set            func(*http.Request)
		status         int
	}{
		{"POST", "/_control/change?customer=" + idOther, nil, 404},
		{"POST", "/_control/change?customer=" + idUpper + "&sub_client=" + idLower, nil, 404}, // not a sub-client
		{"GET", "/_control/change?customer=" + idLower, nil, 405},
		{"GET", "/_control/nothing", nil, 404},
		{"POST", "/_control/reset", func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403}, // a web page
		{"GET", "/_control/requests", func(r *http.Request) { r.Host = "rebound.example:8080" }, 403},              // a name that was rebound
		{"GET", "/_control/requests", func(r *http.Request) { r.Host = "localhost" }, 200},
		{"GET", "/_control/requests", func(r *http.Request) { r.Host = "[::1]:8080" }, 200},
	}
	for _, tt := range tests {
		if w := control(s, tt.method, tt.target, tt.set); w.Code != tt.status {
			t.Errorf("%s %s: %d, want %d", tt.method, tt.target, w.Code, tt.status)
		}
	}
}

func TestControlShowsNoApplicationTokens(t *testing.T) {
	s := seeded(dakotatest.SeedOptions{Customers: 50})
	if w := control(s, "GET", "/_control/customers", nil); strings.Contains(w.Body.String(), dakotatest.SecretMark) {
		t.Error("a token is shown")
	}
}

func TestControlListensBesideTheAPI(t *testing.T) {
	s := pair(nil)
	base, stop, err := s.ListenControl("localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	resp, err := http.Get(base + "/_control/counts")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	if resp.StatusCode != 200 {
		t.Errorf("status %d", resp.StatusCode)
	}
}
