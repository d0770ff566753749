package dakotatest

import (
	"encoding/json"
	"net/http"
	"strings"
)

// Form is the shape of an error's body.
type Form int

const (
	Problem   Form = iota // RFC 9457, as documented
	Old                   // {"code": …, "message": …}, of older pages
	OldNested             // {"error": {"type": …, "message": …}}, of older pages
	HTML                  // a gateway's page
	Plain                 // a line of text
	NoBody                // nothing at all
)

// fieldError is one entry of a problem's errors.
type fieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
	Code    string `json:"code,omitempty"`
}

// problem is RFC 9457's object as Dakota extends it.
type problem struct {
	Type      string       `json:"type"`
	Title     string       `json:"title"`
	Status    int          `json:"status"`
	Detail    string       `json:"detail,omitempty"`
	Instance  string       `json:"instance,omitempty"`
	RequestID string       `json:"request_id,omitempty"`
	Errors    []fieldError `json:"errors,omitempty"`
}

// codes are the words that name a status in a problem's type.
var codes = map[int]string{
	400: "invalid_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 408: "request_timeout",
	409: "conflict", 415: "unsupported_media_type", 422: "unprocessable", 429: "rate_limit_exceeded", 500: "internal_error",
	502: "bad_gateway", 503: "service_unavailable", 504: "gateway_timeout",
}

func code(status int) string {
	if c := codes[status]; c != "" {
		return c
	}
	return strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
}

// render writes the problem in a form.
func (p problem) render(f Form) (contentType string, body []byte) {
	switch f {
	case Old:
		return "application/json", marshal(map[string]string{"code": code(p.Status), "message": p.Detail})
	case OldNested:
		inner := map[string]string{"type": code(p.Status), "message": p.Detail}
		return "application/json", marshal(map[string]any{"error": inner})
	case HTML:
		title := http.StatusText(p.Status)
		return "text/html", []byte("<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1><hr>nginx</body></html>\n")
	case Plain:
		return "text/plain; charset=utf-8", []byte("upstream request failed\n")
	case NoBody:
		return "", nil
	}
	return "application/problem+json", marshal(p)
}

func marshal(v any) []byte {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("dakotatest: encode an answer: " + err.Error())
	}
	return []byte(b.String())
}
