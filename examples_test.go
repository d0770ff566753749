package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

// drain is the longest that a run takes to end after a signal, in seconds; whoever starts it must wait longer before killing it.
const drain = 25

// checker finds a program that checks examples; without it the test is skipped, and says so.
func checker(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("NOT CHECKED: %s is not installed here", name)
	}
	return path
}

// check runs a checker and fails with what it printed.
func check(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(checker(t, name), args...).CombinedOutput()
	if err != nil {
		t.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// documents reads all documents of a YAML file.
func documents(t *testing.T, path string) []map[string]any {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(readText(t, path)))
	var all []map[string]any
	for {
		var doc map[string]any
		err := d.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, doc)
	}
}

// at walks into a document: map keys and list indices, separated by dots.
func at(t *testing.T, doc any, path string) any {
	t.Helper()
	for step := range strings.SplitSeq(path, ".") {
		switch v := doc.(type) {
		case map[string]any:
			doc = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				t.Fatalf("%s: no element %s", path, step)
			}
			doc = v[i]
		default:
			t.Fatalf("%s: nothing at %s", path, step)
		}
	}
	return doc
}

func TestExampleScriptsPassShellcheck(t *testing.T) {
	scripts, err := filepath.Glob("examples/*/*.sh")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts among the examples (%v)", err)
	}
	for _, s := range scripts {
		if i, err := os.Stat(s); err != nil || i.Mode()&0o111 == 0 {
			t.Errorf("%s can't be executed (%v)", s, err)
		}
		check(t, "shellcheck", s)
	}
}

func TestExampleCrontabHasLinesThatCronTakes(t *testing.T) {
	jobs := 0
	for n, line := range strings.Split(readText(t, "examples/cron/crontab"), "\n") {
		switch line = strings.TrimSpace(line); {
		case line == "" || line[0] == '#' || regexp.MustCompile(`^[A-Z_]+ *=`).MatchString(line):
			continue
		}
		jobs++
		if err := cronLine(line); err != nil {
			t.Errorf("examples/cron/crontab:%d: %v", n+1, err)
		}
	}
	if jobs == 0 {
		t.Error("the crontab has no job")
	}
}

// cronLine checks one job of a crontab: five fields within their ranges, a command, no bare percent sign (cron ends the command there).
func cronLine(line string) error {
	f := strings.Fields(line)
	if len(f) < 6 {
		return fmt.Errorf("%q has no five fields and a command", line)
	}
	field := regexp.MustCompile(`^(\*|\d+(-\d+)?)(/\d+)?(,(\*|\d+(-\d+)?)(/\d+)?)*$`)
	for i, limits := range [][2]int{{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 7}} {
		if !field.MatchString(f[i]) {
			return fmt.Errorf("field %d: %q", i+1, f[i])
		}
		for _, s := range regexp.MustCompile(`\d+`).FindAllString(f[i], -1) {
			if v, _ := strconv.Atoi(s); v < limits[0] || v > limits[1] {
				return fmt.Errorf("field %d: %d is not from %d to %d", i+1, v, limits[0], limits[1])
			}
		}
	}
	if regexp.MustCompile(`[^\\]%`).MatchString(line) {
		return fmt.Errorf("%q: a percent sign must be written \\%%", line)
	}
	return nil
}

