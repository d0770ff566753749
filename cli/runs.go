package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"dakota-reconcile/ledger"
	"dakota-reconcile/reconcile"
)

func (a *app) runsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "runs",
		Short: "What was done, by whom, when; reports can be rendered again from here",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.listRuns(cmd.Context()) },
	}
	list := &cobra.Command{
		Use: "list", Short: "List the recorded runs, newest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.listRuns(cmd.Context()) },
	}
	show := &cobra.Command{
		Use: "show RUN", Short: "Show a run; --report renders its report again", Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.showRun(cmd.Context(), args[0]) },
	}
	var keep string
	var unfinished bool
	prune := &cobra.Command{
		Use: "prune", Short: "Forget old runs; unfinished ones stay", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.pruneRuns(cmd.Context(), keep, unfinished) },
	}
	prune.Flags().StringVar(&keep, "keep", "90d", "how long to keep runs: 90d, 12h")
	prune.Flags().BoolVar(&unfinished, "unfinished", false, "forget unfinished runs too: what they left undone can't be resumed any more")
	a.options.reportFlags(show.Flags())
	for _, x := range []*cobra.Command{c, list, show, prune} {
		a.options.ledgerFlag(x.Flags())
		a.options.quietFlag(x.Flags())
	}
	for _, x := range []*cobra.Command{c, list, show} {
		a.options.jsonFlag(x.Flags())
	}
	a.options.verboseFlag(show.Flags())
	a.options.colourFlag(show.Flags())
	c.AddCommand(list, show, prune)
	return c
}

func (a *app) listRuns(ctx context.Context) error {
	l, err := a.needLedger(ctx)
	if err != nil {
		return err
	}
	defer l.Close()
	runs, err := l.Runs(ctx)
	if err != nil {
		return fail(exitUnexpected, err)
	}
	if a.options.asJSON {
		return a.printJSON(runs)
	}
	if len(runs) == 0 {
		a.tell("no runs are recorded in %s\n", a.ledgerPath())
		return nil
	}
	t := newTable(a.human())
	t.AppendRow(table.Row{"run", "command", "started", "by", "input", "rows", "applied", "state"})
	for _, r := range runs {
		t.AppendRow(table.Row{r.ID, r.Command, r.Started.Local().Format("2006-01-02 15:04:05"), clean(r.By, oneLine), shorten(clean(r.Source.Name, oneLine), 40), r.Rows, r.Counts[reconcile.Applied], runState(r)})
	}
	t.Render()
	return nil
}

// runState says in a word or two how a run ended.
func runState(r ledger.Header) string {
	switch {
	case r.Finished.IsZero():
		return "running, or killed: resume it"
	case r.Unfinished():
		return fmt.Sprintf("exit %d, resumable", r.ExitCode)
	}
	return fmt.Sprintf("exit %d", r.ExitCode)
}

func (a *app) showRun(ctx context.Context, id string) error {
	if err := a.checkOutputs(""); err != nil {
		return err
	}
	l, err := a.needLedger(ctx)
	if err != nil {
		return err
	}
	defer l.Close()
	if id, err = wholeID(ctx, l, id); err != nil {
		return err
	}
	run, original, err := l.Load(ctx, id)
	if err != nil {
		return notLoaded(err)
	}
	run.Results = notTried(run.Results) // rows whose turn had not come when the run was killed
	if err := a.writeReports(run, original); err != nil {
		return err
	}
	if err := a.printSummary(run); err != nil {
		return err
	}
	w := a.human()
	fmt.Fprintf(w, "%s by %s on %s (%s)\n", run.Command, clean(run.By, oneLine), run.Environment, run.BaseURL)
	fmt.Fprintf(w, "started %s, finished %s, exit %d\n", when(run.Started), when(run.Finished), run.ExitCode)
	fmt.Fprintf(w, "input %s (sha256 %.12s…)\n\n", clean(run.Source.Name, oneLine), run.Source.SHA256)
	a.showTroubleRows(w, run.Results)
	a.showTotals(w, run.SubClients)
	fmt.Fprintln(w, closingSentence(run))
	return nil
}

func when(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Local().Format("2006-01-02 15:04:05")
}

func (a *app) pruneRuns(ctx context.Context, keep string, unfinished bool) error {
	d, err := parseDays(keep)
	if err != nil {
		return err
	}
	l, err := a.needLedger(ctx)
	if err != nil {
		return err
	}
	defer l.Close()
	forget := l.Prune
	if unfinished {
		forget = l.PruneUnfinished
	}
	n, err := forget(ctx, a.now().Add(-d))
	if err != nil {
		return fail(exitUnexpected, err)
	}
	a.tell("%s forgotten\n", count(n, "run"))
	return nil
}

// parseDays reads a duration that may be in days: 90d.
func parseDays(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, usage("--keep %q is no length of time: 90d or 12h", s)
	}
	return d, nil
}
