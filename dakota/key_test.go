package dakota

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func env(pairs ...string) func(string) string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return m[name] }
}

func TestKeyNeverPrints(t *testing.T) {
	k := testKey(t)
	inside := struct {
		Key Key
		P   *Key
	}{k, &k}
	encoded, err := json.Marshal(inside)
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{string(encoded), k.String(), fmt.Sprint(k, &k, inside), fmt.Sprint([]Key{k})}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		texts = append(texts, fmt.Sprintf(verb, k), fmt.Sprintf(verb, inside), fmt.Sprintf(verb, Config{Key: k}))
	}
	for _, text := range texts {
		if strings.Contains(text, k.secret) || strings.Contains(text, fmt.Sprintf("%x", k.secret)) {
			t.Errorf("the key is in %s", text)
		}
	}
	if other, _ := NewKey("another-key", "a test"); k.Fingerprint() == other.Fingerprint() || len(k.Fingerprint()) != 8 {
		t.Errorf("fingerprints %s and %s", k.Fingerprint(), other.Fingerprint())
	}
}

func TestKeyIsReadFromWhereItIs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("  from-file=\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, getenv := range map[string]func(string) string{
		"from-env":   env(EnvKey, "from-env\n"),
		"from-file=": env(EnvKeyFile, file),
		"from-cmd":   env(EnvKeyCommand, "echo from-cmd"),
	} {
		k, err := KeyFrom(t.Context(), getenv)
		if err != nil || k.secret != want || k.Source() == "" || k.Notice() != "" {
			t.Errorf("want %s: %v, source %q, notice %q", want, err, k.Source(), k.Notice())
		}
	}
}

func TestKeyFileThatOthersCanReadIsNoticed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes on Windows")
	}
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("secret-key"), 0o644); err != nil {
		t.Fatal(err)
	}
	if k, err := KeyFrom(t.Context(), env(EnvKeyFile, file)); err != nil || !strings.Contains(k.Notice(), "chmod 600") {
		t.Errorf("%v, notice %q", err, k.Notice())
	}
}

// Each of these says what to do, and none says what was found.
func TestKeyThatCannotBeHadIsExplained(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		getenv func(string) string
		want   string
	}{
		"nothing set":            {env(), "set one of"},
		"two set":                {env(EnvKey, "s3cret", EnvKeyFile, "f"), "set at once"},
		"blank":                  {env(EnvKey, "  "), "is empty"},
		"a space inside":         {env(EnvKey, "s3cret s3cret"), "at place 7"},
		"two lines":              {env(EnvKeyCommand, "printf 's3cret\\ns3cret'"), "at place 7"},
		"not ASCII":              {env(EnvKey, "s3cret\u200b"), "at place 7"},
		"no such file":           {env(EnvKeyFile, filepath.Join(empty, "none")), EnvKeyFile},
		"empty file":             {env(EnvKeyFile, empty), "is empty"},
		"command fails":          {env(EnvKeyCommand, "echo s3cret; echo s3cret >&2; exit 3"), "exit status 3"},
		"command prints nothing": {env(EnvKeyCommand, "true"), "is empty"},
	} {
		_, err := KeyFrom(t.Context(), c.getenv)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeyCommandThatHangsIsStopped(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := KeyFrom(ctx, env(EnvKeyCommand, "sleep 60")); err == nil || !strings.Contains(err.Error(), "in time") {
		t.Error(err)
	}
}

func TestQueriesOfAddressesAreTakenOutOfErrors(t *testing.T) {
	key, err := NewKey("a-key-of-some-length", "the test")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`see https://apply.example/a/b?token=secret&x=1 for more`: `see https://apply.example/a/b?[…] for more`,
		`{"url":"https:\/\/apply.example\/a?token=secret"}`:       `{"url":"https:\/\/apply.example\/a?[…]"}`,
		`is it there? yes`: `is it there? yes`,
	} {
		if got := key.redact(text); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
