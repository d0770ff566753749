package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"dakota-reconcile/ledger"
	"dakota-reconcile/reconcile"
)

func (a *app) resumeCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "resume [RUN]",
		Short: "Finish an interrupted run (default: the latest unfinished one)",
		Long: `Finish a run that was interrupted, stopped early or killed. Rows that were sent without anybody knowing what became of them are
settled by a read, rows not reached are read again and sent. The report is over all rows of the whole run. RUN is its name, or as
much of its beginning or end as no other run has.`,
		Args: arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.bounded(cmd.Context(), func(ctx context.Context) error { return a.resume(ctx, first(args)) })
		},
	}
	f := c.Flags()
	a.options.accountFlags(f)
	a.options.planFlags(f)
	a.options.applyFlags(f)
	a.options.reportFlags(f)
	a.options.outputFlags(f)
	return c
}

func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

func (a *app) resume(ctx context.Context, id string) error {
	if err := a.mayAsk(""); err != nil {
		return err
	}
	if err := a.checkWrites(""); err != nil {
		return err
	}
	j, err := a.writes(ctx, "resume", wishes{})
	if err != nil {
		return err
	}
	if j.ledger, err = a.needLedger(ctx); err != nil {
		return err
	}
	defer j.ledger.Close()
	if id, err = j.findRun(ctx, id); err != nil {
		return err
	}
	unlock, err := j.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := j.takeUp(ctx, id); err != nil {
		return err
	}
	return j.goOn(ctx)
}

// findRun is the run that was named, or the account's latest unfinished one.
func (j *job) findRun(ctx context.Context, id string) (string, error) {
	if id != "" {
		return wholeID(ctx, j.ledger, id)
	}
	h, err := j.ledger.Latest(ctx, j.run.Account)
	if errors.Is(err, ledger.ErrNoRun) {
		return "", fail(exitConfig, fmt.Errorf("no unfinished run of this account in %s", j.ledger.Path()), "see: "+program+" runs list")
	}
	return h.ID, err
}

// takeUp makes the recorded run this job's run.
func (j *job) takeUp(ctx context.Context, id string) error {
	_, original, err := j.ledger.Load(ctx, id)
	if err != nil {
		return notLoaded(err)
	}
	recording, run, err := j.ledger.Reopen(ctx, id)
	if err != nil {
		return notLoaded(err)
	}
	if run.Account != j.run.Account {
		recording.Close()
		return otherAccount(run)
	}
	j.recording, j.run, j.before = recording, run, run.Requests
	j.run.Stopped, j.run.Resumable = "", false
	for _, status := range run.RefuseKYB { // whom the run leaves alone is not forgotten with its command line
		if !slices.Contains(j.options.refuseKYB, status) {
			j.options.refuseKYB = append(j.options.refuseKYB, status)
		}
	}
	j.run.RefuseKYB = j.options.refuseKYB
	j.rest = reconcile.Remaining(run.Results)
	j.wishes = wishes{source: run.Source, rows: j.rest.Assignments, expect: j.rest.Expect, original: original}
	return nil
}

func otherAccount(run reconcile.Run) error {
	return fail(exitConfig, fmt.Errorf("run %s was made with another account: %s %s", run.ID, run.Environment, run.BaseURL), "use its key and --environment")
}

// goOn finishes the run that was taken up.
func (j *job) goOn(ctx context.Context) error {
	if len(j.rows) == 0 && !j.run.Finished.IsZero() {
		j.recording.Close()
		return j.nothingLeft()
	}
	if len(j.rows) == 0 { // it was killed between its last row and its end
		j.plan = &reconcile.Plan{Rows: j.run.Results}
		return j.finish(ctx, &reconcile.Outcome{Rows: j.run.Results}, nil)
	}
	if n := j.rest.Doubts(); n > 0 {
		j.say("%s in doubt: a read settles what became of each\n", count(n, "row"))
	}
	return j.decide(ctx)
}

// nothingLeft ends the resumption of a run that has ended: its reports are written again, the run itself stays as it is.
func (j *job) nothingLeft() error {
	j.run.ExitCode = j.exit(nil)
	if err := j.report(nil); err != nil {
		return err
	}
	j.tell("run %s has nothing left to do\n", j.run.ID)
	return quiet(j.run.ExitCode)
}
