package dakotatest

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// roundTripper is the server without a socket.
type roundTripper struct{ server *Server }

// RoundTripper is a transport that reaches this server whatever the address, without a socket: the record tells which host was asked.
// It waits on the clock of a testing/synctest bubble and obeys the request's context as net/http's own does.
func (s *Server) RoundTripper() http.RoundTripper { return roundTripper{s} }

// RoundTrip sends one request.
func (t roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL == nil || r.URL.Host == "" {
		return nil, errors.New("dakotatest: a request needs a host")
	}
	if err := r.Context().Err(); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	a, err := t.server.exchange(r)
	if err != nil {
		return nil, err
	}
	return a.response(r), nil
}

// Listen serves the API on an address of this machine, such as "127.0.0.1:0", until stop is called. Any other address is refused: a fake
// with nobody's guard is not for the network.
func (s *Server) Listen(addr string) (baseURL string, stop func() error, err error) {
	return listen(addr, s)
}

// ListenControl is Listen with the paths of Control beside the API.
func (s *Server) ListenControl(addr string) (baseURL string, stop func() error, err error) {
	return listen(addr, s.Control())
}

func listen(addr string, h http.Handler) (baseURL string, stop func() error, err error) {
	if err := loopback(addr); err != nil {
		return "", nil, err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", nil, fmt.Errorf("serve the fake API: %w", err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	stop = func() error {
		err := server.Close()
		if serving := <-done; err == nil && !errors.Is(serving, http.ErrServerClosed) {
			err = serving
		}
		return err
	}
	return "http://" + l.Addr().String(), stop, nil
}

func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("serve the fake API: %w", err)
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("serve the fake API: %q is not a loopback address, use 127.0.0.1 or localhost", addr)
}
