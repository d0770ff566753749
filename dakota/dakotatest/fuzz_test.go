package dakotatest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"dakota-reconcile/dakota/dakotatest"
)

// FuzzRequests sends what nobody would: each request is answered, with JSON and a documented status, and the account stays sound.
func FuzzRequests(f *testing.F) {
	f.Add("GET", "/customers", "limit=5&sort_by=name", "", "")
	f.Add("GET", "/customers", "starting_after="+idUpper+"&sort_dir=desc&created_at_from=2026-01-01T00:00:00Z", "", "")
	f.Add("PATCH", patchTarget, "", patchBody, "application/json")
	f.Add("PATCH", patchTarget, "", `{"sub_client_id":null}{`, "application/json; charset=utf-8")
	f.Add("POST", "/customers//", "%", "{", "text/plain")
	f.Fuzz(func(t *testing.T, method, path, query, body, contentType string) {
		s := pair(nil)
		req := &http.Request{
			Method: method, URL: &url.URL{Scheme: "https", Host: "dakota.example", Path: path, RawQuery: query},
			Header: http.Header{"X-Api-Key": {testKey}, "Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)),
		}
		resp, err := s.RoundTripper().RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		if err != nil || !json.Valid(b) || resp.ContentLength != int64(len(b)) {
			t.Errorf("%d %q: %v", resp.StatusCode, b, err)
		}
		switch resp.StatusCode {
		case 200, 400, 404, 405:
		default:
			t.Errorf("status %d", resp.StatusCode)
		}
		x := s.Requests()[0]
		if made := resp.StatusCode == 200 && x.Kind == dakotatest.Patch; made != x.Made {
			t.Errorf("status %d, record %+v", resp.StatusCode, x)
		}
	})
}