// units copies the systemd units to a folder of the test, with a program in them that exists on this machine.
func units(t *testing.T) (dir string, paths []string) {
	t.Helper()
	dir = t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob("examples/systemd/*")
	if err != nil || len(found) == 0 {
		t.Fatalf("no units among the examples (%v)", err)
	}
	program := regexp.MustCompile(`(?m)^ExecStart=\S+`)
	for _, path := range found {
		text := program.ReplaceAllString(readText(t, path), "ExecStart="+self)
		path = filepath.Join(dir, filepath.Base(path))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return dir, paths
}

// modernSystemd skips where systemd is older than the settings in the units.
func modernSystemd(t *testing.T) {
	t.Helper()
	out := check(t, "systemd-analyze", "--version")
	if v, _ := strconv.Atoi(regexp.MustCompile(`\d+`).FindString(out)); v < 252 {
		t.Skipf("NOT CHECKED: systemd %d does not know all of the units' settings; 252 does", v)
	}
}

func TestExampleUnitsPassSystemdsOwnCheck(t *testing.T) {
	modernSystemd(t)
	_, paths := units(t)
	out := check(t, "systemd-analyze", append([]string{"verify", "--man=no", "--recursive-errors=no"}, paths...)...)
	for line := range strings.Lines(out) {
		if strings.Contains(line, "dakota-reconcile") {
			t.Errorf("systemd-analyze verify: %s", line) // it warns of unknown settings and exits with 0
		}
	}
}

func TestExampleServiceIsExposedToLittle(t *testing.T) {
	modernSystemd(t)
	dir, _ := units(t)
	// In tenths: 10 is 1.0, of a scale to 10.0 ("unsafe"); up to 2 is "ok".
	check(t, "systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=15", filepath.Join(dir, "dakota-reconcile.service"))
}

func TestExampleTimerNamesATime(t *testing.T) {
	m := regexp.MustCompile(`(?m)^OnCalendar=(.+)$`).FindStringSubmatch(readText(t, "examples/systemd/dakota-reconcile.timer"))
	if m == nil {
		t.Fatal("the timer has no OnCalendar")
	}
	check(t, "systemd-analyze", "calendar", m[1])
}

func TestExampleServiceWaitsForTheDrain(t *testing.T) {
	m := regexp.MustCompile(`(?m)^TimeoutStopSec=(\d+)$`).FindStringSubmatch(readText(t, "examples/systemd/dakota-reconcile.service"))
	if m == nil {
		t.Fatal("the service has no TimeoutStopSec in seconds")
	}
	if s, _ := strconv.Atoi(m[1]); s <= drain {
		t.Errorf("TimeoutStopSec=%d kills a run that is draining for up to %d s", s, drain)
	}
}

func TestExampleCronJobIsShapedAsItShould(t *testing.T) {
	docs := documents(t, "examples/kubernetes/cronjob.yaml")
	if len(docs) != 2 || docs[0]["kind"] != "PersistentVolumeClaim" || docs[1]["kind"] != "CronJob" {
		t.Fatal("the file should hold a claim for the ledger's volume and a CronJob")
	}
	pod := "spec.jobTemplate.spec.template.spec."
	for path, want := range map[string]any{
		"spec.concurrencyPolicy":                                      "Forbid",
		"spec.jobTemplate.spec.podFailurePolicy.rules.0.action":       "FailJob",
		pod + "restartPolicy":                                         "Never",
		pod + "automountServiceAccountToken":                          false,
		pod + "securityContext.runAsNonRoot":                          true,
		pod + "securityContext.seccompProfile.type":                   "RuntimeDefault",
		pod + "containers.0.securityContext.allowPrivilegeEscalation": false,
		pod + "containers.0.securityContext.readOnlyRootFilesystem":   true,
		pod + "containers.0.securityContext.capabilities.drop":        []any{"ALL"},
		pod + "volumes.0.persistentVolumeClaim.claimName":             at(t, docs[0], "metadata.name"),
	} {
		if got := at(t, docs[1], path); !cmp.Equal(got, want) {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	if s, ok := at(t, docs[1], pod+"terminationGracePeriodSeconds").(int); !ok || s <= drain {
		t.Errorf("terminationGracePeriodSeconds: %d kills a run that is draining for up to %d s", s, drain)
	}
	if err := cronLine(fmt.Sprint(at(t, docs[1], "spec.schedule"), " command")); err != nil {
		t.Error(err)
	}
}

// TestExampleCronJobHasOnlyFieldsThatKubernetesKnows lets kubectl read the CronJob into its own types and write it again: a field that it
// does not know is gone afterwards.
func TestExampleCronJobHasOnlyFieldsThatKubernetesKnows(t *testing.T) {
	asked := documents(t, "examples/kubernetes/cronjob.yaml")[1]
	container := at(t, asked, "spec.jobTemplate.spec.template.spec.containers.0").(map[string]any)
	image := container["image"]
	container["image"] = "placeholder" // kubectl writes nothing when it has nothing to change
	text, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cronjob.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	out := check(t, "kubectl", "set", "image", "--local", "-o", "yaml", "-f", path, fmt.Sprint("reconcile=", image))
	var known map[string]any
	if err := yaml.Unmarshal([]byte(out), &known); err != nil {
		t.Fatal(err)
	}
	container["image"] = image
	lost(t, "", asked, known)
}

// lost reports everything in asked that is not in known.
func lost(t *testing.T, path string, asked, known any) {
	t.Helper()
	switch a := asked.(type) {
	case map[string]any:
		k, _ := known.(map[string]any)
		for name, v := range a {
			lost(t, path+"."+name, v, k[name])
		}
	case []any:
		k, _ := known.([]any)
		for i, v := range a {
			if i >= len(k) {
				t.Errorf("%s.%d: Kubernetes does not know it", path, i)
				continue
			}
			lost(t, fmt.Sprintf("%s.%d", path, i), v, k[i])
		}
	default:
		if !cmp.Equal(asked, known) {
			t.Errorf("%s: %v is read by Kubernetes as %v", path, asked, known)
		}
	}
}

func TestExampleWorkflowKeepsItsSecretsAndItsLedger(t *testing.T) {
	doc := documents(t, "examples/github/reconcile.yml")[0]
	jobs := at(t, doc, "jobs").(map[string]any)
	if got := at(t, doc, "permissions.contents"); got != "read" {
		t.Errorf("permissions.contents is %v, want read", got)
	}
	if got := at(t, doc, "jobs.apply.concurrency.cancel-in-progress"); got != false {
		t.Errorf("an apply can be cancelled by the next one (%v)", got)
	}
	for name, job := range jobs {
		for i := range at(t, job, "steps").([]any) {
			step := at(t, job, fmt.Sprintf("steps.%d", i)).(map[string]any)
			script, _ := step["run"].(string)
			if strings.Contains(script, "${{") {
				t.Errorf("job %s, step %d puts an expression into a script: whoever writes its value writes the script", name, i+1)
			}
		}
	}
	steps, _ := json.Marshal(jobs["apply"])
	if !strings.Contains(string(steps), "always()") || !strings.Contains(string(steps), `"path":"state/"`) {
		t.Error("apply does not keep its ledger when it fails")
	}
}

func TestExampleWorkflowScriptsPassShellcheck(t *testing.T) {
	jobs := at(t, documents(t, "examples/github/reconcile.yml")[0], "jobs").(map[string]any)
	for name, job := range jobs {
		for i := range at(t, job, "steps").([]any) {
			step := at(t, job, fmt.Sprintf("steps.%d", i)).(map[string]any)
			script, ok := step["run"].(string)
			if !ok {
				continue
			}
			path := filepath.Join(t.TempDir(), fmt.Sprintf("%s-%d.sh", name, i+1))
			if err := os.WriteFile(path, []byte("#!/bin/bash\nset -e\n"+script), 0o600); err != nil {
				t.Fatal(err)
			}
			check(t, "shellcheck", path)
		}
	}
}

func TestImageDefinitionIsStaticAndWithoutRoot(t *testing.T) {
	text := readText(t, "Dockerfile")
	for _, want := range []string{"CGO_ENABLED=0", "-trimpath", "-X dakota-reconcile/cli.release=", "\nUSER 65532:65532\n", "\nHEALTHCHECK NONE\n", "\nVOLUME "} {
		if !strings.Contains(text, want) {
			t.Errorf("the Dockerfile lacks %q", want)
		}
	}
	if strings.Contains(text, "API_KEY=") {
		t.Error("the Dockerfile sets a key")
	}
	ignored := strings.Fields(readText(t, ".dockerignore"))
	for _, want := range []string{".git", "demo", "dist", "**/*.db"} {
		if !slices.Contains(ignored, want) {
			t.Errorf(".dockerignore lacks %s: it would end up in the image's build", want)
		}
	}
}
