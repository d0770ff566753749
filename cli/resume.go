package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"dakota-reconcile/ledger"
	"dakota-reconcile/reconcile"
)

func (a *app) resumeCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "resume [RUN]",
		Short: "Finish an interrupted run (default: the latest unfinished one)",
		Long: `Finish a run that was interrupted, stopped early or killed. Rows that were sent without anybody knowing what became of them are
settled by a read, rows not reached are read again and sent. The report is over all rows of the whole run.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.resume(cmd.Context(), first(args)) },
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
	if err := errors.Join(a.checkPlanFlags(), a.mayAsk("")); err != nil {
		return err
	}
	ctx, cancel, err := a.withDeadline(ctx)
	if err != nil {
		return err
	}
	defer cancel()
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
		return id, nil
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
		return noSuchRun(id, err)
	}
	recording, run, err := j.ledger.Reopen(ctx, id)
	if err != nil {
		return noSuchRun(id, err)
	}
	if run.Account != j.run.Account {
		recording.Close()
		return otherAccount(run)
	}
	j.recording, j.run, j.before = recording, run, run.Requests
	j.run.Stopped, j.run.Resumable = "", false
	j.rest = reconcile.Remaining(run.Results)
	j.wishes = wishes{source: run.Source, rows: j.rest.Assignments, expect: j.rest.Expect, original: original}
	return nil
}

func otherAccount(run reconcile.Run) error {
	return fail(exitConfig, fmt.Errorf("run %s was made with another account: %s %s", run.ID, run.Environment, run.BaseURL), "use its key and --environment")
}

// goOn finishes the run that was taken up.
func (j *job) goOn(ctx context.Context) error {
	if len(j.rows) == 0 {
		j.recording.Close()
		j.tell("run %s has nothing left to do\n", j.run.ID)
		return nil
	}
	if n := j.rest.Doubts(); n > 0 {
		j.say("%s in doubt: a read settles what became of each\n", count(n, "row"))
	}
	return j.decide(ctx)
}

func (a *app) rollbackCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "rollback [RUN]",
		Short: "Put back what a run changed, where it is still as that run left it (default: the account's latest run)",
		Long: `Plan the inverse of a recorded run and carry it out. Only customers that are still as that run left them are touched; the others
are reported as conflicts. A rollback is a run like any other: it asks, has guards, is recorded, and can be rolled back.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.rollback(cmd.Context(), first(args)) },
	}
	f := c.Flags()
	a.options.accountFlags(f)
	a.options.planFlags(f)
	a.options.guardFlags(f)
	a.options.applyFlags(f)
	a.options.reportFlags(f)
	a.options.outputFlags(f)
	return c
}

func (a *app) rollback(ctx context.Context, id string) error {
	if err := errors.Join(a.checkPlanFlags(), a.mayAsk("")); err != nil {
		return err
	}
	ctx, cancel, err := a.withDeadline(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	j, err := a.writes(ctx, "rollback", wishes{})
	if err != nil {
		return err
	}
	if err := j.invert(ctx, id); err != nil {
		return err
	}
	return j.carryOut(ctx)
}

// invert makes the inverse of a recorded run this job's wishes.
func (j *job) invert(ctx context.Context, id string) error {
	l, err := j.needLedger(ctx)
	if err != nil {
		return err
	}
	defer l.Close()
	if id == "" {
		if id, err = j.latestApplied(ctx, l); err != nil {
			return err
		}
	}
	run, _, err := l.Load(ctx, id)
	if err != nil {
		return noSuchRun(id, err)
	}
	if run.Account != j.run.Account {
		return otherAccount(run)
	}
	rows, expect := reconcile.Inverse(run.Results)
	source := run.Source
	source.Name, source.Path, source.Format = run.ID, "", "run"
	j.wishes = wishes{source: source, rows: rows, expect: expect}
	j.run.Source, j.run.Of = source, run.ID
	return nil
}

// latestApplied is the account's latest run that applied anything.
func (j *job) latestApplied(ctx context.Context, l *ledger.Ledger) (string, error) {
	runs, err := l.Runs(ctx)
	if err != nil {
		return "", err
	}
	for _, h := range runs {
		if h.Account == j.run.Account && h.Counts[reconcile.Applied]+h.Counts[reconcile.InDoubt] > 0 {
			return h.ID, nil
		}
	}
	return "", fail(exitConfig, fmt.Errorf("no run of this account in %s has changed anything", l.Path()), "see: "+program+" runs list")
}
