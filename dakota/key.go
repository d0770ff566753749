package dakota

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// The environment variables that hold the key or say where it is.
const (
	EnvKey        = "DAKOTA_API_KEY"
	EnvKeyFile    = "DAKOTA_API_KEY_FILE"
	EnvKeyCommand = "DAKOTA_API_KEY_COMMAND"
)

const (
	keyCommandTimeout = 30 * time.Second
	maxKeyBytes       = 64 << 10
	// shortSecret is the length from which a key is looked for in texts. A shorter one is a placeholder in somebody's test, and
	// taking it out of texts would garble them.
	shortSecret = 6
)

const redacted = "[key]"

// Key is an API key. It prints as [key] in every way there is; only the transport sees what it is.
type Key struct {
	secret string
	source string
	notice string
}

// NewKey checks a key and wraps it. Source says in words where it is from. Keys have no known length or alphabet, so nothing is checked
// but that there is one, without spaces or control characters.
func NewKey(secret, source string) (Key, error) {
	secret = strings.TrimSpace(secret)
	if secret == "" {
		return Key{}, fmt.Errorf("read the API key from %s: it is empty", source)
	}
	for i, r := range secret {
		if r <= ' ' || r > '~' {
			return Key{}, fmt.Errorf("read the API key from %s: it has a space, a line break or an unprintable character at place %d", source, i+1)
		}
	}
	return Key{secret: secret, source: source}, nil
}

// KeyFrom reads the key from the one of DAKOTA_API_KEY, DAKOTA_API_KEY_FILE and DAKOTA_API_KEY_COMMAND that is set. The command runs in
// the shell and prints the key. Errors name the place and never hold what was found there.
func KeyFrom(ctx context.Context, getenv func(string) string) (Key, error) {
	var set []string
	for _, name := range []string{EnvKey, EnvKeyFile, EnvKeyCommand} {
		if getenv(name) != "" {
			set = append(set, name)
		}
	}
	switch {
	case len(set) == 0:
		return Key{}, fmt.Errorf("read the API key: set one of %s, %s and %s", EnvKey, EnvKeyFile, EnvKeyCommand)
	case len(set) > 1:
		return Key{}, fmt.Errorf("read the API key: %s are set at once; leave one of them", strings.Join(set, " and "))
	}
	switch value := getenv(set[0]); set[0] {
	case EnvKeyFile:
		return keyFromFile(value)
	case EnvKeyCommand:
		return keyFromCommand(ctx, value)
	default:
		return NewKey(value, EnvKey)
	}
}

func keyFromFile(path string) (Key, error) {
	f, err := os.Open(path)
	if err != nil {
		return Key{}, fmt.Errorf("read the API key: %s: %w", EnvKeyFile, err)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxKeyBytes))
	if err != nil {
		return Key{}, fmt.Errorf("read the API key: %s: %w", EnvKeyFile, err)
	}
	k, err := NewKey(string(content), "the file "+path)
	if err != nil {
		return Key{}, err
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o007 != 0 && runtime.GOOS != "windows" {
		k.notice = fmt.Sprintf("the key file %s can be read by every user of this machine (mode %04o): chmod 600 it", path, info.Mode().Perm())
	}
	return k, nil
}

func keyFromCommand(ctx context.Context, line string) (Key, error) {
	ctx, cancel := context.WithTimeout(ctx, keyCommandTimeout)
	defer cancel()
	shell, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/C"
	}
	cmd := exec.CommandContext(ctx, shell, flag, line)
	cmd.WaitDelay = time.Second // a grandchild that keeps the pipe open must not hold us up
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return Key{}, fmt.Errorf("read the API key: the command in %s did not end in time: %w", EnvKeyCommand, context.Cause(ctx))
	}
	if err != nil {
		// Neither the command nor what it printed belongs in an error: both may hold a secret.
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return Key{}, fmt.Errorf("read the API key: the command in %s failed (%s); run it by hand to see why", EnvKeyCommand, exit.ProcessState)
		}
		return Key{}, fmt.Errorf("read the API key: the command in %s could not be run by %s", EnvKeyCommand, shell)
	}
	return NewKey(string(out), "the command in "+EnvKeyCommand)
}

// Source says where the key is from.
func (k Key) Source() string { return k.source }

// Notice is a warning about the place the key is kept in, "" when there is none.
func (k Key) Notice() string { return k.notice }

// Fingerprint is a short hash by which two keys can be told apart. It says nothing about the key.
func (k Key) Fingerprint() string {
	if k.secret == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("dakota-reconcile key\n" + k.secret))
	return hex.EncodeToString(sum[:4])
}

// String returns [key].
func (k Key) String() string { return redacted }

// GoString returns [key].
func (k Key) GoString() string { return redacted }

// Format prints [key] for every verb.
func (k Key) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, redacted) }

// MarshalText returns [key], so that no encoder writes the secret.
func (k Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// query is what follows the question mark of an address. A customer's application_url has its token there.
var query = regexp.MustCompile(`(https?:(?:\\?/){2}[^\s"'<>?]*)\?[^\s"'<>]*`)

// redact takes the secrets out of a text: the key, in the forms in which a server or a library may have written it, and the queries of
// addresses.
func (k Key) redact(text string) string {
	text = query.ReplaceAllString(text, "$1?[…]")
	if len(k.secret) < shortSecret {
		return text
	}
	for _, form := range []string{k.secret, url.QueryEscape(k.secret), url.PathEscape(k.secret), strings.ReplaceAll(k.secret, "/", `\/`)} {
		text = strings.ReplaceAll(text, form, redacted)
	}
	return text
}
