package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dakota-reconcile/dakota/dakotatest"
)

// kills is how many times TestKilledRunsAreFinished kills a run.
const kills = 50

// TestKilledRunsAreFinished kills a real process with SIGKILL at random moments of a run and resumes it each time. In the end the
// account is as the sheet wants it, no change was made twice, and one report has every row.
func TestKilledRunsAreFinished(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes")
	}
	const rows = 1000
	s := &dakotatest.Server{Quota: dakotatest.Quota{Limit: 1_000_000}, Latency: func(r dakotatest.Request) (there, back time.Duration) {
		if r.Kind == dakotatest.Patch {
			return 20 * time.Millisecond, 20 * time.Millisecond
		}
		return 0, 0
	}}
	s.Seed(dakotatest.SeedOptions{Seed: 7, Customers: rows, SubClients: 4})
	url, stop, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	k := killer{t: t, dir: t.TempDir(), url: url}
	wishes := k.sheet(s, rows)

	random := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	done := k.run(random, "apply", "wishes.csv", "--yes", "--max-disassociate", "100%")
	killed := 0
	for ; !done && killed < kills; killed++ {
		done = k.run(random, "resume", "--yes")
	}
	for range 2 {
		if !done {
			done = k.finish()
		}
	}
	if killed < kills {
		t.Errorf("the run was finished after %d kills, before it was killed %d times", killed, kills)
	}
	if !done {
		t.Fatal("the run could not be finished")
	}
	k.check(s, wishes)
}

// killer runs the program in a directory of its own and kills it.
type killer struct {
	t   *testing.T
	dir string
	url string
}

// sheet writes a sheet that moves every customer, and returns it as a map.
func (k killer) sheet(s *dakotatest.Server, rows int) map[string]string {
	var subClients []string
	for _, c := range s.Customers() {
		if c.IsSubClient {
			subClients = append(subClients, c.ID)
		}
	}
	wishes := map[string]string{}
	var b strings.Builder
	b.WriteString("customer_id,sub_client_id\n")
	for _, c := range s.Customers() {
		if c.IsSubClient {
			continue
		}
		wishes[c.ID] = subClients[(slices.Index(subClients, c.SubClientID)+1)%len(subClients)]
		fmt.Fprintf(&b, "%s,%s\n", c.ID, wishes[c.ID])
	}
	if err := os.WriteFile(filepath.Join(k.dir, "wishes.csv"), []byte(b.String()), 0o600); err != nil {
		k.t.Fatal(err)
	}
	return wishes
}

func (k killer) command(args ...string) *exec.Cmd {
	c := exec.Command("dakota-reconcile", args...)
	c.Dir = k.dir
	c.Env = append(os.Environ(), "HOME="+k.dir, "XDG_STATE_HOME="+k.dir, "XDG_CONFIG_HOME="+k.dir, "DAKOTA_API_KEY=killed", "DAKOTA_BASE_URL="+k.url,
		"DAKOTA_RECONCILE_ALLOW_EMPTYING=all", "DAKOTA_RECONCILE_LOG_LEVEL=error")
	return c
}

// run starts the program and kills it within its first moments. It returns whether the run was finished before that.
func (k killer) run(random *rand.Rand, args ...string) bool {
	c := k.command(args...)
	if err := c.Start(); err != nil {
		k.t.Fatal(err)
	}
	timer := time.AfterFunc(time.Duration(20+random.IntN(200))*time.Millisecond, func() { c.Process.Kill() })
	err := c.Wait()
	timer.Stop()
	return err == nil
}

// finish resumes without killing, or starts the run anew when it was killed before anything was recorded.
func (k killer) finish() bool {
	out, err := k.command("resume", "--yes", "--report", "final.csv").CombinedOutput()
	if err == nil {
		return true
	}
	if e, ok := errors.AsType[*exec.ExitError](err); ok && e.ExitCode() == 6 && strings.Contains(string(out), "no unfinished run") {
		out, err = k.command("apply", "wishes.csv", "--yes", "--report", "final.csv").CombinedOutput()
	}
	if err != nil {
		k.t.Errorf("%s: %s", err, out)
	}
	return err == nil
}

// check compares account, record of changes and report with the sheet.
func (k killer) check(s *dakotatest.Server, wishes map[string]string) {
	for id, got := range s.Associations() {
		if want, ok := wishes[id]; ok && got != want {
			k.t.Errorf("customer %s is with %s, want %s", id, got, want)
		}
	}
	if n := len(s.Changes()); n != len(wishes) {
		k.t.Errorf("%d changes were made, want %d: none twice", n, len(wishes))
	}
	reports, err := filepath.Glob(filepath.Join(k.dir, "*.csv"))
	if err != nil {
		k.t.Fatal(err)
	}
	reports = slices.DeleteFunc(reports, func(p string) bool { return filepath.Base(p) == "wishes.csv" })
	if len(reports) != 1 {
		k.t.Fatalf("there are reports %v, want just one", reports)
	}
	f, err := os.Open(reports[0])
	if err != nil {
		k.t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		k.t.Fatal(err)
	}
	if len(lines) != len(wishes)+1 {
		k.t.Errorf("the report has %d rows, want %d", len(lines)-1, len(wishes))
	}
	for _, line := range lines[1:] {
		if status := line[8]; status != "applied" && status != "unchanged" {
			k.t.Errorf("customer %s ends as %s", line[1], status)
		}
	}
}
