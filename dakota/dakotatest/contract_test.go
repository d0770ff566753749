package dakotatest_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"pgregory.net/rapid"

	"dakota-reconcile/dakota/dakotatest"
)

// contract is the published description of the API, as a third party reads it.
var contract = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromFile("../../api/openapi.yaml")
	if err != nil {
		return nil, err
	}
	return legacy.NewRouter(doc)
})

// judged is an exchange with what the contract says of its request; nil when it allows it.
type judged struct {
	resp    *http.Response
	body    string
	request error
}

// judge sends a request, has the contract judge it, and fails the test when the answer is against the contract.
func judge(t interface{ Fatalf(string, ...any) }, s *dakotatest.Server, req *http.Request, sent string) judged {
	router, err := contract()
	if err != nil {
		t.Fatalf("load the contract: %v", err)
	}
	route, params, err := router.FindRoute(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	in := &openapi3filter.RequestValidationInput{
		Request: req, PathParams: params, Route: route, QueryParams: req.URL.Query(),
		Options: &openapi3filter.Options{AuthenticationFunc: needKey, SkipSettingDefaults: true, IncludeResponseStatus: true},
	}
	j := judged{request: openapi3filter.ValidateRequest(req.Context(), in)}
	req.Body = io.NopCloser(strings.NewReader(sent))
	j.resp, err = s.RoundTripper().RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	b, err := io.ReadAll(j.resp.Body)
	if err != nil {
		t.Fatalf("%s %s: read the body: %v", req.Method, req.URL, err)
	}
	j.body = string(b)
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: j.resp.StatusCode, Header: j.resp.Header,
		Body: io.NopCloser(bytes.NewReader(b)), Options: in.Options,
	}
	if err := openapi3filter.ValidateResponse(req.Context(), out); err != nil {
		t.Fatalf("%s %s: the answer %d %.300s is against the contract: %v", req.Method, req.URL, j.resp.StatusCode, b, err)
	}
	return j
}

// needKey is the contract's security scheme.
func needKey(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	if in.RequestValidationInput.Request.Header.Get(in.SecurityScheme.Name) == "" {
		return fmt.Errorf("no %s", in.SecurityScheme.Name)
	}
	return nil
}

func TestAnswersKeepTheContract(t *testing.T) {
	s := &dakotatest.Server{Quota: dakotatest.Quota{Limit: 30}}
	s.Seed(dakotatest.SeedOptions{Customers: 300, SubClients: 4, EmptySubClients: 1, Unassociated: 0.3, Deleted: 0.1, HostileNames: true})
	sub, c := s.SubClients()[0].ID, s.Customers()[40].ID
	unknown := strings.Repeat("0", 27)
	tests := []struct {
		method, target, body string
		status               int
	}{
		{"GET", "/customers", "", 200},
		{"GET", "/customers?limit=100&sort_by=created_at&sort_dir=asc&created_at_from=2024-06-01T00:00:00Z&created_at_to=2026-06-01T00:00:00Z", "", 200},
		{"GET", "/customers?limit=100&sub_client_id=" + sub + "&starting_after=" + c, "", 200},
		{"GET", "/customers?is_sub_client=true&kyb_status=active&search=part&external_id=crm-000001", "", 200},
		{"GET", "/customers?starting_after=" + unknown, "", 400},
		{"GET", "/customers/sub-client-summary", "", 200},
		{"GET", "/customers/" + c, "", 200},
		{"GET", "/customers/" + sub, "", 200},
		{"GET", "/customers/" + unknown, "", 404},
		{"PATCH", "/customers/" + c + "/sub-client", `{"sub_client_id":"` + sub + `"}`, 200},
		{"PATCH", "/customers/" + c + "/sub-client", `{"sub_client_id":null}`, 200},
		{"PATCH", "/customers/" + c + "/sub-client", `{"sub_client_id":"` + c + `"}`, 400},
		{"PATCH", "/customers/" + unknown + "/sub-client", `{"sub_client_id":null}`, 404},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.target, func(t *testing.T) {
			j := judge(t, s, request(t, tt.method, tt.target, tt.body), tt.body)
			if j.request != nil {
				t.Errorf("the contract refuses a good request: %v", j.request)
			}
			if j.resp.StatusCode != tt.status {
				t.Errorf("status %d, want %d: %s", j.resp.StatusCode, tt.status, j.body)
			}
		})
	}
}

