package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dakota-reconcile/reconcile"
)

func TestMetricsOfARun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dakota.prom")
	if err := Metrics(path, applied()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "apply.prom", b)
}

func TestMetricsKeepTheLastSuccessUntilTheNextOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dakota.prom")
	success := func() string {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			if strings.HasPrefix(line, lastSuccess) {
				return strings.Fields(line)[1]
			}
		}
		return ""
	}
	good, bad := nightly(), applied()
	for _, step := range []struct {
		run  reconcile.Run
		want string
		why  string
	}{
		{bad, "", "no success yet"},
		{good, "1.7953362954e+09", "the first success"},
		{bad, "1.7953362954e+09", "a failure keeps it"},
	} {
		if err := Metrics(path, step.run); err != nil {
			t.Fatal(err)
		}
		if got := success(); got != step.want {
			t.Errorf("%s: last success %q, want %q", step.why, got, step.want)
		}
	}
	good.Finished = good.Finished.Add(24 * time.Hour)
	if err := Metrics(path, good); err != nil {
		t.Fatal(err)
	}
	if got := success(); got == "1.7953362954e+09" || got == "" {
		t.Errorf("the next success left it at %q", got)
	}
}
