package cli

import (
	"context"
	"fmt"
	"time"

	"dakota-reconcile/dakota"
	"dakota-reconcile/ledger"
	"dakota-reconcile/reconcile"
)

// job is one run on its way: what is wished, what the account holds, what is to be done, what became of it. Its methods stand in the
// order in which a run calls them: observe, propose, (confirm, perform), finish.
type job struct {
	*app
	account account
	wishes
	run       reconcile.Run
	before    dakota.Usage    // of a run that is resumed: what it had sent
	rest      *reconcile.Rest // of a run that is resumed
	ledger    *ledger.Ledger  // nil: nothing is recorded
	recording *ledger.Recording
	reader    *dakota.Reader
	writer    *dakota.Client // nil while planning only: then nothing can send a PATCH
	observer  *reconcile.Observer
	seen      *reconcile.Observation
	plan      *reconcile.Plan
}

const badAddress = "--base-url takes an https address (http only for this machine itself); leave it out for the environment's own"

// reads makes a job whose API client can't send anything but GETs.
func (a *app) reads(ctx context.Context, command string, w wishes) (*job, error) {
	c, err := a.account(ctx)
	if err != nil {
		return nil, err
	}
	reader, err := dakota.NewReader(c.config)
	if err != nil {
		return nil, fail(exitConfig, err, badAddress)
	}
	return a.newJob(command, c, w, reader), nil
}

// writes makes a job whose client can change the account. Only the part after the question uses it.
func (a *app) writes(ctx context.Context, command string, w wishes) (*job, error) {
	c, err := a.account(ctx)
	if err != nil {
		return nil, err
	}
	client, err := dakota.NewClient(c.config)
	if err != nil {
		return nil, fail(exitConfig, err, badAddress)
	}
	j := a.newJob(command, c, w, client.Reader)
	j.writer = client
	a.client.Store(client)
	return j, nil
}

func (a *app) newJob(command string, c account, w wishes, reader *dakota.Reader) *job {
	return &job{app: a, account: c, wishes: w, reader: reader, run: a.newRun(command, c, w.source)}
}

// observe reads of the account what the wishes concern. The wishes of resume and rollback come from the ledger, after the job was made.
func (j *job) observe(ctx context.Context) (err error) {
	o := j.options
	j.observer = &reconcile.Observer{API: j.reader.Patient(o.maxOutage), Complete: o.complete, Concurrency: o.concurrency, Expect: j.expect, LookUpAll: o.input.SkipInvalid}
	j.log.Info().Str("environment", j.account.environment).Str("base_url", j.account.config.BaseURL).Str("key", j.account.config.Key.Fingerprint()).Msg("reading the account")
	stop := j.watchReading()
	j.seen, err = j.observer.Observe(ctx, j.rows)
	stop()
	if err != nil {
		return err // its cause is told once, at the run's end
	}
	u := j.reader.Usage()
	j.log.Info().Int("requests", u.Total()).Int("list", u.List).Int("get", u.Get).Int("summary", u.Summary).Msg("account read")
	return nil
}

// policy is what the flags say about planning.
func (j *job) policy() reconcile.Policy {
	o := j.options
	return reconcile.Policy{
		RefuseKYB: o.refuseKYB, Limit: o.limit, Complete: o.complete, Prune: o.prune, OnConflict: o.onConflict,
		Expect: j.expect, Approved: j.approved(), MaxStaleness: o.maxStaleness, Quota: j.reader.Quota(), Now: j.now(),
	}
}

// approved are the customers whose change a saved plan has shown; nil: everybody's.
func (j *job) approved() map[string]bool {
	if j.saved == nil {
		return nil
	}
	return j.saved.Approved()
}

// propose makes the plan, shows it and its bill, and asks the guards.
func (j *job) propose() (err error) {
	if j.plan, err = reconcile.NewPlan(j.rows, j.seen, j.policy()); err != nil {
		return fail(exitUnexpected, err)
	}
	if j.rest != nil {
		if j.plan, err = j.rest.Plan(j.plan); err != nil {
			return fail(exitUnexpected, err)
		}
	}
	j.fit()
	j.run.Results, j.run.Bill, j.run.Requests = j.plan.Rows, j.plan.Bill, j.reader.Usage()
	if j.rest == nil {
		j.run.SubClients = j.plan.SubClients // a resumed run keeps the totals it was opened with
	}
	j.showPlan()
	c := j.plan.Counts()
	j.log.Info().Int("rows", len(j.plan.Rows)).Int("changes", c.Status[reconcile.Planned]).Int("writes", j.plan.Bill.Writes).Int("checks", j.plan.Bill.Checks).Msg("plan made")
	if j.rest != nil {
		return nil // the guards have let this run pass when it began
	}
	return j.guard()
}

// fit cuts the plan to what --max-requests and --deadline allow.
func (j *job) fit() {
	requests, within := -1, time.Duration(-1)
	if j.options.maxRequests > 0 {
		requests = max(0, j.options.maxRequests-j.reader.Usage().Total())
	}
	if !j.deadline.IsZero() {
		within = max(0, time.Until(j.deadline))
	}
	if fit := j.plan.Fit(requests, within); fit.Rows < fit.Of {
		j.plan.Cut(fit.Rows, reconcile.Problem{Code: "budget", Message: "does not fit into --max-requests or --deadline; resume goes on here"})
		j.run.Stopped = fmt.Sprintf("only %d of %s fit into --max-requests or --deadline", fit.Rows, count(fit.Of, "change"))
		j.say("%s\n", j.run.Stopped)
	}
}

// guard refuses a plan that the guards refuse. Each refusal names the one flag that overrides just it.
func (j *job) guard() error {
	o := j.options
	refusals := j.plan.Check(reconcile.Guards{MaxDisassociate: o.maxDisassociate, AllowEmptying: o.allowEmptying, MaxChanges: o.maxChanges, SkipInvalid: o.input.SkipInvalid})
	if len(refusals) == 0 {
		return nil
	}
	hints := make([]string, 0, len(refusals))
	for _, r := range refusals {
		if r.Override != "" {
			r.Message += "; " + r.Override + " permits just this"
		}
		hints = append(hints, r.Message)
	}
	return fail(exitRefused, fmt.Errorf("the plan is refused, nothing was changed"), hints...)
}

// now is the time as runs record it.
func (a *app) now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
