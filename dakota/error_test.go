package dakota

import (
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestErrorsOfEveryShapeAreRead(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		header http.Header
		body   string
		want   Error
		text   string
	}{
		"problem details": {
			400, nil,
			`{"type":"https://docs.test/errors#invalid_request","title":"Bad Request","status":400,"detail":"sub_client_id must reference a customer belonging to the same client","request_id":"req_1","errors":[{"field":"sub_client_id","message":"no such","code":"ref"}]}`,
			Error{
				Status: 400, Code: "invalid_request", Title: "Bad Request", Detail: "sub_client_id must reference a customer belonging to the same client",
				Fields: []FieldError{{"sub_client_id", "no such", "ref"}}, RequestID: "req_1",
			},
			"the API answered 400 Bad Request: invalid_request: Bad Request: sub_client_id must reference a customer belonging to the same client; sub_client_id: no such (request req_1)",
		},
		"a short word for type": {
			404, nil, `{"type":"not_found","title":"Customer not found","status":404}`,
			Error{Status: 404, Code: "not_found", Title: "Customer not found"},
			"the API answered 404 Not Found: not_found: Customer not found",
		},
		"a type without fragment": {403, nil, `{"type":"https://docs.test/errors/forbidden/","title":"No"}`, Error{Status: 403, Code: "forbidden", Title: "No"}, ""},
		"about:blank":             {503, nil, `{"type":"about:blank","title":"Down","errors":[]}`, Error{Status: 503, Title: "Down"}, ""},
		"code and message": {
			401,
			http.Header{"X-Request-Id": {"hdr"}},
			`{"code":"unauthorized","message":"bad key"}`,
			Error{Status: 401, Code: "unauthorized", Title: "bad key", RequestID: "hdr"},
			"the API answered 401 Unauthorized: bad key (request hdr)",
		},
		"a number for code":     {400, nil, `{"code":1234,"message":"no"}`, Error{Status: 400, Code: "1234", Title: "no"}, ""},
		"a nested error":        {429, nil, `{"error":{"type":"rate_limited","message":"slow down"}}`, Error{Status: 429, Code: "rate_limited", Title: "slow down"}, ""},
		"an error in one word":  {400, nil, `{"error":"invalid_id"}`, Error{Status: 400, Title: "invalid_id"}, ""},
		"the body's request id": {500, http.Header{"X-Request-Id": {"hdr"}}, `{"title":"x","request_id":"body"}`, Error{Status: 500, Title: "x", RequestID: "body"}, ""},
		"fields of wrong types": {400, nil, `{"type":7,"title":["x"],"detail":"d","errors":{"a":1},"request_id":false}`, Error{Status: 400, Code: "7", Detail: "d"}, ""},
		"a gateway's HTML":      {502, http.Header{"Content-Type": {"text/html"}}, "<html><head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body></html>", Error{Status: 502, Title: "502 Bad Gateway nginx"}, ""},
		"nothing":               {500, nil, "", Error{Status: 500}, "the API answered 500 Internal Server Error"},
		"null":                  {500, nil, "null", Error{Status: 500, Title: "null"}, ""},
		"a list":                {500, nil, `["x"]`, Error{Status: 500, Title: `["x"]`}, ""},
		"an object of no form":  {418, nil, `{"a":1}`, Error{Status: 418, Title: `{"a":1}`}, ""},
		"an unknown status":     {599, nil, "", Error{Status: 599}, "the API answered 599"},
		"a long text is cut":    {500, nil, strings.Repeat("ä", 500), Error{Status: 500, Title: strings.Repeat("ä", 200)}, ""},
		"control characters":    {500, nil, "a\x1b[31mb\r\n\x00c\u202ed\xff", Error{Status: 500, Title: "a [31mb c d"}, ""},
		"a redirect":            {302, nil, `<a href="/x">Found</a>.`, Error{Status: 302, Title: "a redirect, which is not followed since the key would go with it; correct the base URL"}, ""},
		"the key comes back": {
			401,
			http.Header{"X-Request-Id": {"r-dGVzdC1rZXktMTIz/+=="}},
			`{"code":"dGVzdC1rZXktMTIz\/+==","message":"unknown key dGVzdC1rZXktMTIz%2F%2B%3D%3D","detail":"dGVzdC1rZXktMTIz/+=="}`,
			Error{Status: 401, Code: "[key]", Title: "unknown key [key]", Detail: "[key]", RequestID: "r-[key]"},
			"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := readError(c.status, c.header, []byte(c.body), testKey(t))
			if d := cmp.Diff(&c.want, got); d != "" {
				t.Error(d)
			}
			if c.text != "" && got.Error() != c.text {
				t.Errorf("says %s\nwant %s", got, c.text)
			}
		})
	}
}

func FuzzErrorBody(f *testing.F) {
	for _, seed := range []string{"", "null", `{"type":"a#b","title":"t","errors":[{"field":"f","message":"m"}]}`, `{"error":{"type":"x"}}`, "<html><b>x", "\x00\xff"} {
		f.Add(400, seed)
	}
	key := Key{secret: "dGVzdC1rZXktMTIz"}
	f.Fuzz(func(t *testing.T, status int, body string) {
		e := readError(status, http.Header{"X-Request-Id": {body}}, []byte(body), key)
		texts := []string{e.Code, e.Title, e.Detail, e.RequestID}
		for _, field := range e.Fields {
			texts = append(texts, field.Field, field.Message, field.Code)
		}
		for _, text := range texts {
			if utf8.RuneCountInString(text) > maxText+len(redacted) || !utf8.ValidString(text) {
				t.Errorf("too long or broken: %q", text)
			}
			if strings.IndexFunc(text, unicode.IsControl) >= 0 || strings.Contains(text, key.secret) {
				t.Errorf("not clean: %q", text)
			}
		}
		if e.Error() == "" {
			t.Error("says nothing")
		}
	})
}