func TestRefusalsKeepTheContract(t *testing.T) {
	targets := [][3]string{
		{"GET", "/customers"}, {"GET", "/customers/" + idLower}, {"GET", "/customers/sub-client-summary"}, {"PATCH", patchTarget, patchBody},
	}
	servers := map[int]*dakotatest.Server{
		401: {Keys: []string{"another"}}, 403: {Forbidden: []string{testKey}},
		429: {Quota: dakotatest.Quota{Limit: 1, Window: 1000 * time.Hour}}, 500: {Faults: dakotatest.Always(dakotatest.Fault{Status: 500})},
		503: {Faults: dakotatest.Always(dakotatest.Fault{Status: 503})},
	}
	for status, s := range servers {
		for _, r := range targets {
			if status == 429 {
				s.Spend(testKey, 1)
			}
			if j := judge(t, s, request(t, r[0], r[1], r[2]), r[2]); j.resp.StatusCode != status {
				t.Errorf("%s %s: %d, want %d", r[0], r[1], j.resp.StatusCode, status)
			}
		}
	}
}

// The fake is as strict as the contract: it refuses as malformed what the contract refuses, and nothing else. (Parameters that are unknown
// or given twice are a matter the contract's language says nothing about.)
func TestListsAreRefusedWhereTheContractRefusesThem(t *testing.T) {
	s := pair(nil)
	s.Quota.Limit = -1
	values := map[string][]string{
		"limit":           {"1", "100", "0", "101", "x", "1.5", "007", "-3"},
		"sort_by":         {"name", "created_at", "id", "kyb_status", "updated_at", "Name"},
		"sort_dir":        {"asc", "desc", "ASC"},
		"starting_after":  {idLower, "abc", idLower + "0", strings.Repeat("-", 27)},
		"sub_client_id":   {idUpper, "null", strings.Repeat("é", 27)},
		"is_sub_client":   {"true", "false", "yes"},
		"kyb_status":      {"active", "unheard-of"},
		"created_at_from": {"2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5+01:00", "2026-01-01", "1700000000", "2026-13-01T00:00:00Z"},
		"created_at_to":   {"2026-01-01T00:00:00Z", "yesterday"},
	}
	names := []string{"limit", "sort_by", "sort_dir", "starting_after", "sub_client_id", "is_sub_client", "kyb_status", "created_at_from", "created_at_to"}
	rapid.Check(t, func(rt *rapid.T) {
		q := url.Values{}
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 4, rapid.ID).Draw(rt, "parameters") {
			q.Set(name, rapid.SampledFrom(values[name]).Draw(rt, name))
		}
		j := judge(rt, s, request(t, "GET", "/customers?"+q.Encode(), ""), "")
		if (j.request == nil) != (j.resp.StatusCode == 200) {
			rt.Errorf("%s: the fake says %d, the contract %v", q.Encode(), j.resp.StatusCode, j.request)
		}
	})
}

func TestPatchesAreRefusedWhereTheContractRefusesThem(t *testing.T) {
	bodies := []string{
		patchBody, `{"sub_client_id":null}`, `{"sub_client_id":"` + idOther + `"}`, ` { "sub_client_id" : null } `, `{}`, `[]`, `null`, `"x"`, `1`,
		`{"sub_client_id":""}`, `{"sub_client_id":"abc"}`, `{"sub_client_id":12}`, `{"sub_client_id":true}`, `{"sub_client_id":["a"]}`,
		`{"sub_client_id":null,"force":true}`, `{"subClientId":null}`, `{`, `{"sub_client_id":`, `x`,
	}
	s := pair(nil)
	s.Add(dakotatest.Customer{ID: idOther, IsSubClient: true})
	for _, body := range bodies {
		j := judge(t, s, request(t, "PATCH", patchTarget, body), body)
		if (j.request == nil) != (j.resp.StatusCode == 200) {
			t.Errorf("%s: the fake says %d, the contract %v", body, j.resp.StatusCode, j.request)
		}
	}
}
