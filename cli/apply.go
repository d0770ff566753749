package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"dakota-reconcile/reconcile"
)

func (a *app) applyCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "apply INPUT|PLAN",
		Short: "Plan, ask, change the account, write a report",
		Long: `Compare a spreadsheet with the account, show the difference, ask, and send the PATCHes it takes. A file that plan --out saved
works too: the account is read again, and only rows that are still as the plan saw them are changed. A report with a row for each input
row is always written.`,
		Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.bounded(cmd.Context(), func(ctx context.Context) error { return a.applyInput(ctx, args[0]) })
		},
	}
	f := c.Flags()
	a.options.inputFlags(f)
	a.options.accountFlags(f)
	a.options.planFlags(f)
	a.options.completeFlags(f)
	a.options.guardFlags(f)
	a.options.applyFlags(f)
	a.options.reportFlags(f)
	a.options.outputFlags(f)
	return c
}

func (a *app) applyInput(ctx context.Context, path string) error {
	if err := a.mayAsk(path); err != nil {
		return err
	}
	if err := a.checkWrites(path); err != nil {
		return err
	}
	w, err := a.wishes(path)
	if err != nil {
		return err
	}
	j, err := a.writes(ctx, "apply", w)
	if err != nil {
		return err
	}
	if err := j.sameAccount(); err != nil {
		return err
	}
	return j.carryOut(ctx)
}

// carryOut is the part that apply and rollback share: from the lock to the report.
func (j *job) carryOut(ctx context.Context) error {
	l, err := j.openLedger(ctx) // first of all: a run that can't be recorded is not to cost a request, or a question
	if err != nil {
		return j.finish(ctx, j.notBegun(), err)
	}
	if j.ledger = l; l != nil {
		defer l.Close()
	}
	unlock, err := j.lock()
	if err != nil {
		return j.finish(ctx, j.notBegun(), err)
	}
	defer unlock()
	return j.decide(ctx)
}

// decide observes, plans, asks and performs.
func (j *job) decide(ctx context.Context) error {
	if err := j.observe(ctx); err != nil {
		return j.finish(ctx, j.notBegun(), err)
	}
	if err := j.propose(); err != nil {
		return j.finish(ctx, nil, err)
	}
	if err := j.confirm(ctx); err != nil {
		return j.finish(ctx, nil, err)
	}
	return j.perform(ctx)
}

// mayAsk refuses to start where nobody could answer the question, before anything is read or sent.
func (a *app) mayAsk(path string) error {
	switch {
	case a.options.assumeYes:
		return nil
	case path == "-":
		return usage("the input comes from standard input, so nobody can be asked there: give --yes, or name a file")
	case !a.screen.asks:
		return usage("there is no terminal to ask on: give --yes to write without a question")
	}
	return nil
}

// confirm asks before anything is written. Only the word yes is a yes.
func (j *job) confirm(ctx context.Context) error {
	writes := j.plan.Bill.Writes
	if writes == 0 || j.options.assumeYes {
		return nil
	}
	fmt.Fprintf(j.screen.err, "Send %s to %s? Type yes: ", count(writes, "change"), j.screen.colour.bold(j.account.label()))
	answers := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(j.screen.in).ReadString('\n')
		answers <- line
	}()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case answer := <-answers:
		if strings.EqualFold(strings.TrimSpace(answer), "yes") {
			return nil
		}
		if !strings.HasSuffix(answer, "\n") {
			fmt.Fprintln(j.screen.err) // the input ended instead of being answered
		}
	}
	return fail(exitRefused, errors.New("not confirmed: no change was sent"), "only the word yes is a yes; --yes writes without a question")
}

// sameAccount refuses a saved plan that was made against another account.
func (j *job) sameAccount() error {
	if s := j.saved; s != nil && s.Account != j.run.Account {
		return fail(exitRefused, fmt.Errorf("this plan was made for another account: %s %s", s.Environment, s.BaseURL), "use the key and --environment of the plan, or make a new plan")
	}
	return nil
}

// defaultReport is where a run's report goes when no --report names a place.
func defaultReport(run reconcile.Run) string {
	base := run.Source.Name
	if base == "-" || base == "" {
		base = "stdin"
	}
	base = strings.TrimSuffix(base, filepath.Ext(base))
	return fmt.Sprintf("%s.%s.report.csv", base, run.ID)
}

// notBegun is the outcome of a run that ended before the account was read.
func (j *job) notBegun() *reconcile.Outcome {
	if j.rest != nil {
		return &reconcile.Outcome{Rows: j.run.Results}
	}
	return &reconcile.Outcome{Rows: untouched(j.rows)}
}
