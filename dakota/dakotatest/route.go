package dakotatest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// reply is what the account says to a request.
type reply struct {
	status  int
	body    []byte  // of a 200
	problem problem // of anything else
	form    Form
	allow   string // the methods of a 405
}

// refuse is a reply that refuses.
func refuse(status int, detail string, fields ...fieldError) *reply {
	return &reply{status: status, problem: problem{
		Type: "https://docs.dakota.xyz/errors#" + code(status), Title: http.StatusText(status), Status: status, Detail: detail, Errors: fields,
	}}
}

// coded replaces the code in the problem's type by a more precise one.
func (r *reply) coded(word string) *reply {
	r.problem.Type = "https://docs.dakota.xyz/errors#" + word
	return r
}

const (
	customersPath = "/customers"
	summaryPath   = "/customers/sub-client-summary"
	subClientPart = "/sub-client"
)

// describe reads which call a request is.
func describe(r *http.Request, body string) Request {
	req := Request{Kind: Other, Method: r.Method, Host: r.Host, Path: r.URL.Path, Query: r.URL.RawQuery, Body: body}
	if req.Host == "" {
		req.Host = r.URL.Host
	}
	kind, id := locate(req.Path)
	if method(kind) == r.Method {
		req.Kind, req.CustomerID = kind, id
	}
	return req
}

// locate finds the call and the customer of a path.
func locate(path string) (kind Kind, customerID string) {
	switch path {
	case customersPath:
		return List, ""
	case summaryPath:
		return Summary, ""
	}
	rest, found := strings.CutPrefix(path, customersPath+"/")
	if !found {
		return Other, ""
	}
	kind = Get
	if id, patch := strings.CutSuffix(rest, subClientPart); patch {
		kind, rest = Patch, id
	}
	if rest == "" || strings.Contains(rest, "/") {
		return Other, ""
	}
	return kind, rest
}

// method is the one method of a call, "" when there is no such call.
func method(kind Kind) string {
	switch kind {
	case List, Get, Summary:
		return http.MethodGet
	case Patch:
		return http.MethodPatch
	}
	return ""
}

// authorize checks the key; nil means it is good.
func (s *Server) authorize(key string) *reply {
	known := key != "" && (len(s.Keys) == 0 || slices.Contains(s.Keys, key) || slices.Contains(s.Forbidden, key))
	if !known || s.revoked[key] {
		return refuse(http.StatusUnauthorized, "the API key is missing, unknown or revoked")
	}
	if slices.Contains(s.Forbidden, key) {
		return refuse(http.StatusForbidden, "this key may not use this resource")
	}
	return nil
}

// work answers a request that nothing is wrong with on the way.
func (s *Server) work(v *visit, at time.Time) *reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(at)
	return s.workLocked(v, at)
}

func (s *Server) workLocked(v *visit, at time.Time) *reply {
	s.account.ready(s.Ties, s.HideDeleted)
	if v.Kind == Other {
		return unrouted(v.Path)
	}
	if wrong := strictness(v); wrong != nil {
		return wrong
	}
	switch v.Kind {
	case List:
		return s.list(v)
	case Summary:
		return s.summary()
	case Get:
		return s.get(v)
	}
	return s.patch(v, at)
}

// unrouted is the reply to what is no call: 405 where the path is one, else 404.
func unrouted(path string) *reply {
	if kind, _ := locate(path); kind != Other {
		rep := refuse(http.StatusMethodNotAllowed, "this resource does not have that method")
		rep.allow = method(kind)
		return rep
	}
	return refuse(http.StatusNotFound, "there is no such resource")
}

// strictness refuses what no call allows.
func strictness(v *visit) *reply {
	switch {
	case v.Kind != Patch && v.Body != "":
		return refuse(http.StatusBadRequest, "a GET has no body")
	case v.Kind != List && v.Query != "":
		return refuse(http.StatusBadRequest, "this resource has no parameters", fieldError{"query", "unknown parameter", "unknown"})
	case v.CustomerID != "" && !validID(v.CustomerID):
		return refuse(http.StatusBadRequest, "customer_id is not an id", fieldError{"customer_id", "must be 27 digits and letters", "invalid"})
	}
	return nil
}
