package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"dakota-reconcile/ledger"
	"dakota-reconcile/reconcile"
)

func (a *app) rollbackCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "rollback [RUN]",
		Short: "Put back what a run changed, where it is still as that run left it (default: the account's latest run)",
		Long: `Plan the inverse of a recorded run and carry it out. Only customers that are still as that run left them are touched; the others
are reported as conflicts. A rollback is a run like any other: it asks, has guards, is recorded, and can be rolled back. RUN is its
name, or as much of its beginning or end as no other run has.`,
		Args: arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.bounded(cmd.Context(), func(ctx context.Context) error { return a.rollback(ctx, first(args)) })
		},
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
	if err := a.mayAsk(""); err != nil {
		return err
	}
	if err := a.checkWrites(""); err != nil {
		return err
	}
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
		id, err = j.latestApplied(ctx, l)
	} else {
		id, err = wholeID(ctx, l, id)
	}
	if err != nil {
		return err
	}
	run, _, err := l.Load(ctx, id)
	if err != nil {
		return notLoaded(err)
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
