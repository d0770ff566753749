package dakota

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
)

const (
	maxText      = 200 // characters kept of any text the server wrote
	maxFields    = 20  // field errors kept
	maxRequestID = 100
)

// Error is an answer of the API other than success. All its texts are cleaned of control characters and of the key, and cut.
type Error struct {
	Status     int           // the HTTP status
	Code       string        // a short word for programs: not_found, …; "" when the answer had none
	Title      string        // a sentence; of an answer in no known form, its beginning
	Detail     string        // more of it
	Fields     []FieldError  // what is wrong with which field
	RequestID  string        // by which the API's support finds it
	RetryAfter time.Duration // 0 when the answer named none
}

// FieldError says what is wrong with a field of a request.
type FieldError struct {
	Field   string
	Message string
	Code    string
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the API answered %d", e.Status)
	if name := http.StatusText(e.Status); name != "" {
		b.WriteString(" " + name)
	}
	last := http.StatusText(e.Status)
	for _, part := range []string{e.Code, e.Title, e.Detail} {
		if part != "" && !strings.EqualFold(part, last) {
			b.WriteString(": " + part)
			last = part
		}
	}
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Field, f.Message)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request %s)", e.RequestID)
	}
	return b.String()
}

// readError makes an Error of an answer: RFC 9457 problem details, {"code","message"}, {"error":{"type","message"}}, or anything else.
// It reads field by field, so that one of an unexpected type does not cost the others.
func readError(status int, header http.Header, body []byte, key Key) *Error {
	e := &Error{Status: status, RequestID: requestID(header, key)}
	tidy := func(text string) string { return clean(key.redact(text), maxText) }
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil || members == nil {
		e.Title = tidy(plainText(header, string(body)))
		if status >= 300 && status < 400 {
			e.Title = "a redirect, which is not followed since the key would go with it; correct the base URL"
		}
		return e
	}
	e.Code = tidy(errorCode(members))
	e.Title = tidy(firstText(members, "title", "message", "error"))
	e.Detail = tidy(firstText(members, "detail"))
	if id := clean(key.redact(firstText(members, "request_id")), maxRequestID); id != "" {
		e.RequestID = id
	}
	if nested := (map[string]json.RawMessage{}); json.Unmarshal(members["error"], &nested) == nil && nested != nil {
		e.Code = orElse(e.Code, tidy(firstText(nested, "type", "code")))
		e.Title = orElse(e.Title, tidy(firstText(nested, "message")))
	}
	for _, f := range fieldErrors(members["errors"]) {
		e.Fields = append(e.Fields, FieldError{Field: tidy(f.Field), Message: tidy(f.Message), Code: tidy(f.Code)})
	}
	if e.Code == "" && e.Title == "" && e.Detail == "" {
		e.Title = tidy(string(body))
	}
	return e
}

// errorCode returns the member code, or what follows the # of type, or its last part; about:blank says nothing.
func errorCode(members map[string]json.RawMessage) string {
	if code := firstText(members, "code"); code != "" {
		return code
	}
	kind := firstText(members, "type")
	if _, fragment, found := strings.Cut(kind, "#"); found {
		return fragment
	}
	if kind == "about:blank" {
		return ""
	}
	if strings.Contains(kind, "://") {
		kind = strings.TrimRight(kind, "/")
		return kind[strings.LastIndex(kind, "/")+1:]
	}
	return kind
}

func fieldErrors(raw json.RawMessage) []FieldError {
	var list []map[string]json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	var fields []FieldError
	for _, item := range list[:min(len(list), maxFields)] {
		f := FieldError{Field: firstText(item, "field"), Message: firstText(item, "message"), Code: firstText(item, "code")}
		if f.Field != "" || f.Message != "" {
			fields = append(fields, f)
		}
	}
	return fields
}

// firstText returns the first of the members that is a text or a number, as text.
func firstText(members map[string]json.RawMessage, names ...string) string {
	for _, name := range names {
		var text string
		if raw := members[name]; json.Unmarshal(raw, &text) == nil && text != "" {
			return text
		}
		var number json.Number
		if raw := members[name]; json.Unmarshal(raw, &number) == nil && number != "" {
			return number.String()
		}
	}
	return ""
}

// plainText takes the tags out of what a gateway wrote, so that its title is left.
func plainText(header http.Header, text string) string {
	if !strings.Contains(header.Get("Content-Type"), "html") && !strings.HasPrefix(strings.TrimSpace(text), "<") {
		return text
	}
	var b strings.Builder
	inside := false
	for _, r := range text {
		switch {
		case r == '<':
			inside = true
		case r == '>' && inside:
			inside = false
			b.WriteByte(' ')
		case !inside:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func requestID(header http.Header, key Key) string {
	return clean(key.redact(header.Get("X-Request-Id")), maxRequestID)
}

// clean makes one line of a text: runs of space and of unprintable characters become one space, and after limit characters it is cut.
func clean(text string, limit int) string {
	var b strings.Builder
	n, gap := 0, false
	for _, r := range text {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			gap = n > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			n, gap = n+1, false
		}
		if n >= limit {
			break
		}
		b.WriteRune(r)
		n++
	}
	return strings.TrimRight(b.String(), " ")
}

func orElse(text, other string) string {
	if text != "" {
		return text
	}
	return other
}
