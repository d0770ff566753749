package cli

import (
	"time"

	"github.com/spf13/pflag"

	"dakota-reconcile/dakota"
	"dakota-reconcile/input"
	"dakota-reconcile/reconcile"
)

// options are the values of all flags. A command registers the groups that concern it; the others keep their zero value.
type options struct {
	config     string
	showConfig bool

	environment string
	baseURL     string
	concurrency int
	rate        dakota.Rate
	reserve     dakota.Reserve
	timeout     time.Duration
	deadline    string
	maxRequests int

	input     input.Options
	asJSON    bool
	reports   []string
	metrics   string
	rejects   string
	out       string
	detailed  bool
	assumeYes bool

	maxDisassociate reconcile.Ceiling
	allowEmptying   []string
	maxChanges      reconcile.Ceiling
	refuseKYB       []string
	limit           int
	complete        bool
	prune           bool
	onConflict      reconcile.ConflictPolicy
	maxStaleness    time.Duration
	maxOutage       time.Duration
	failFast        bool
	ledger          string

	logLevel   string
	logFormat  string
	verbose    bool
	quiet      bool
	noColour   bool
	noProgress bool
}

// outputFlags are those of a run with a plan: all of them.
func (o *options) outputFlags(f *pflag.FlagSet) {
	o.jsonFlag(f)
	o.logFlags(f)
	o.verboseFlag(f)
	o.progressFlag(f)
}

func (o *options) jsonFlag(f *pflag.FlagSet) {
	f.BoolVar(&o.asJSON, "json", false, "one JSON summary on stdout, nothing else there")
}

func (o *options) logFlags(f *pflag.FlagSet) {
	f.StringVar(&o.logLevel, "log-level", "info", "debug, info, warn or error; debug has one event a row")
	f.StringVar(&o.logFormat, "log-format", "auto", "console, json or auto: console on a terminal, else json")
	o.quietFlag(f)
	o.colourFlag(f)
}

func (o *options) quietFlag(f *pflag.FlagSet) {
	f.BoolVarP(&o.quiet, "quiet", "q", false, "show errors only")
}

func (o *options) colourFlag(f *pflag.FlagSet) {
	f.BoolVar(&o.noColour, "no-color", false, "no colours (NO_COLOR works too)")
}

func (o *options) verboseFlag(f *pflag.FlagSet) {
	f.BoolVarP(&o.verbose, "verbose", "v", false, "show every row and how the account was read")
}

func (o *options) progressFlag(f *pflag.FlagSet) {
	f.BoolVar(&o.noProgress, "no-progress", false, "no progress bar, no progress lines")
}

func (o *options) reportFlags(f *pflag.FlagSet) {
	f.StringArrayVar(&o.reports, "report", nil, "write a report; repeatable; the ending chooses: .csv .xlsx .html .jsonl .md .xml (JUnit)")
	f.StringVar(&o.metrics, "metrics-file", "", "write counts as a Prometheus text file (for node_exporter)")
}

func (o *options) inputFlags(f *pflag.FlagSet) {
	f.StringVar(&o.input.Sheet, "sheet", "", "the workbook's sheet (default: the one visible sheet that has the columns)")
	f.StringVar(&o.input.CustomerColumn, "customer-column", "", "the customers' column, by name or letter (default: found by its name)")
	f.StringVar(&o.input.SubClientColumn, "sub-client-column", "", "the sub-clients' column, by name or letter (default: found by its name)")
	f.Var(parsed[input.Blank]{&o.input.Blank, input.ParseBlank, "word"}, "blank", "what an empty sub_client_id means: disassociate, keep (leave alone) or error")
	f.BoolVar(&o.input.SkipInvalid, "skip-invalid", false, "work on the good rows of a file that has bad ones")
}

