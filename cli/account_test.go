package cli

import "testing"

// Two runs against one account must meet at its lock however its address is written.
func TestAddressesOfOneAccountAreOne(t *testing.T) {
	for raw, want := range map[string]string{
		"https://api.platform.sandbox.dakota.xyz":      "https://api.platform.sandbox.dakota.xyz",
		"https://API.platform.sandbox.dakota.xyz:443/": "https://api.platform.sandbox.dakota.xyz",
		"http://127.0.0.1:8765/":                       "http://127.0.0.1:8765",
		"HTTP://localhost:80":                          "http://localhost",
		"https://gateway.example/dakota//":             "https://gateway.example/dakota",
		"not an address":                               "not an address",
	} {
		if got := normalURL(raw); got != want {
			t.Errorf("%s is written %s, want %s", raw, got, want)
		}
	}
}
