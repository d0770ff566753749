package ledger

import (
	"path/filepath"
	"testing"
)

func TestTheDefaultPathFollowsThePlatform(t *testing.T) {
	type env map[string]string
	for _, tt := range []struct {
		name, system string
		env          env
		want         string
	}{
		{"Linux", "linux", env{"HOME": "/home/ann"}, "/home/ann/.local/state"},
		{"Linux with a state directory", "linux", env{"HOME": "/home/ann", "XDG_STATE_HOME": "/srv/state"}, "/srv/state"},
		// The specification has a relative one ignored.
		{"a relative state directory", "linux", env{"HOME": "/home/ann", "XDG_STATE_HOME": "state"}, "/home/ann/.local/state"},
		{"macOS", "darwin", env{"HOME": "/Users/ann"}, "/Users/ann/Library/Application Support"},
		{"Windows", "windows", env{"LocalAppData": `C:\Users\ann\AppData\Local`, "HOME": "/c/ann"}, `C:\Users\ann\AppData\Local`},
		{"no home, as under some schedulers", "linux", env{}, ""},
		{"no home on Windows", "windows", env{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := stateDir(tt.system, func(name string) string { return tt.env[name] })
			if filepath.ToSlash(got) != filepath.ToSlash(tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if got := DefaultPath(func(string) string { return "" }); got != "" {
		t.Errorf("without an environment the path is %q", got)
	}
	xdg := t.TempDir()
	want := filepath.Join(xdg, "dakota-reconcile", "ledger.db")
	if got := DefaultPath(func(name string) string { return map[string]string{"XDG_STATE_HOME": xdg}[name] }); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
