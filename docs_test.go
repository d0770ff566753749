package main

import (
	"encoding/csv"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dakota-reconcile/cli"
	"dakota-reconcile/dakota/dakotatest"
)

// help returns the help text of a command, as the program prints it.
func help(t *testing.T, command ...string) string {
	t.Helper()
	var out strings.Builder
	code := cli.Run(cli.Process{
		Args: append(command, "--help"), Env: func(string) string { return "" }, In: strings.NewReader(""), Out: &out, Err: io.Discard,
	})
	if code != 0 {
		t.Fatalf("%v --help exits with %d", command, code)
	}
	return out.String()
}

var (
	flagLine   = regexp.MustCompile(`(?m)^ +(?:-[a-z], )?(--[a-z-]+)`)
	flagWord   = regexp.MustCompile(`--[a-z][a-z-]*`)
	inlineCode = regexp.MustCompile("`[^`\n]+`")
	invocation = regexp.MustCompile(`dakota-reconcile((?: +[a-z]+){1,2})([^\n|` + "`" + `]*)`)
)

// commandFlags are the flags of every command, by its name as one types it.
func commandFlags(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, c := range []string{
		"validate", "plan", "apply", "resume", "rollback", "runs", "runs list", "runs show", "runs prune", "export",
		"simulate", "demo", "completion", "version", "help",
	} {
		text := help(t, strings.Fields(c)...)
		_, flags, _ := strings.Cut(text, "\nFlags:")
		for _, m := range flagLine.FindAllStringSubmatch(flags, -1) {
			all[c] = append(all[c], m[1])
		}
	}
	return all
}

// everyFlag is what any command has, without what cobra adds.
func everyFlag(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, flags := range commandFlags(t) {
		all = append(all, flags...)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(f string) bool { return f == "--help" || f == "--no-descriptions" })
}

// documentFiles are the texts that tell people what to type.
func documentFiles(t *testing.T) []string {
	t.Helper()
	return slices.DeleteFunc(files(t, ".md", "examples/cron/crontab", ".sh", ".service", ".yml", ".yaml", "Dockerfile"), func(path string) bool {
		return strings.HasPrefix(path, "testdata/") || strings.HasPrefix(path, "api/") || strings.Contains(path, "/testdata/")
	})
}

func TestDocumentsNameCommandsAndFlagsThatExist(t *testing.T) {
	flags := commandFlags(t)
	known := everyFlag(t)
	seen := 0
	for _, path := range documentFiles(t) {
		text := strings.ReplaceAll(readText(t, path), "\\\n", " ") // a command may go on in the next line
		for _, m := range invocation.FindAllStringSubmatch(text, -1) {
			words := strings.Fields(m[1])
			command, ok := words[0], flags[words[0]] != nil
			if len(words) == 2 && flags[words[0]+" "+words[1]] != nil {
				command = words[0] + " " + words[1]
			}
			if !ok {
				continue // prose: "dakota-reconcile reads", or a path
			}
			seen++
			rest, _, _ := strings.Cut(m[2], " #")
			for _, f := range flagWord.FindAllString(rest, -1) {
				if !slices.Contains(flags[command], f) {
					t.Errorf("%s: %q: %s has no %s", path, m[0], command, f)
				}
			}
		}
		for _, code := range inlineCode.FindAllString(text, -1) {
			if !strings.HasPrefix(code, "`--") {
				continue
			}
			for _, f := range flagWord.FindAllString(code, -1) {
				if !slices.Contains(known, f) {
					t.Errorf("%s: no command has %s", path, f)
				}
			}
		}
	}
	if seen < 30 {
		t.Errorf("found only %d command lines in the documents: the test does not see them", seen)
	}
}

func TestReadmeNamesEveryCommandAndFlag(t *testing.T) {
	readme := readText(t, "README.md")
	for _, f := range everyFlag(t) {
		if !strings.Contains(readme, "`"+f+"`") && !strings.Contains(readme, "`"+f+" ") {
			t.Errorf("README.md does not name the flag %s", f)
		}
	}
	for command := range commandFlags(t) {
		if !strings.Contains(readme, "dakota-reconcile "+command) && !strings.Contains(readme, "`"+command) {
			t.Errorf("README.md does not name the command %s", command)
		}
	}
}

func TestDocumentsNameVariablesThatExist(t *testing.T) {
	own := []string{"DAKOTA_RECONCILE_CONFIG", "DAKOTA_RECONCILE_REPOSITORY", "DAKOTA_RECONCILE_REF"}
	known := everyFlag(t)
	for _, path := range documentFiles(t) {
		for _, v := range regexp.MustCompile(`DAKOTA_RECONCILE_[A-Z_]*[A-Z]`).FindAllString(readText(t, path), -1) {
			flag := "--" + strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(v, "DAKOTA_RECONCILE_"), "_", "-"))
			if !slices.Contains(own, v) && !slices.Contains(known, flag) {
				t.Errorf("%s: %s stands for %s, which no command has", path, v, flag)
			}
		}
	}
}

func TestExampleConfigNamesFlagsThatExist(t *testing.T) {
	known := everyFlag(t)
	for name := range documents(t, "examples/config.yaml")[0] {
		if !slices.Contains(known, "--"+name) {
			t.Errorf("examples/config.yaml: no command has --%s", name)
		}
	}
}

func TestDocumentsLinkToFilesThatExist(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, path := range files(t, ".md") {
		for _, m := range link.FindAllStringSubmatch(readText(t, path), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", path, m[1], err)
			}
		}
	}
}

