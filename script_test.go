package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"dakota-reconcile/dakota/dakotatest"
)

// TestMain lets the scripts run the program as a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dakota-reconcile": main})
}

// TestScripts runs the scenarios in testdata/script: whole commands against a simulated account.
//
// Beside testscript's own commands they have:
//
//	account [name=value …]   start an account (customers, subclients, limit, seed, deleted) and point the environment at it
//	sheet FILE ROWS EVERY    write a sheet of today's associations of the first ROWS customers, every EVERY-th moved elsewhere
//	requests KIND N          the account has seen just so many requests of the kind since the last forget
//	made N                   so many changes were made
//	forget                   forget the requests so far
//	revoke N                 answer 401 from the request after the N-th on
//	fail STATUS              answer every PATCH with this status from now on; 0 for no longer
//	exits CODE PROGRAM …     run a program that must exit with the code
//	elsewhere FILE ROW       somebody else moves the customer of a sheet's row to another sub-client
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, ".state"))
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, ".config"))
			e.Setenv("DAKOTA_RECONCILE_LOG_LEVEL", "error")
			e.Values[serverKey{}] = &dakotatest.Server{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"account": account, "sheet": sheet, "requests": requests, "made": made, "forget": forget, "revoke": revoke, "fail": failing,
			"elsewhere": elsewhere, "exits": exits,
		},
	})
}

// serverKey is where a script's account is kept.
type serverKey struct{}

func server(ts *testscript.TestScript) *dakotatest.Server {
	return ts.Value(serverKey{}).(*dakotatest.Server)
}

func account(ts *testscript.TestScript, _ bool, args []string) {
	o := dakotatest.SeedOptions{Seed: 1, Customers: 500, SubClients: 5, Unassociated: 0.1}
	s := server(ts)
	s.Quota.Limit = 100_000
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		n := number(ts, value)
		switch name {
		case "customers":
			o.Customers = n
		case "subclients":
			o.SubClients = n
		case "limit":
			s.Quota.Limit = n
		case "seed":
			o.Seed = uint64(n)
		case "deleted":
			o.Deleted = float64(n) / 100
		default:
			ts.Fatalf("account has no %s", name)
		}
	}
	s.Seed(o)
	url, stop, err := s.Listen("127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { stop() })
	ts.Setenv("DAKOTA_BASE_URL", url)
	ts.Setenv("DAKOTA_API_KEY", "key-of-the-scripts")
}

func number(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	ts.Check(err)
	return n
}

func sheet(ts *testscript.TestScript, _ bool, args []string) {
	rows, every := number(ts, args[1]), number(ts, args[2])
	var subClients []string
	var lines []string
	all := server(ts).Customers()
	for _, c := range all {
		if c.IsSubClient {
			subClients = append(subClients, c.ID)
		}
	}
	for _, c := range all {
		if c.IsSubClient || len(lines) == rows {
			continue
		}
		wish := c.SubClientID
		if every > 0 && len(lines)%every == 0 {
			wish = another(subClients, wish)
		}
		lines = append(lines, fmt.Sprintf("%s,%s,note %d", c.ID, wish, len(lines)+1))
	}
	text := "customer_id,sub_client_id,note\n" + strings.Join(lines, "\n") + "\n"
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// another is the sub-client after this one.
func another(subClients []string, now string) string {
	return subClients[(slices.Index(subClients, now)+1)%len(subClients)]
}

func requests(ts *testscript.TestScript, _ bool, args []string) {
	c := server(ts).Counts()
	got := map[string]int{"list": c.List, "get": c.Get, "summary": c.Summary, "patch": c.Patch, "other": c.Other, "all": c.Total(), "throttled": c.Throttled}
	if want := number(ts, args[1]); got[args[0]] != want {
		ts.Fatalf("%d requests %s, want %d", got[args[0]], args[0], want)
	}
}

func made(ts *testscript.TestScript, _ bool, args []string) {
	if got, want := len(server(ts).Changes()), number(ts, args[0]); got != want {
		ts.Fatalf("%d changes were made, want %d", got, want)
	}
}

func forget(ts *testscript.TestScript, _ bool, _ []string) { server(ts).Reset() }

func revoke(ts *testscript.TestScript, _ bool, args []string) {
	n := number(ts, args[0])
	s := server(ts)
	s.Adjust(func() { s.Faults = dakotatest.RevokedAfter(n) })
}

func failing(ts *testscript.TestScript, _ bool, args []string) {
	status := number(ts, args[0])
	s := server(ts)
	s.Adjust(func() {
		s.Faults = dakotatest.Only(dakotatest.Always(dakotatest.Fault{Status: status}), dakotatest.Patch)
		if status == 0 {
			s.Faults = nil
		}
	})
}

func elsewhere(ts *testscript.TestScript, _ bool, args []string) {
	lines := strings.Split(ts.ReadFile(args[0]), "\n")
	cells := strings.Split(lines[number(ts, args[1])-1], ",")
	s := server(ts)
	c, ok := s.Customer(cells[0])
	if !ok {
		ts.Fatalf("no customer %s", cells[0])
	}
	var subClients []string
	for _, x := range s.Customers() {
		if x.IsSubClient && x.ID != cells[1] && x.ID != c.SubClientID {
			subClients = append(subClients, x.ID)
		}
	}
	s.Change(c.ID, subClients[0])
}

// exits runs a program and demands its exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want := number(ts, args[0])
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		got = -1
		if e, ok := errors.AsType[*exec.ExitError](err); ok {
			got = e.ExitCode()
		}
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}
