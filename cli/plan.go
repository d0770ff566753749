package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"dakota-reconcile/reconcile"
	"dakota-reconcile/report"
)

func (a *app) planCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "plan INPUT",
		Short: "Show the difference, its bill in requests and the finish time; nothing is changed",
		Long: `Compare a spreadsheet with the account and show what apply would do. Only GETs are sent: the API client of this command
has no way to send a PATCH. INPUT is a file, or - for standard input.`,
		Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.bounded(cmd.Context(), func(ctx context.Context) error { return a.planInput(ctx, args[0]) })
		},
	}
	f := c.Flags()
	f.StringVar(&a.options.out, "out", "", "save the plan, for apply")
	f.BoolVar(&a.options.detailed, "detailed-exitcode", false, "exit 2 when there are changes")
	a.options.inputFlags(f)
	a.options.accountFlags(f)
	a.options.planFlags(f)
	a.options.completeFlags(f)
	a.options.guardFlags(f)
	a.options.reportFlags(f)
	a.options.outputFlags(f)
	return c
}

func (a *app) planInput(ctx context.Context, path string) error {
	if err := a.checkOutputs(path); err != nil {
		return err
	}
	w, err := a.wishes(path)
	if err != nil {
		return err
	}
	j, err := a.reads(ctx, "plan", w)
	if err != nil {
		return err
	}
	if err := j.observe(ctx); err != nil {
		j.run.Results, j.run.Requests = untouched(j.rows), j.reader.Usage()
		return j.endPlan(explainStop(ctx, err))
	}
	refused := j.propose()
	if j.plan == nil {
		return refused
	}
	if err := j.savePlan(); err != nil {
		return err
	}
	return j.endPlan(refused)
}

// endPlan writes the reports of a plan and finds its exit code. stopped is why there is no plan, or why apply would refuse it.
func (j *job) endPlan(stopped error) error {
	switch {
	case stopped != nil:
		j.run.ExitCode = exitCode(stopped)
		j.run.Stopped = stopped.Error()
	case rowsToLookAt(j.run.Results):
		j.run.ExitCode = exitRows
	case j.options.detailed && hasStatus(j.run.Results, reconcile.Planned):
		j.run.ExitCode = exitChanges
	}
	j.run.Finished = j.now()
	if err := errors.Join(j.writeReports(j.run, j.original), j.printSummary(j.run)); err != nil {
		return err
	}
	if stopped != nil {
		return stopped
	}
	j.say("Nothing was changed; this was a plan.\n")
	return quiet(j.run.ExitCode)
}

// rowsToLookAt tells whether rows will not be, or are not, as wished for a reason that somebody should look at.
func rowsToLookAt(rows []reconcile.Result) bool {
	return hasStatus(rows, reconcile.Failed, reconcile.Conflict, reconcile.Invalid, reconcile.Refused)
}

// savePlan writes the plan to --out.
func (j *job) savePlan() error {
	if j.options.out == "" {
		return nil
	}
	if err := report.Replace(j.options.out, func(w io.Writer) error { return reconcile.SavePlan(w, j.asSaved()) }); err != nil {
		return fail(exitUnexpected, fmt.Errorf("save plan: %w", err), "give --out a file in a folder that can be written")
	}
	j.say("plan saved: %s (next: %s apply %s)\n", j.options.out, program, j.options.out)
	return nil
}

// asSaved is the plan with what it was based on.
func (j *job) asSaved() reconcile.SavedPlan {
	o := j.options
	return reconcile.SavedPlan{
		Environment: j.run.Environment, BaseURL: j.run.BaseURL, Account: j.run.Account, Made: j.now(), Source: j.source,
		RefuseKYB: o.refuseKYB, Limit: o.limit, Complete: o.complete, Prune: o.prune, Rows: j.plan.Rows,
	}
}

// checkPlanFlags refuses flags that contradict one another.
func (a *app) checkPlanFlags() error {
	o := a.options
	switch {
	case o.prune && !o.complete:
		return usage("--prune disassociates the unlisted, which --complete finds: give both")
	case o.concurrency < 0:
		return usage("--concurrency %d: at least 1, or 0 for the usual 8", o.concurrency)
	case o.limit < 0:
		return usage("--limit %d: at least 1, or 0 for all", o.limit)
	case o.maxRequests < 0:
		return usage("--max-requests %d: at least 1, or 0 for no limit", o.maxRequests)
	case o.timeout <= 0:
		return usage("--timeout %s: more than nothing", o.timeout)
	case o.maxStaleness < 0:
		return usage("--max-staleness %s: 0s or more", o.maxStaleness)
	}
	return nil
}