func TestContributingNamesFilesThatExist(t *testing.T) {
	for _, code := range inlineCode.FindAllString(readText(t, "CONTRIBUTING.md"), -1) {
		name := strings.Trim(code, "`")
		if !regexp.MustCompile(`^[a-z_/]+\.go$`).MatchString(name) {
			continue
		}
		if _, err := os.Stat(name); err != nil {
			t.Errorf("CONTRIBUTING.md names %s, which does not exist", name)
		}
	}
}

// TestReadmeSessionRuns types the session of README's first screen and finds every line of it in what the program prints, in that order.
// There and here … stands for what differs from run to run.
func TestReadmeSessionRuns(t *testing.T) {
	_, session, ok := strings.Cut(readText(t, "README.md"), "```console\n")
	session, _, closed := strings.Cut(session, "```")
	if !ok || !closed {
		t.Fatal("README.md has no console session")
	}
	dir := t.TempDir()
	env := sessionAccount(t, dir)
	var printed []string
	for _, line := range strings.Split(strings.TrimSpace(session), "\n") {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			cmd := exec.Command("sh", "-c", command)
			cmd.Dir, cmd.Env = dir, env
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%s: %v", command, err)
			}
			printed = strings.Split(string(out), "\n")
			continue
		}
		want := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(line)), "…", ".+") + "$")
		i := slices.IndexFunc(printed, func(p string) bool { return want.MatchString(strings.TrimSpace(p)) })
		if i < 0 {
			t.Fatalf("the program does not print, or not in this order:\n%s\nbut:\n%s", line, strings.Join(printed, "\n"))
		}
		printed = printed[i+1:]
	}
}

// sessionAccount serves an account that is always the same, writes partners.csv for it, and returns an environment to work with it.
func sessionAccount(t *testing.T, dir string) []string {
	t.Helper()
	server := &dakotatest.Server{}
	server.Seed(dakotatest.SeedOptions{Seed: 7, Customers: 400, SubClients: 3, Unassociated: 0.1})
	url, stop, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop() })
	writeSheet(t, filepath.Join(dir, "partners.csv"), partners(server))
	return append(os.Environ(), "HOME="+dir, "XDG_STATE_HOME="+dir, "XDG_CONFIG_HOME="+dir, "DAKOTA_RECONCILE_LOG_LEVEL=error",
		"DAKOTA_API_KEY=simulated", "DAKOTA_BASE_URL="+url)
}

// partners are five customers as they are, but for one to move, one to associate and one to disassociate.
func partners(server *dakotatest.Server) [][]string {
	var subClients []string
	rows := [][]string{{"customer_id", "sub_client_id", "account manager"}}
	for _, c := range server.Customers() {
		if c.IsSubClient {
			subClients = append(subClients, c.ID)
		} else if len(rows) < 6 {
			rows = append(rows, []string{c.ID, c.SubClientID, "A. Okafor"})
		}
	}
	slices.Sort(subClients)
	rows[1][1], rows[3][1], rows[4][1] = subClients[0], subClients[1], ""
	return rows
}

func writeSheet(t *testing.T, path string, rows [][]string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := csv.NewWriter(f).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
}

// TestExampleNightlyIsQuietOnAGoodNightAndSpeaksOnABadOne runs the script that the crontab calls.
func TestExampleNightlyIsQuietOnAGoodNightAndSpeaksOnABadOne(t *testing.T) {
	script, err := filepath.Abs("examples/cron/nightly.sh")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	env := sessionAccount(t, dir)
	night := func(sheet string) (string, int) {
		cmd := exec.Command(script, filepath.Join(dir, sheet), filepath.Join(dir, "reports"))
		cmd.Env, cmd.Dir = env, dir
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
	if out, code := night("partners.csv"); out != "" || code != 0 {
		t.Errorf("a good night exits with %d and cron mails:\n%s", code, out)
	}
	writeSheet(t, filepath.Join(dir, "bad.csv"), [][]string{{"customer_id", "sub_client_id"}, {"2aNEILJSQrJ36kEu7BcyVL6TM7C", "n/a"}})
	out, code := night("bad.csv")
	if code != 5 || !strings.Contains(out, "exit code 5") || !strings.Contains(out, "bad.csv:B2") {
		t.Errorf("a night with a bad sheet exits with %d and cron mails:\n%s", code, out)
	}
	for _, pattern := range []string{"*.html", "*.csv", "*.log", "dakota_reconcile.prom"} {
		if left, _ := filepath.Glob(filepath.Join(dir, "reports", pattern)); len(left) == 0 {
			t.Errorf("the nights left no %s", pattern)
		}
	}
}

func TestDocumentsExplainEveryExitCode(t *testing.T) {
	codes := regexp.MustCompile(`(?m)^\texit\w+ += (\d+)`).FindAllStringSubmatch(readText(t, "cli/exit.go"), -1)
	if len(codes) < 10 {
		t.Fatalf("found only %d exit codes in cli/exit.go", len(codes))
	}
	for _, path := range []string{"README.md", "docs/operators.md", "doc.go"} {
		text := readText(t, path)
		for _, c := range codes {
			if !regexp.MustCompile(`(?m)^(\|\s|\t|\| \d+, )` + c[1] + `[ ,]`).MatchString(text) {
				t.Errorf("%s does not explain exit code %s", path, c[1])
			}
		}
	}
}
