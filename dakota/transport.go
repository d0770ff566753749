package dakota

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"time"
)

// readOnly is a transport for GETs: what is given to a planner has no way to change anything.
type readOnly struct{ next http.RoundTripper }

func (t readOnly) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		return nil, fmt.Errorf("send a %s: this client only reads", r.Method)
	}
	return t.next.RoundTrip(r)
}

// newTransport returns a transport for some dozens of requests in flight to one host. It takes proxies from the environment, and roots of
// trust from the system or from SSL_CERT_FILE.
func newTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	t.MaxIdleConns = 64
	// Between two windows connections would idle for most of a minute, and servers close them about then. A request on a connection
	// that is just being closed is in doubt, a new connection is cheap.
	t.IdleConnTimeout = 20 * time.Second
	t.MaxResponseHeaderBytes = 1 << 20
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second}
	return t
}
