package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/user"
	"strings"

	"dakota-reconcile/dakota"
	"dakota-reconcile/reconcile"
)

// environments are the API's hosts. A key of one does not work on the other.
var environments = map[string]string{
	"sandbox":    dakota.SandboxURL,
	"production": dakota.ProductionURL,
}

// account is the account that a command works on.
type account struct {
	environment string
	config      dakota.Config
}

// fingerprint names the account without saying how to reach it. The API does not name accounts: host and key stand for one.
func (c account) fingerprint() string {
	sum := sha256.Sum256([]byte(c.config.BaseURL + "\n" + c.config.Key.Fingerprint()))
	return hex.EncodeToString(sum[:6])
}

// normalURL writes an address in the one way that the account's fingerprint, and with it its lock, is made of: two runs must not pass each
// other for a slash. What is no URL is left to the client to refuse.
func normalURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return raw
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	if port := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]; port != "" {
		u.Host = strings.TrimSuffix(u.Host, port)
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return u.String()
}

// label names the account for a person.
func (c account) label() string {
	return fmt.Sprintf("%s (%s, key %s from %s)", c.environment, c.config.BaseURL, c.config.Key.Fingerprint(), c.config.Key.Source())
}

// account reads what the flags and the environment say about the account.
func (a *app) account(ctx context.Context) (account, error) {
	o := a.options
	base, ok := environments[strings.ToLower(o.environment)]
	if !ok {
		return account{}, usage("--environment %q is neither sandbox nor production", o.environment)
	}
	key, err := a.key(ctx)
	if err != nil {
		return account{}, fail(exitConfig, err, "a key comes from the environment, never from a flag")
	}
	if notice := key.Notice(); notice != "" {
		a.say("note: %s\n", clean(notice, oneLine))
	}
	c := account{environment: strings.ToLower(o.environment), config: o.client()}
	c.config.BaseURL = normalURL(orElse(o.baseURL, base))
	c.config.Key = key
	c.config.UserAgent = program + "/" + version()
	c.config.Hooks = a.requestHooks()
	return c, nil
}

func (a *app) key(ctx context.Context) (dakota.Key, error) {
	return dakota.KeyFrom(ctx, a.process.Env)
}

// newRun begins the record of a run.
func (a *app) newRun(command string, c account, source reconcile.Source) reconcile.Run {
	now := a.now()
	return reconcile.Run{
		ID: runID(now), Command: command, Environment: c.environment, BaseURL: c.config.BaseURL, Account: c.fingerprint(),
		By: whoami(), Started: now, Source: source, RefuseKYB: a.options.refuseKYB,
	}
}

// whoami names the process for whoever reads the ledger: user@host (process).
func whoami() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s@%s (process %d)", userName(), host, os.Getpid())
}

func userName() string {
	u, err := user.Current()
	if err != nil {
		return "unknown"
	}
	return u.Username
}

// explain turns an error of the API client into a failure with advice and the right exit code.
func explain(err error) error {
	var e *dakota.Error
	var f *failure
	switch {
	case err == nil:
		return nil
	case errors.As(err, &f):
		return err
	case errors.As(err, &e) && e.Status == 401:
		return fail(exitConfig, err, "the key was refused: is it complete, and of this environment? Sandbox keys do not work in production, nor the other way round")
	case errors.As(err, &e) && e.Status == 403:
		return fail(exitConfig, err, "the key may not do this: ask for the permission to read and update customers")
	case errors.Is(err, dakota.ErrBudget):
		return fail(exitStopped, err, "give more with --max-requests; nothing was lost")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, errDeadline):
		return fail(exitStopped, err, "give more time with --deadline; nothing was lost")
	case errors.Is(err, dakota.ErrCertificate):
		return fail(exitConfig, err, "nothing was sent: is --base-url right? A certificate authority of your own is named in SSL_CERT_FILE (on Linux)")
	case errors.Is(err, dakota.ErrThrottled):
		return fail(exitStopped, err, "others use the key's limit up, or the key has none left: see who else has it, and go on later; nothing was lost")
	case errors.As(err, &e) && e.Status >= 300 && e.Status < 400:
		return fail(exitConfig, err, "give the address it leads to as --base-url, if that is the Dakota API")
	case errors.As(err, &e) && e.Status < 500:
		return fail(exitUnexpected, err, "the API refused a request that should be right: is --base-url the Dakota API?")
	}
	return fail(exitStopped, err, "the API can't be reached or does not answer as it should: check the network and --base-url; nothing was lost")
}
