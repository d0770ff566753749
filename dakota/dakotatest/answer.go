package dakotatest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// answer is what leaves: bytes, and how their way ends.
type answer struct {
	status int
	header http.Header
	body   []byte
	pad    int64 // spaces before the body
	sent   int   // bytes of the body that are sent before what comes next
	cut    bool  // then the connection ends
	stall  bool  // then nothing comes, for stallFor or until the client gives up; then the rest
	stay   time.Duration
}

// leave turns a reply into an answer and takes down what it was.
func (s *Server) leave(v *visit, rep *reply, failed error) (*answer, error) {
	var a *answer
	if failed == nil {
		a = v.answer(rep)
	}
	s.mu.Lock()
	v.Ended = time.Now().UTC()
	if a != nil {
		v.Status, v.RequestID = a.status, a.header.Get("X-Request-Id")
	}
	x := *v.Exchange
	s.mu.Unlock()
	if v.wire.after != nil {
		v.wire.after(x)
	}
	return a, failed
}

func (v *visit) answer(rep *reply) *answer {
	f, id := &v.fault, fmt.Sprintf("req_%08x", v.N)
	a := &answer{status: rep.status, header: http.Header{}, pad: f.Pad, cut: f.Truncate, stall: f.Hang == HangBody, stay: f.HangFor}
	contentType := "application/json"
	if rep.body != nil {
		a.body = rep.body
	} else {
		rep.problem.Instance, rep.problem.RequestID = v.Path, id
		contentType, a.body = rep.problem.render(rep.form)
	}
	if f.Body != "" || f.ContentType != "" {
		contentType, a.body = orElse(f.ContentType, "text/html"), []byte(f.Body)
	}
	if a.status == http.StatusNoContent || a.status == http.StatusNotModified { // HTTP has no body there
		contentType, a.body, a.pad = "", nil, 0
	}
	if f.Garble {
		garble(a.body)
	}
	a.sent = len(a.body)
	if a.cut || a.stall {
		a.sent /= 2
	}
	a.headers(v, rep, contentType, id)
	return a
}

func (a *answer) headers(v *visit, rep *reply, contentType, id string) {
	h := a.header
	h.Set("Date", v.wire.quota.clock().UTC().Format(http.TimeFormat))
	h.Set("X-Request-Id", id)
	h.Set("Content-Length", strconv.FormatInt(a.pad+int64(len(a.body)), 10))
	if contentType != "" {
		h.Set("Content-Type", contentType)
	}
	if rep.allow != "" {
		h.Set("Allow", rep.allow)
	}
	if v.fault.Redirect != "" {
		h.Set("Location", v.fault.Redirect)
	}
	v.wire.quota.tell(v.standing, h)
	maps.Copy(h, v.fault.Header)
}

// garble spoils a body so that no reader can make sense of it.
func garble(body []byte) {
	for i := 0; i < len(body); i += 13 {
		body[i] = 0xFF
	}
}

// serve sends the answer through a socket.
func (a *answer) serve(w http.ResponseWriter, r *http.Request) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	if _, err := io.Copy(w, a.reader(r.Context())); err != nil {
		panic(http.ErrAbortHandler) // the client sees a body shorter than was announced
	}
}

// response is the answer without a socket.
func (a *answer) response(r *http.Request) *http.Response {
	return &http.Response{
		Status: strconv.Itoa(a.status) + " " + http.StatusText(a.status), StatusCode: a.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.header, ContentLength: a.pad + int64(len(a.body)), Request: r,
		Body: &bodyReader{ctx: r.Context(), r: a.reader(r.Context())},
	}
}

// reader gives the body as it comes over the wire.
func (a *answer) reader(ctx context.Context) io.Reader {
	parts := []io.Reader{io.LimitReader(spaces{}, a.pad), bytes.NewReader(a.body[:a.sent])}
	if a.stall {
		parts = append(parts, pause(func() error { return hold(ctx, a.stay) }))
	}
	if a.cut {
		parts = append(parts, pause(func() error { return io.ErrUnexpectedEOF }))
	}
	return io.MultiReader(append(parts, bytes.NewReader(a.body[a.sent:]))...)
}

// pause is a reader that has nothing to read: it waits, or fails.
type pause func() error

func (p pause) Read([]byte) (int, error) {
	if err := p(); err != nil {
		return 0, err
	}
	return 0, io.EOF
}

// spaces is an endless row of spaces, which JSON allows before a value.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// bodyReader fails like a connection's body once the request was given up or the body closed.
type bodyReader struct {
	ctx    context.Context
	r      io.Reader
	closed bool
}

func (b *bodyReader) Read(p []byte) (int, error) {
	if b.closed {
		return 0, http.ErrBodyReadAfterClose
	}
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return b.r.Read(p)
}

func (b *bodyReader) Close() error {
	b.closed = true
	return nil
}
