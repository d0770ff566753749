package dakotatest

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"
)

// visit is a request on its way through the server.
type visit struct {
	*Exchange
	ctx      context.Context
	request  *http.Request
	standing standing
	fault    Fault
	wire     wireSettings
}

// wireSettings are the knobs that an answer depends on, as they were when the request came.
type wireSettings struct {
	quota  Quota
	faults func(Request) Fault
	before func(Request)
	after  func(Exchange)
}

// The errors of connections that end without an answer, as net/http's transport gives them.
var (
	errRefused error = &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	errReset   error = &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	errClosed  error = io.EOF
)

// maxBody is more than any request of the contract needs.
const maxBody = 64 << 10

// exchange takes a request through everything. An error means that the connection ends without an answer.
func (s *Server) exchange(r *http.Request) (*answer, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	req := describe(r, body)
	there, back, err := s.travel(req)
	if err != nil {
		return nil, err
	}
	if err := sleep(r.Context(), there); err != nil {
		return nil, err
	}
	v, refusal := s.arrive(r, req)
	rep, err := refusal, error(nil)
	if rep == nil {
		rep, err = s.perform(v)
	}
	a, err := s.leave(v, rep, err)
	if err != nil {
		return nil, err
	}
	return a, sleep(r.Context(), back)
}

func readBody(r *http.Request) (string, error) {
	if r.Body == nil {
		return "", nil
	}
	defer r.Body.Close()
	b, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	return string(b), err
}

// travel asks the knobs that concern the network.
func (s *Server) travel(req Request) (there, back time.Duration, err error) {
	s.mu.Lock()
	latency, down := s.Latency, s.Down
	s.mu.Unlock()
	if down != nil && down(req) {
		return 0, 0, errRefused
	}
	if latency != nil {
		there, back = latency(req)
	}
	return there, back, nil
}

// arrive takes the request down and lets key and quota decide. The reply is nil when they let it pass.
func (s *Server) arrive(r *http.Request, req Request) (*visit, *reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.settle(now)
	key := r.Header.Get("X-Api-Key")
	req.At, req.Key = now.UTC(), s.log.print(key)
	if s.KeepHeaders {
		req.Header = r.Header.Clone()
		req.Header.Del("X-Api-Key")
	}
	v := &visit{Exchange: &Exchange{Request: req}, ctx: r.Context(), request: r}
	v.wire = wireSettings{s.Quota, s.Faults, s.Before, s.After}
	s.log.enter(v.Exchange)
	if refusal := s.authorize(key); refusal != nil {
		return v, refusal
	}
	v.standing = s.Quota.spend(s.window(key), now.Add(s.Quota.Skew))
	if !v.standing.granted {
		v.Throttled = true
		s.log.counts.Throttled++
		rep := refuse(http.StatusTooManyRequests, "too many requests for this key, wait for the window to reset")
		rep.form = s.Quota.Refusal
		return v, rep
	}
	v.Attempt = s.log.attempt(v.Request)
	return v, nil
}

// perform does what a request asks for, and what goes wrong with it.
func (s *Server) perform(v *visit) (*reply, error) {
	if v.wire.faults != nil {
		v.fault = v.wire.faults(v.Request)
	}
	f := &v.fault
	if v.wire.before != nil {
		v.wire.before(v.Request)
	}
	call(f.Before)
	due := time.Now().Add(f.Delay)
	if err := sleep(v.ctx, f.Delay); err != nil {
		s.workAt(due, v)
		return nil, err
	}
	if f.Hang == HangBefore {
		if err := hold(v.ctx, f.HangFor); err != nil {
			return nil, err
		}
	}
	if f.Drop == DropBefore {
		return nil, errReset
	}
	rep := s.respond(v)
	call(f.After)
	if f.Hang == HangAfter {
		if err := hold(v.ctx, f.HangFor); err != nil {
			return nil, err
		}
	}
	if f.Drop == DropAfter {
		return nil, errClosed
	}
	return rep, nil
}

// respond does the work unless the fault answers in its stead.
func (s *Server) respond(v *visit) *reply {
	f := &v.fault
	if f.Redirect != "" {
		rep := &reply{status: http.StatusFound, form: NoBody}
		if f.Status/100 == 3 {
			rep.status = f.Status
		}
		return rep
	}
	var rep *reply
	if f.works() {
		rep = s.work(v, time.Now())
	}
	switch {
	case f.Status == 0:
		return rep
	case rep != nil && rep.status == http.StatusOK && f.Status/100 == 2 && f.Form == Problem:
		rep.status = f.Status
		return rep
	}
	rep = refuse(f.Status, "the server was told to fail")
	rep.form = f.Form
	return rep
}

func call(f func()) {
	if f != nil {
		f()
	}
}
