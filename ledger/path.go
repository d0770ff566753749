package ledger

import (
	"path/filepath"
	"runtime"
)

// DefaultPath is where the ledger lies when nobody names another place: in the user's state directory. It is "" when the environment
// names none (no HOME, as under some schedulers); [Open] then says what to do.
func DefaultPath(getenv func(string) string) string {
	dir := stateDir(runtime.GOOS, getenv)
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "dakota-reconcile", "ledger.db")
}

// stateDir is where programs of the user keep what must survive. XDG_STATE_HOME counts everywhere, but only when absolute, as the
// specification has it (https://specifications.freedesktop.org/basedir-spec/latest/).
func stateDir(system string, getenv func(string) string) string {
	if d := getenv("XDG_STATE_HOME"); filepath.IsAbs(d) {
		return d
	}
	if system == "windows" {
		return getenv("LocalAppData")
	}
	home := getenv("HOME")
	switch {
	case home == "":
		return ""
	case system == "darwin":
		return filepath.Join(home, "Library", "Application Support")
	}
	return filepath.Join(home, ".local", "state")
}