func (o *options) accountFlags(f *pflag.FlagSet) {
	f.StringVar(&o.environment, "environment", "sandbox", "sandbox or production (DAKOTA_ENVIRONMENT)")
	f.StringVar(&o.baseURL, "base-url", "", "the API's address, https only, http for loopback (DAKOTA_BASE_URL; default: the environment's)")
	f.Var(parsed[dakota.Rate]{&o.rate, dakota.ParseRate, "rate"}, "rate", "a ceiling of our own: 40/m, 5/s, 0 for none; the server's headers are obeyed in any case")
	f.Var(parsed[dakota.Reserve]{&o.reserve, dakota.ParseReserve, "count"}, "reserve", "requests of each window left to other users of the key: 10 or 20%")
	f.DurationVar(&o.timeout, "timeout", 15*time.Second, "for one attempt of a request")
	f.StringVar(&o.deadline, "deadline", "", "stop cleanly then: a duration (90m), a time of day (06:00) or an RFC 3339 time; resumable")
	f.IntVar(&o.maxRequests, "max-requests", 0, "stop cleanly before sending more; resumable; 0 for no limit")
}

func (o *options) guardFlags(f *pflag.FlagSet) {
	f.Var(parsed[reconcile.Ceiling]{&o.maxDisassociate, reconcile.ParseCeiling, "count"}, "max-disassociate", "refuse a plan that would disassociate more: 50 or 20%; the default is 10% but at least 10 rows")
	f.StringSliceVar(&o.allowEmptying, "allow-emptying", nil, "permit disassociating the last customers of this sub-client (ID, or all)")
	f.Var(parsed[reconcile.Ceiling]{&o.maxChanges, reconcile.ParseCeiling, "count"}, "max-changes", "refuse a plan with more changes: 100 or 5%; the default is no bound")
}

func (o *options) planFlags(f *pflag.FlagSet) {
	f.IntVar(&o.concurrency, "concurrency", 8, "requests in flight; it hides latency, it is not the rate")
	f.StringSliceVar(&o.refuseKYB, "refuse-kyb", nil, "leave customers with these kyb_status values alone: frozen,rejected")
	f.IntVar(&o.limit, "limit", 0, "apply only the first N changes; the rest stay not_attempted and resume goes on; 0 for all")
	f.DurationVar(&o.maxStaleness, "max-staleness", 15*time.Minute, "read a row again before its PATCH when it was read longer ago; 0s: right before each")
}

// completeFlags are for a spreadsheet alone: a recorded run has its rows.
func (o *options) completeFlags(f *pflag.FlagSet) {
	f.BoolVar(&o.complete, "complete", false, "the sheet lists every customer of the sub-clients it names: report others found there as unlisted")
	f.BoolVar(&o.prune, "prune", false, "with --complete: disassociate the unlisted, under the same guards")
}

func (o *options) applyFlags(f *pflag.FlagSet) {
	f.BoolVarP(&o.assumeYes, "yes", "y", false, "do not ask; needed where there is no terminal")
	f.Var(parsed[reconcile.ConflictPolicy]{&o.onConflict, reconcile.ParseConflictPolicy, "word"}, "on-conflict", "somebody else changed the row since it was read: skip, fail (stop the run) or overwrite")
	f.BoolVar(&o.failFast, "fail-fast", false, "stop at the first row that fails")
	f.DurationVar(&o.maxOutage, "max-outage", 10*time.Minute, "stop when the API stays down longer; resumable")
	f.StringVar(&o.rejects, "rejects", "", "write the rows that are not as wished after the run, ready to be fed in again (.csv or .xlsx)")
	o.ledgerFlag(f)
}

func (o *options) ledgerFlag(f *pflag.FlagSet) {
	f.StringVar(&o.ledger, "ledger", "", "the file where runs are recorded, or none (default: in the user's state directory)")
}

// client is the part of the options that the API client takes.
func (o *options) client() dakota.Config {
	return dakota.Config{Timeout: o.timeout, Rate: o.rate, Reserve: o.reserve, MaxRequests: o.maxRequests, MaxThrottled: o.maxOutage}
}
