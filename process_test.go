package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dakota-reconcile/dakota/dakotatest"
	"dakota-reconcile/report"
)

// slowAccount serves an account whose PATCHes take a while, and a sheet that moves all its customers.
func slowAccount(t *testing.T, rows int, latency time.Duration) (*dakotatest.Server, killer, map[string]string) {
	t.Helper()
	s := &dakotatest.Server{Quota: dakotatest.Quota{Limit: 1_000_000}, Latency: func(r dakotatest.Request) (there, back time.Duration) {
		if r.Kind == dakotatest.Patch {
			return latency / 2, latency / 2
		}
		return 0, 0
	}}
	s.Seed(dakotatest.SeedOptions{Seed: 7, Customers: rows, SubClients: 4})
	url, stop, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop() })
	k := killer{t: t, dir: t.TempDir(), url: url}
	return s, k, k.sheet(s, rows)
}

// until waits for a moment of a run.
func until(t *testing.T, what string, reached func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !reached(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited a minute for %s", what)
		}
	}
}

// exitOf is the exit code of a command that was waited for.
func exitOf(c *exec.Cmd) int { return c.ProcessState.ExitCode() }

func TestInterruptedRunReportsEveryRowAndIsFinishedByResume(t *testing.T) {
	for name, test := range map[string]struct {
		signal os.Signal
		code   int
	}{
		"SIGINT":  {os.Interrupt, 130},
		"SIGTERM": {syscall.SIGTERM, 143},
		"SIGHUP":  {syscall.SIGHUP, 143},
	} {
		t.Run(name, func(t *testing.T) {
			s, k, wishes := slowAccount(t, 300, 40*time.Millisecond)
			c := k.command("apply", "wishes.csv", "--yes", "--report", "first.csv", "--max-disassociate", "100%")
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			until(t, "the first changes", func() bool { return len(s.Changes()) > 20 })
			if err := c.Process.Signal(test.signal); err != nil {
				t.Fatal(err)
			}
			c.Wait()
			if got := exitOf(c); got != test.code {
				t.Errorf("exit code %d, want %d", got, test.code)
			}
			applied, left := k.statuses("first.csv", "applied"), k.statuses("first.csv", "not_attempted")
			if applied != len(s.Changes()) || applied+left != len(wishes) || left == 0 {
				t.Errorf("the report has %d applied and %d not attempted of %d rows; %d changes were made", applied, left, len(wishes), len(s.Changes()))
			}
			if out, err := k.command("resume", "--yes", "--report", "whole.csv").CombinedOutput(); err != nil {
				t.Fatalf("resume: %s: %s", err, out)
			}
			if got := k.statuses("whole.csv", "applied"); got != len(wishes) || len(s.Changes()) != len(wishes) {
				t.Errorf("in the end %d rows are applied and %d changes were made, want %d", got, len(s.Changes()), len(wishes))
			}
		})
	}
}

func TestSecondInterruptLeavesAtOnceAndResumeSettles(t *testing.T) {
	s, k, wishes := slowAccount(t, 60, 5*time.Second)
	c := k.command("apply", "wishes.csv", "--yes", "--report", "first.csv", "--max-disassociate", "100%")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "requests in flight", func() bool { return s.Counts().Patch >= 8 })
	c.Process.Signal(os.Interrupt)
	time.Sleep(50 * time.Millisecond) // two signals at once are one to the kernel
	c.Process.Signal(os.Interrupt)
	c.Wait()
	if got := exitOf(c); got != 130 {
		t.Errorf("exit code %d, want 130", got)
	}
	if got := k.statuses("first.csv", "in_doubt"); got == 0 {
		t.Error("no row is in doubt, though requests were in flight")
	}
	s.Adjust(func() { s.Latency = nil })
	if out, err := k.command("resume", "--yes", "--report", "whole.csv").CombinedOutput(); err != nil {
		t.Fatalf("resume: %s: %s", err, out)
	}
	if got := k.statuses("whole.csv", "applied"); got != len(wishes) {
		t.Errorf("in the end %d rows are applied, want %d", got, len(wishes))
	}
}

func TestSecondRunOfAnAccountIsRefusedAndToldWhoHoldsIt(t *testing.T) {
	s, k, _ := slowAccount(t, 200, 40*time.Millisecond)
	c := k.command("apply", "wishes.csv", "--yes", "--max-disassociate", "100%")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the first changes", func() bool { return len(s.Changes()) > 0 })
	second := k.command("apply", "wishes.csv", "--yes", "--ledger", "other.db")
	out, _ := second.CombinedOutput()
	if got := exitOf(second); got != 4 {
		t.Errorf("exit code %d, want 4: %s", got, out)
	}
	host, _ := os.Hostname()
	for _, want := range []string{host, "process"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the refusal does not name %q: %s", want, out)
		}
	}
	c.Process.Kill()
	c.Wait()
	third := k.command("resume", "--yes")
	if out, err := third.CombinedOutput(); err != nil {
		t.Errorf("after the holder was killed: %s: %s", err, out)
	}
}

func TestRunWithoutLedgerSendsNothing(t *testing.T) {
	s, k, _ := slowAccount(t, 20, 0)
	if err := os.WriteFile(filepath.Join(k.dir, "file"), nil, 0o400); err != nil {
		t.Fatal(err)
	}
	c := k.command("apply", "wishes.csv", "--yes", "--ledger", "file/ledger.db", "--max-disassociate", "100%")
	out, _ := c.CombinedOutput()
	if got := exitOf(c); got != 6 || s.Counts().Patch != 0 {
		t.Errorf("exit code %d after %d PATCHes, want 6 and none: %s", got, s.Counts().Patch, out)
	}
	if !strings.Contains(string(out), "--ledger") {
		t.Errorf("the message does not say what to do: %s", out)
	}
}

// TestBillIsWhatIsSent: what plan announces is what apply sends, to the request.
func TestBillIsWhatIsSent(t *testing.T) {
	s, k, _ := slowAccount(t, 350, 0)
	var planned, applied report.Summary
	k.summary(&planned, "plan", "wishes.csv", "--json", "--max-disassociate", "100%")
	s.Reset()
	k.summary(&applied, "apply", "wishes.csv", "--json", "--yes", "--report", "r.csv", "--max-disassociate", "100%")
	sent := s.Counts().Total()
	if billed := planned.Bill.Reads + planned.Bill.Writes + planned.Bill.Checks; billed != sent {
		t.Errorf("billed %d requests, sent %d", billed, sent)
	}
	if told := applied.Requests.List + applied.Requests.Get + applied.Requests.Summary + applied.Requests.Patch; told != sent {
		t.Errorf("the summary tells of %d requests, the account saw %d", told, sent)
	}
}

// summary runs a command with --json and reads its document: nothing else may stand on stdout.
func (k killer) summary(s *report.Summary, args ...string) {
	out, err := k.command(args...).Output()
	if err != nil {
		k.t.Fatalf("%v: %s", args, err)
	}
	if err := json.Unmarshal(out, s); err != nil {
		k.t.Fatalf("%v: %s in %s", args, err, out)
	}
}

// statuses counts the rows of a report with a status.
func (k killer) statuses(name, status string) int {
	data, err := os.ReadFile(filepath.Join(k.dir, name))
	if err != nil {
		k.t.Fatal(err)
	}
	return strings.Count(string(data), ","+status+",")
}
