package dakota_test

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"dakota-reconcile/dakota"
)

// A server whose certificate nobody trusts gets no request, is not asked again and again, and the error says what it is.
func TestUntrustedCertificateIsNoOutage(t *testing.T) {
	var served atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served.Add(1) }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	key, err := dakota.NewKey("a2V5LW9mLXBhdGllbmNl", "the test")
	if err != nil {
		t.Fatal(err)
	}
	c, err := dakota.NewClient(dakota.Config{BaseURL: s.URL, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.SubClients(t.Context()); !errors.Is(err, dakota.ErrCertificate) || served.Load() != 0 {
		t.Errorf("after %d requests: %v", served.Load(), err)
	}
	if u := c.Usage(); u.Total() != 0 {
		t.Errorf("%d requests are counted that never left", u.Total())
	}
}
