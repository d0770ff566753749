package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"dakota-reconcile/input"
	"dakota-reconcile/reconcile"
	"dakota-reconcile/report"
)

// shownProblems is how many problems of a file the terminal shows; a report shows all.
const shownProblems = 20

// open opens INPUT: a file, or - for standard input.
func (a *app) open(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(a.screen.in), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fail(exitInput, err, "give the spreadsheet's path, or - to read it from standard input")
	}
	if i, err := f.Stat(); err == nil && i.IsDir() {
		f.Close()
		return nil, fail(exitInput, fmt.Errorf("%s is a folder", path), "name the spreadsheet in it")
	}
	return f, nil
}

// wishes are what a file asks for: the rows, and what each customer was when the file was made, if it is a plan.
type wishes struct {
	source   reconcile.Source
	rows     []reconcile.Assignment
	expect   map[string]string
	original []byte
	saved    *reconcile.SavedPlan // nil for a spreadsheet
}

// wishes reads INPUT, a spreadsheet or a plan that plan --out saved. Problems are shown, reported and end the command, unless they
// concern single rows and --skip-invalid is given.
func (a *app) wishes(path string) (wishes, error) {
	r, err := a.open(path)
	if err != nil {
		return wishes{}, err
	}
	defer r.Close()
	b := bufio.NewReader(r)
	if begin, _ := b.Peek(64); reconcile.IsPlan(begin) {
		return a.savedWishes(b, path)
	}
	return a.tableWishes(b, path)
}

// savedWishes reads a plan. What was decided when it was made holds; the flags can add to it.
func (a *app) savedWishes(r io.Reader, path string) (wishes, error) {
	s, err := reconcile.LoadPlan(r)
	if err != nil {
		return wishes{}, fail(exitInput, fmt.Errorf("%s: %w", path, err), "make the plan again with plan --out")
	}
	o := a.options
	o.refuseKYB = append(o.refuseKYB, s.RefuseKYB...)
	o.complete, o.prune = o.complete || s.Complete, o.prune || s.Prune
	if o.limit == 0 {
		o.limit = s.Limit
	}
	a.log.Info().Str("file", path).Time("made", s.Made).Int("rows", len(s.Rows)).Msg("plan read")
	return wishes{source: s.Source, rows: s.Assignments(), expect: s.Expect(), saved: &s}, nil
}

func (a *app) tableWishes(r io.Reader, path string) (wishes, error) {
	table, err := input.Read(r, path, a.options.input)
	if err != nil {
		return wishes{}, a.unreadable(err, table)
	}
	a.showNotices(table)
	if len(table.Problems) > 0 {
		a.showProblems(table)
		if !a.options.input.SkipInvalid {
			return wishes{}, a.refuseFile(table)
		}
		a.say("%s left out (--skip-invalid)\n", count(table.Invalid, "row"))
	}
	a.log.Info().Str("file", table.Source.Name).Str("format", table.Source.Format).Int("rows", table.Rows).Int("problems", len(table.Problems)).Msg("input read")
	return wishes{source: table.Source, rows: table.Assignments, original: table.Original}, nil
}

// unreadable is the end of a file that can't be used as a whole. Its report has the rows that were read and the problem.
func (a *app) unreadable(err error, table *input.Table) error {
	var e *input.Error
	if !errors.As(err, &e) || table == nil {
		return fail(exitInput, err)
	}
	if !slices.Contains(table.Problems, e.Problem) {
		table.Problems = append([]input.Problem{e.Problem}, table.Problems...)
	}
	a.showProblems(table)
	return a.refuseFile(table)
}

// problemResult is a problem of the file that belongs to no row, as a row of the report.
func problemResult(p input.Problem) reconcile.Result {
	r := reconcile.Result{Status: reconcile.Invalid, ErrorCode: p.Code, Error: p.Error()}
	r.Action = reconcile.None
	return r
}

// refuseFile is the end of a file with problems: a report with a row for each row of the input, exit 5.
func (a *app) refuseFile(t *input.Table) error {
	run := reconcile.Run{ID: runID(a.now()), Command: a.command, Started: a.now(), Source: t.Source, Results: untouched(t.Assignments)}
	advice, original := "Mend the cells above and run it again, or work on the good rows with --skip-invalid.", t.Original
	for _, p := range t.Problems {
		if p.Fatal {
			advice, original = "Mend the file and run it again.", nil
		}
		if p.Fatal || p.Row == 0 {
			run.Results = append(run.Results, problemResult(p))
		}
	}
	run.ExitCode, run.Finished = exitInput, a.now()
	run.Stopped = "the input has problems; nothing was sent"
	if a.command == "apply" && len(a.options.reports) == 0 {
		a.options.reports = []string{defaultReport(run)} // apply always writes one
	}
	if err := errors.Join(a.writeReports(run, original), a.printSummary(run)); err != nil {
		return err
	}
	a.say("Nothing was sent. %s\n", advice)
	return quiet(exitInput)
}

// untouched are the results of rows that were never compared with the account.
func untouched(rows []reconcile.Assignment) []reconcile.Result {
	results := make([]reconcile.Result, len(rows))
	for i, row := range rows {
		results[i] = reconcile.Result{Change: reconcile.Change{Assignment: row, Action: reconcile.None}, Status: reconcile.NotAttempted}
		if p := row.Problem; p != nil {
			results[i].Status, results[i].ErrorCode, results[i].Error = reconcile.Invalid, p.Code, p.Message
		}
	}
	return results
}

func (a *app) showNotices(t *input.Table) {
	if !a.options.quiet {
		a.showFindings("note: ", t.Notices, t.NoticesMore)
	}
}

// showProblems prints the problems of a file, also under --quiet: they are the answer.
func (a *app) showProblems(t *input.Table) { a.showFindings("", t.Problems, t.ProblemsMore) }

// showFindings prints the first of what was found in a file, with --verbose all of it.
func (a *app) showFindings(label string, found []input.Problem, more int) {
	var b bytes.Buffer
	for i, p := range found {
		if i == shownProblems && !a.options.verbose {
			fmt.Fprintf(&b, "… and %d more; --verbose shows them, a --report of validate has a row for each\n", len(found)-i+more)
			break
		}
		fmt.Fprintf(&b, "%s%s\n", label, clean(p.Error(), oneLine))
	}
	a.screen.err.Write(b.Bytes())
}

// writeReports writes every report that was asked for, as well as the others where one can't be written.
func (a *app) writeReports(run reconcile.Run, original []byte) error {
	var failed error
	for _, path := range a.options.reports {
		if err := report.File(path, run, report.Options{Original: original}); err != nil {
			failed = errors.Join(failed, fail(exitUnexpected, err, "give --report a file in a folder that can be written"))
			continue
		}
		a.say("report: %s\n", path)
	}
	if a.options.metrics != "" {
		if err := report.Metrics(a.options.metrics, run); err != nil {
			failed = errors.Join(failed, fail(exitUnexpected, err, "give --metrics-file a file in a folder that can be written"))
		}
	}
	return failed
}
