package dakota

import (
	"strings"
	"testing"
	"time"
)

func TestBaseURLTakesTheKeyNowhereUnsafe(t *testing.T) {
	for raw, want := range map[string]string{
		ProductionURL:                 ProductionURL,
		"https://host.test:8443/v1/":  "https://host.test:8443/v1",
		"http://localhost:8080":       "http://localhost:8080",
		"http://LOCALHOST":            "http://LOCALHOST",
		"http://127.0.0.1:1/":         "http://127.0.0.1:1",
		"http://127.9.9.9":            "http://127.9.9.9",
		"http://[::1]:80":             "http://[::1]:80",
		"":                            "must begin with https",
		"host.test":                   "must begin with https",
		"ftp://host.test":             "must begin with https",
		"https:host.test":             "must begin with https",
		"https://":                    "names no host",
		"https:///customers":          "names no host",
		"http://host.test":            "plain http",
		"http://localhost.host.test":  "plain http",
		"http://127.0.0.1.host.test":  "plain http",
		"http://0.0.0.0":              "plain http",
		"https://me:s3cret@host.test": "user name",
		"https://s3cret@host.test":    "user name",
		"https://host.test?key=1":     "without ? or #",
		"https://host.test/?":         "without ? or #",
		"https://host.test#x":         "without ? or #",
		"https://host.test#":          "without ? or #",
		"https://me:s3cret@host test": "not a URL",
		"https://[::1":                "not a URL",
	} {
		u, err := parseBaseURL(raw)
		switch {
		case err == nil && u.String() != want:
			t.Errorf("%q: %s, want %s", raw, u, want)
		case err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret")):
			t.Errorf("%q: %v, want %s", raw, err, want)
		}
	}
}

func TestConfigIsRefusedBeforeAnythingIsSent(t *testing.T) {
	good := Config{BaseURL: SandboxURL, Key: testKey(t)}
	for name, change := range map[string]func(*Config){
		"no URL":           func(c *Config) { c.BaseURL = "" },
		"no key":           func(c *Config) { c.Key = Key{} },
		"negative timeout": func(c *Config) { c.Timeout = -1 },
		"negative budget":  func(c *Config) { c.MaxRequests = -1 },
	} {
		c := good
		change(&c)
		if _, err := NewClient(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NewClient(good); err != nil {
		t.Error(err)
	}
}

func TestRatesAndReservesAreReadAsWritten(t *testing.T) {
	for text, want := range map[string]string{
		"": "auto", "auto": "auto", "0": "0", "40/m": "40/m", " 5 / s ": "5/s", "100/hour": "100/h", "7/min": "7/m",
		"40": "!", "-1/m": "!", "0/m": "!", "1/d": "!", "x/m": "!", "1.5/s": "!", "9999999999/s": "!",
	} {
		r, err := ParseRate(text)
		if got := r.String(); err == nil && got != want || (err != nil) != (want == "!") {
			t.Errorf("rate %q: %s, %v", text, got, err)
		}
	}
	for text, want := range map[string]struct {
		text string
		of60 int
	}{
		"0": {"0", 0}, "10": {"10", 10}, "20%": {"20%", 12}, "0.5 %": {"0.5%", 1}, "99%": {"99%", 59}, "100": {"100", 59},
		"": {"!", 0}, "-1": {"!", 0}, "100%": {"!", 0}, "-5%": {"!", 0}, "NaN%": {"!", 0}, "half": {"!", 0},
	} {
		r, err := ParseReserve(text)
		if err == nil && (r.String() != want.text || r.of(60) != want.of60) || (err != nil) != (want.text == "!") {
			t.Errorf("reserve %q: %s, %d of 60, %v", text, r, r.of(60), err)
		}
	}
	if r, _ := ParseRate("40/m"); r.interval() != 1500*time.Millisecond {
		t.Errorf("interval %v", r.interval())
	}
}
