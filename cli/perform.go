package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"dakota-reconcile/dakota"
	"dakota-reconcile/reconcile"
	"dakota-reconcile/report"
)

// perform sends what the plan says, closes the totals, and ends the run with its reports.
func (j *job) perform(ctx context.Context) error {
	journal, err := j.begin(ctx)
	if err != nil {
		return j.finish(ctx, nil, err)
	}
	j.log.Info().Str("run", j.run.ID).Int("writes", j.plan.Bill.Writes).Msg("applying")
	progress := j.startProgress()
	outcome, err := j.applier(journal, progress).Apply(ctx, j.plan)
	progress.end()
	if err != nil {
		return j.finish(ctx, nil, err)
	}
	return j.finish(ctx, outcome, outcome.Stopped)
}

// applier is what carries out the plan, with the flags' policies.
func (j *job) applier(journal reconcile.Journal, p *progress) *reconcile.Applier {
	o := j.options
	return &reconcile.Applier{
		API: j.writer.Once(), Journal: journal, Concurrency: o.concurrency, OnConflict: o.onConflict, FailFast: o.failFast,
		MaxStaleness: o.maxStaleness, MaxOutage: o.maxOutage, MaxRequests: o.maxRequests, Refresh: j.observer.Refresh, Leave: j.leave,
		Hooks: reconcile.ApplyHooks{
			Finished: func(_ int, r reconcile.Result) {
				if r.Status != reconcile.NotAttempted {
					p.rowDone()
				}
				j.log.Debug().Int32("row", r.Row).Str("customer_id", r.CustomerID).Str("action", string(r.Action)).Str("status", string(r.Status)).
					Str("kyb_status", r.KYBStatus).Str("error_code", r.ErrorCode).Str("request_id", r.RequestID).Int("attempts", r.Attempts).Msg("row done")
			},
			Retry: func(row int, cause error, pause time.Duration) {
				j.log.Debug().Int32("row", j.plan.Rows[row].Row).AnErr("cause", cause).Dur("pause_ms", pause).Msg("row will be tried again")
			},
			Outage: func(e reconcile.OutageEvent) {
				if e.Down {
					j.log.Warn().Time("since", e.Since).AnErr("cause", e.Cause).Msg("the API is down: pausing, probing with one request at a time")
				} else {
					j.log.Warn().Msg("the API is back: going on")
				}
			},
		},
	}
}

// plus adds what a resumed run had sent to what it sends now.
func plus(a, b dakota.Usage) dakota.Usage {
	return dakota.Usage{
		List: a.List + b.List, Get: a.Get + b.Get, Summary: a.Summary + b.Summary, Patch: a.Patch + b.Patch,
		Throttled: a.Throttled + b.Throttled, Retries: a.Retries + b.Retries,
	}
}

// finish ends a run whatever happened: the closing totals, the ledger, the reports, the summary, the closing words, the exit code.
// o is nil when nothing was tried; stopped is why the run ended before its last row, nil when it did not.
func (j *job) finish(ctx context.Context, o *reconcile.Outcome, stopped error) error {
	if o == nil {
		o = &reconcile.Outcome{Rows: notTried(j.run.Results)}
	}
	j.run.Results = o.Rows
	j.closeTotals(ctx, stopped)
	j.run.Finished, j.run.Requests = j.now(), plus(j.before, j.reader.Usage())
	stopped = explainStop(ctx, stopped)
	j.run.ExitCode = j.exit(stopped)
	j.run.Resumable = j.recording != nil && len(reconcile.Remaining(j.run.Results).Assignments) > 0
	if stopped != nil {
		j.run.Stopped = stopped.Error()
	}
	err := j.report(j.conclude())
	j.closingWords()
	if err != nil {
		return err
	}
	if stopped != nil {
		return stopped
	}
	return quiet(j.run.ExitCode)
}

// notTried are the rows of a plan that was not carried out.
func notTried(rows []reconcile.Result) []reconcile.Result {
	rows = slices.Clone(rows)
	for i := range rows {
		if rows[i].Status == reconcile.Planned {
			rows[i].Status = reconcile.NotAttempted
		}
	}
	return rows
}

// exit finds the exit code of a run from why it stopped and from its rows.
func (j *job) exit(stopped error) int {
	switch {
	case stopped != nil:
		return exitCode(stopped)
	case hasStatus(j.run.Results, reconcile.InDoubt, reconcile.NotAttempted):
		return exitStopped // --limit left rows: the run is not done, and resume goes on
	case rowsToLookAt(j.run.Results):
		return exitRows
	}
	return exitDone
}

// explainStop turns the cause of an early end into a failure with its exit code. Once ctx has ended, its cause is the cause.
func explainStop(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	var i *interruption
	switch {
	case err == nil || errors.As(err, &i):
		return err
	case errors.Is(err, reconcile.ErrFailFast):
		return fail(exitRows, err, "leave --fail-fast out to go on with the other rows")
	case errors.Is(err, reconcile.ErrConflict):
		return fail(exitRows, err, "--on-conflict skip goes on with the other rows, overwrite changes it all the same")
	case errors.Is(err, reconcile.ErrJournal):
		return fail(exitUnexpected, err, "no PATCH was sent without being recorded; make room on the disk, then: "+program+" resume")
	}
	return explain(err)
}

// closeTotals reads the sub-clients' sizes once more after changes were made. A run that was stopped does not wait for it.
func (j *job) closeTotals(ctx context.Context, stopped error) {
	if j.plan == nil {
		return
	}
	var closing []dakota.SubClient
	if stopped == nil && hasStatus(j.run.Results, reconcile.Applied) {
		var err error
		if closing, err = j.reader.SubClients(ctx); err != nil {
			j.log.Warn().Err(err).Msg("closing totals not read")
		}
	}
	j.run.SubClients = reconcile.CloseTotals(j.run.SubClients, j.run.Results, closing)
}

// conclude writes the end of the run into the ledger.
func (j *job) conclude() error {
	if j.recording == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	defer j.ledger.Close()
	if err := j.recording.Finish(ctx, j.run); err != nil {
		return fail(exitUnexpected, fmt.Errorf("record the end of the run: %w", err), "the report is complete; resume settles what the ledger does not know")
	}
	return nil
}

// report writes the run's reports: those that were asked for, else one in the working folder. concluded is what came of recording the
// run's end.
func (j *job) report(concluded error) error {
	if j.plan == nil && len(j.options.reports) == 0 && len(j.run.Results) == 0 {
		return errors.Join(concluded, j.printSummary(j.run))
	}
	if len(j.options.reports) == 0 {
		j.options.reports = []string{defaultReport(j.run)}
	}
	err := errors.Join(concluded, j.lostReports(j.writeReports(j.run, j.original)))
	if j.options.rejects != "" {
		n, e := report.RejectsFile(j.options.rejects, j.run)
		if e != nil {
			err = errors.Join(err, fail(exitUnexpected, e, "give --rejects a file in a folder that can be written"))
		}
		j.say("rejects: %s (%s)\n", j.options.rejects, count(n, "row"))
	}
	if err != nil {
		j.run.ExitCode = exitCode(err) // the document says what the process will
	}
	return errors.Join(err, j.printSummary(j.run))
}

// lostReports adds to the failure of a report how to have it after all. The run itself is done.
func (j *job) lostReports(err error) error {
	if err == nil || j.recording == nil {
		return err
	}
	return fail(exitUnexpected, err, fmt.Sprintf("the run is in the ledger: %s runs show %s --report FILE writes it again", program, j.run.ID))
}
