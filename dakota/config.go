package dakota

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The API's two environments. Keys of one don't work on the other.
const (
	SandboxURL    = "https://api.platform.sandbox.dakota.xyz"
	ProductionURL = "https://api.platform.dakota.xyz"
)

const (
	defaultTimeout  = 15 * time.Second
	defaultAttempts = 5
	defaultAgent    = "dakota-reconcile"
)

// Config says how to reach the API. The zero value of every field but BaseURL and Key is usable.
type Config struct {
	BaseURL      string            // https, or http for loopback alone; a host, perhaps a port and a path
	Key          Key               // see [KeyFrom]
	Transport    http.RoundTripper // nil: our own, with proxies from the environment
	Timeout      time.Duration     // for one attempt, from its leaving to the last byte of its answer; 0 = 15s
	Rate         Rate              // a ceiling of our own; zero = automatic
	Reserve      Reserve           // requests of each window that are left to other users of the key
	MaxRequests  int               // 0 = no bound; the request that would exceed it ends with ErrBudget
	ReadAttempts int               // how often a GET is tried before its failure is returned; 0 = 5
	MaxThrottled time.Duration     // how long every answer may be a 429 until requests end with ErrThrottled; 0 = for ever
	UserAgent    string
	Hooks        Hooks
}

// Hooks are told what happens, for logs and progress. Each may be nil. They are called from many goroutines and must return soon.
type Hooks struct {
	Request func(RequestEvent) // after each request, refused and failed ones included
	Wait    func(WaitEvent)    // when the quota makes requests wait for two seconds or more
}

// Kind is the sort of a request, as Usage counts them.
type Kind string

const (
	KindList    Kind = "list"
	KindGet     Kind = "get"
	KindSummary Kind = "summary"
	KindPatch   Kind = "patch"
)

// RequestEvent is one request and what became of it. It never holds the key or a body.
type RequestEvent struct {
	Kind       Kind
	CustomerID string        // of a get or a patch
	Attempt    int           // from 1; one that was answered with 429 is repeated under the same number
	Status     int           // 0 when no answer came
	RequestID  string        // "" when the answer carried none
	Err        error         // nil for a good answer
	Took       time.Duration // until the last byte of its answer, or until it was given up
}

// WaitEvent says that requests wait, and until when at the latest. One wait of many requests is told once.
type WaitEvent struct {
	Reason string // in words: "the window's requests are spent"
	Until  time.Time
}

// settled returns the config with its defaults filled in, and the parsed base URL.
func (c Config) settled() (Config, *url.URL, error) {
	base, err := parseBaseURL(c.BaseURL)
	if err != nil {
		return c, nil, err
	}
	if c.Key.secret == "" {
		return c, nil, errors.New("read the API key: it is empty")
	}
	if c.Timeout < 0 || c.ReadAttempts < 0 || c.MaxRequests < 0 || c.MaxThrottled < 0 {
		return c, nil, errors.New("set up the client: timeout, attempts and the bound on requests can't be negative")
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.ReadAttempts == 0 {
		c.ReadAttempts = defaultAttempts
	}
	if c.UserAgent == "" {
		c.UserAgent = defaultAgent
	}
	return c, base, nil
}

// parseBaseURL checks an address to which a key would be sent: https, or http for this machine's own loopback addresses, with a host,
// perhaps a port and a path, and nothing else. The returned URL has no trailing slash.
func parseBaseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		// The parser's error repeats the address, and with it a password that someone wrote into it.
		return nil, errors.New("read the base URL: it is not a URL; it looks like " + SandboxURL)
	}
	switch {
	case u.User != nil:
		return nil, errors.New("read the base URL: it must not hold a user name or a password")
	case u.Scheme != "https" && u.Scheme != "http" || u.Opaque != "":
		return nil, fmt.Errorf("read the base URL %q: it must begin with https://", raw)
	case u.Hostname() == "":
		return nil, fmt.Errorf("read the base URL %q: it names no host", raw)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(raw, "#"):
		return nil, fmt.Errorf("read the base URL %q: it must end with its path, without ? or #", raw)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("read the base URL %q: plain http would show the key to the network; only localhost may have it", raw)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = strings.TrimRight(u.RawPath, "/")
	return u, nil
}

// isLoopback reports whether a host is this machine by its very name. Names that merely resolve to it don't count: a resolver can change
// its mind between the check and the request.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
