package dakota_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"dakota-reconcile/dakota"
	"dakota-reconcile/dakota/dakotatest"
)

// contract is the published description of the API, as a third party reads it.
var contract = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromFile("../api/openapi.yaml")
	if err != nil {
		return nil, err
	}
	return legacy.NewRouter(doc)
})

// notary passes requests on and holds each, and each answer, against the contract.
type notary struct {
	t      *testing.T
	router routers.Router
	next   http.RoundTripper

	mu   sync.Mutex
	seen []string // operation and status
}

func newNotary(t *testing.T, next http.RoundTripper) *notary {
	t.Helper()
	router, err := contract()
	if err != nil {
		t.Fatal(err)
	}
	return &notary{t: t, router: router, next: next}
}

func (n *notary) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := read(r.Body)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	route, params, err := n.router.FindRoute(r)
	if err != nil {
		n.t.Errorf("%s %s is not in the contract: %v", r.Method, r.URL, err)
		return nil, err
	}
	in := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: needKey, SkipSettingDefaults: true, RejectWhenRequestBodyNotSpecified: true},
	}
	if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
		n.t.Errorf("%s %s is against the contract: %v", r.Method, r.URL, err)
	}
	n.checkParameters(route, r)
	r.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := n.next.RoundTrip(r)
	if err == nil {
		err = n.checkAnswer(in, resp)
	}
	return resp, err
}

func (n *notary) checkAnswer(in *openapi3filter.RequestValidationInput, resp *http.Response) error {
	b, err := read(resp.Body)
	if err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(b))
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: resp.StatusCode, Header: resp.Header, Body: io.NopCloser(bytes.NewReader(b)), Options: in.Options,
	}
	if err := openapi3filter.ValidateResponse(in.Request.Context(), out); err != nil {
		n.t.Errorf("%s %s: the answer %d is against the contract: %v", in.Request.Method, in.Request.URL, resp.StatusCode, err)
	}
	n.mu.Lock()
	n.seen = append(n.seen, fmt.Sprintf("%s %d", in.Route.Operation.OperationID, resp.StatusCode))
	n.mu.Unlock()
	return nil
}

// checkParameters looks for what the library lets pass: query parameters that the contract doesn't have.
func (n *notary) checkParameters(route *routers.Route, r *http.Request) {
	for name, values := range r.URL.Query() {
		if len(values) != 1 || route.Operation.Parameters.GetByInAndName("query", name) == nil {
			n.t.Errorf("%s %s: parameter %q, given %d times, is not in the contract", r.Method, r.URL, name, len(values))
		}
	}
}

func read(body io.ReadCloser) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	defer body.Close()
	return io.ReadAll(body)
}

func needKey(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	if in.RequestValidationInput.Request.Header.Get(in.SecurityScheme.Name) == "" {
		return fmt.Errorf("no %s", in.SecurityScheme.Name)
	}
	return nil
}

// contractClient is a client whose every request and answer is held against the contract.
func contractClient(t *testing.T, s *dakotatest.Server) (*dakota.Client, *notary) {
	t.Helper()
	key, err := dakota.NewKey("a2V5LWZvci10aGUtY29udHJhY3Q=", "the test")
	if err != nil {
		t.Fatal(err)
	}
	n := newNotary(t, s.RoundTripper())
	c, err := dakota.NewClient(dakota.Config{BaseURL: dakota.SandboxURL, Key: key, Transport: n})
	if err != nil {
		t.Fatal(err)
	}
	return c, n
}

func TestEveryRequestAndAnswerKeepsTheContract(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &dakotatest.Server{KeepHeaders: true}
		s.Seed(dakotatest.SeedOptions{Customers: 450, SubClients: 3, Unassociated: 0.2, Deleted: 0.1, HostileNames: true})
		c, n := contractClient(t, s)
		sub, all := s.SubClients()[0].ID, s.Customers()
		for _, q := range []dakota.Query{
			{}, {SubClientID: sub}, {CreatedFrom: all[100].CreatedAt, CreatedTo: all[300].CreatedAt}, {SubClientID: sub, After: s.Members(sub)[10].ID},
		} {
			for _, err := range c.Pages(t.Context(), q) {
				must(t, err)
			}
		}
		_, err := c.SubClients(t.Context())
		must(t, err)
		_, err = c.Customer(t.Context(), all[7].ID)
		must(t, err)
		for _, target := range []string{sub, "", sub} {
			_, err = c.SetSubClient(t.Context(), living(all), target, nil)
			must(t, err)
		}
		for _, operation := range []string{"listCustomers 200", "getCustomer 200", "getSubClientSummary 200", "updateCustomerSubClient 200"} {
			if !slices.Contains(n.seen, operation) {
				t.Errorf("no %s among %q", operation, n.seen)
			}
		}
		checkHeaders(t, s)
	})
}

