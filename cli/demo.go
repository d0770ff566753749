package cli

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
)

// The demo's account and sample: few enough requests for one window of the documented limit, so that it never waits.
const (
	demoCustomers = 3000
	demoRows      = 300
	demoChanges   = 30
)

func (a *app) demoCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Simulator, sample spreadsheet, plan, apply; no key needed",
		Long: `Start the simulator with an invented account, write a sample spreadsheet for it, show the plan, apply it, and show that a second
apply has nothing to do. Spreadsheet and reports stay in --dir. Nothing leaves this machine.`,
		Args: arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context(), dir) },
	}
	c.Flags().StringVar(&dir, "dir", "demo", "the folder for the spreadsheet and the reports")
	a.options.quietFlag(c.Flags())
	a.options.colourFlag(c.Flags())
	a.options.verboseFlag(c.Flags())
	return c
}

func (a *app) demo(ctx context.Context, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fail(exitUnexpected, err)
	}
	s := &simulation{address: "127.0.0.1:0", customers: demoCustomers, subClients: 6, seed: 20, limit: 60, window: time.Minute, dialect: "current", latency: 10 * time.Millisecond}
	server, err := s.server()
	if err != nil {
		return err
	}
	url, stop, err := server.Listen(s.address)
	if err != nil {
		return fail(exitConfig, err)
	}
	defer stop()
	sheet := filepath.Join(dir, "partners.csv")
	if err := writeSample(sheet, sampleRows(server, demoRows, demoChanges)); err != nil {
		return fail(exitUnexpected, err, "give --dir a folder that can be written")
	}
	a.tell("A simulated account of %d customers answers on %s, 60 requests a minute.\nThe sample spreadsheet is %s: %d rows.\n", demoCustomers, url, sheet, demoRows)
	steps := [][]string{
		{"plan", sheet, "--report", filepath.Join(dir, "plan.html")},
		{"apply", sheet, "--yes", "--report", filepath.Join(dir, "report.csv"), "--report", filepath.Join(dir, "report.xlsx"), "--report", filepath.Join(dir, "report.html")},
		{"apply", sheet, "--yes", "--report", filepath.Join(dir, "second.csv")},
	}
	for _, args := range steps {
		a.tell("\n$ %s", program)
		for _, arg := range args {
			a.tell(" %s", arg)
		}
		a.tell("\n\n")
		if code := a.again(ctx, url, dir, args); code != exitDone {
			return quiet(code)
		}
	}
	a.tell("\nThe third command found everything right and sent no PATCH. Open %s in a browser, %s in a spreadsheet program.\n",
		filepath.Join(dir, "report.html"), filepath.Join(dir, "report.xlsx"))
	return nil
}

// again runs a command of the program inside this process, against the simulator, with a ledger of the demo's own.
func (a *app) again(ctx context.Context, url, dir string, args []string) int {
	env := map[string]string{
		"DAKOTA_API_KEY": "simulated", "DAKOTA_BASE_URL": url, "DAKOTA_RECONCILE_LOG_LEVEL": "warn",
		"DAKOTA_RECONCILE_QUIET": fmt.Sprint(a.options.quiet), "DAKOTA_RECONCILE_VERBOSE": fmt.Sprint(a.options.verbose),
	}
	if args[0] != "plan" {
		env["DAKOTA_RECONCILE_LEDGER"] = filepath.Join(dir, "ledger.db")
	}
	p := a.process
	p.Args = args
	p.Env = func(name string) string {
		if v, ok := env[name]; ok {
			return v
		}
		if name == "XDG_CONFIG_HOME" || name == "XDG_STATE_HOME" {
			return dir
		}
		if len(name) > 6 && name[:6] == "DAKOTA" {
			return "" // what a person has set up for a real account is none of the demo's business
		}
		return a.process.Env(name)
	}
	inner := &app{process: p, screen: a.screen, options: &options{}, leave: a.leave}
	return inner.execute(ctx)
}

func writeSample(path string, rows [][]string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	w := csv.NewWriter(f)
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	return f.Close()
}
