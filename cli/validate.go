package cli

import (
	"github.com/spf13/cobra"

	"dakota-reconcile/input"
	"dakota-reconcile/reconcile"
	"dakota-reconcile/report"
)

func (a *app) validateCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "validate INPUT",
		Short: "Read and check the file; no network",
		Long: `Read a spreadsheet and check every row of it, without a key and without the network: its form, its columns, its ids, its
repetitions. Every problem is named with its place. INPUT is a file, or - for standard input.`,
		Args: arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error { return a.validate(args[0]) },
	}
	f := c.Flags()
	a.options.inputFlags(f)
	a.options.reportFlags(f)
	a.options.jsonFlag(f)
	a.options.logFlags(f)
	a.options.verboseFlag(f)
	return c
}

// validate keeps the rows only where a report wants them: without one, a file of any length needs the memory of its ids.
func (a *app) validate(path string) error {
	if err := a.checkOutputs(path); err != nil {
		return err
	}
	if len(a.options.reports)+len(a.options.metrics) == 0 && !a.options.asJSON {
		return a.checkOnly(path)
	}
	w, err := a.wishes(path)
	if err != nil {
		return err
	}
	run := reconcile.Run{ID: runID(a.now()), Command: a.command, Started: a.now(), Source: w.source, Results: untouched(w.rows)}
	run.Finished = a.now()
	if hasStatus(run.Results, reconcile.Invalid) {
		run.ExitCode = exitInput
	}
	if err := a.writeReports(run, w.original); err != nil {
		return err
	}
	if err := a.printSummary(run); err != nil {
		return err
	}
	a.tell("%s: %s, %d invalid\n", clean(w.source.Name, oneLine), count(len(w.rows), "row"), report.Summarize(run).Invalid)
	return quiet(run.ExitCode)
}

func (a *app) checkOnly(path string) error {
	r, err := a.open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	t, err := input.Check(r, path, a.options.input)
	if err != nil {
		return a.unreadable(err, t)
	}
	a.showNotices(t)
	if len(t.Problems) > 0 {
		a.showProblems(t)
		a.tell("%s: %s, %d invalid\n", clean(t.Source.Name, oneLine), count(t.Rows, "row"), t.Invalid)
		return quiet(exitInput)
	}
	a.tell("%s: %s, all of them sound: %d with an empty sub_client_id, %d said twice\n", clean(t.Source.Name, oneLine), count(t.Rows, "row"), t.Blanks, t.Repeats)
	return nil
}

func hasStatus(rows []reconcile.Result, s ...reconcile.Status) bool {
	for i := range rows {
		for _, x := range s {
			if rows[i].Status == x {
				return true
			}
		}
	}
	return false
}