// living is the id of a customer that can be changed.
func living(all []dakotatest.Customer) string {
	i := slices.IndexFunc(all, func(c dakotatest.Customer) bool { return c.DeletedAt == 0 && !c.IsSubClient })
	return all[i].ID
}

// checkHeaders looks for what the contract's language can't say: x-idempotency-key belongs to POST, a GET has no body.
func checkHeaders(t *testing.T, s *dakotatest.Server) {
	t.Helper()
	for _, x := range s.Requests() {
		if x.Header.Get("X-Idempotency-Key") != "" || x.Method == "GET" && (x.Body != "" || x.Header.Get("Content-Type") != "") {
			t.Errorf("%s %s sent with body %q and headers %v", x.Method, x.Path, x.Body, x.Header)
		}
	}
}

func TestErrorAnswersKeepTheContract(t *testing.T) {
	unknown := strings.Repeat("0", 27)
	tests := []struct {
		name string
		set  func(*dakotatest.Server)
		want int // the status that all four calls end with
	}{
		{"an unknown key", func(s *dakotatest.Server) { s.Keys = []string{"another"} }, 401},
		{"a key that may not", func(s *dakotatest.Server) { s.Forbidden = []string{"a2V5LWZvci10aGUtY29udHJhY3Q="} }, 403},
		{"a broken server", func(s *dakotatest.Server) { s.Faults = dakotatest.Always(dakotatest.Fault{Status: 500}) }, 500},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &dakotatest.Server{}
				tt.set(s)
				c, _ := contractClient(t, s)
				var errs []error
				for _, err := range c.Pages(t.Context(), dakota.Query{}) {
					errs = append(errs, err)
				}
				_, err := c.SubClients(t.Context())
				errs = append(errs, err)
				_, err = c.Customer(t.Context(), unknown)
				errs = append(errs, err)
				_, err = c.SetSubClient(t.Context(), unknown, "", nil)
				for _, err := range append(errs, err) {
					checkStatus(t, err, tt.want)
				}
			})
		})
	}
}

func TestRefusedAssociationsKeepTheContract(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &dakotatest.Server{}
		s.Seed(dakotatest.SeedOptions{Customers: 2, SubClients: 1})
		c, _ := contractClient(t, s)
		unknown := strings.Repeat("0", 27)
		_, err := c.Customer(t.Context(), unknown)
		checkStatus(t, err, 404)
		_, err = c.SetSubClient(t.Context(), unknown, "", nil)
		checkStatus(t, err, 404)
		_, err = c.SetSubClient(t.Context(), s.Customers()[1].ID, unknown, nil)
		checkStatus(t, err, 400)
		var refusal *dakota.Error
		if errors.As(err, &refusal); len(refusal.Fields) != 1 || refusal.Fields[0].Field != "sub_client_id" || refusal.RequestID == "" {
			t.Errorf("the refusal was read as %+v", refusal)
		}
	})
}

func TestThrottledAnswersKeepTheContract(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &dakotatest.Server{Quota: dakotatest.Quota{Limit: 2, Window: 10 * time.Second}}
		s.Seed(dakotatest.SeedOptions{Customers: 3, SubClients: 1})
		c, n := contractClient(t, s)
		_, err := c.SubClients(t.Context())
		must(t, err)
		s.Adjust(func() { s.Quota.Limit = 1 }) // behind the client's back: its next request is one too many
		_, err = c.SetSubClient(t.Context(), s.Customers()[1].ID, s.SubClients()[0].ID, nil)
		must(t, err)
		if !slices.Contains(n.seen, "updateCustomerSubClient 429") || s.Counts().Throttled == 0 {
			t.Errorf("nothing was throttled: %q", n.seen)
		}
	})
}

func checkStatus(t *testing.T, err error, want int) {
	t.Helper()
	var e *dakota.Error
	if !errors.As(err, &e) || e.Status != want {
		t.Errorf("error %v, want an *Error of status %d", err, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
