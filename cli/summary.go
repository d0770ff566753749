package cli

import (
	"encoding/json"
	"errors"
	"slices"

	"dakota-reconcile/reconcile"
	"dakota-reconcile/report"
)

// printSummary prints the JSON document of --json.
func (a *app) printSummary(run reconcile.Run) error {
	if !a.options.asJSON {
		return nil
	}
	return a.printJSON(report.Summarize(run))
}

// printJSON prints the one document of --json.
func (a *app) printJSON(v any) error {
	a.printed = true
	e := json.NewEncoder(a.screen.out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// printFailure prints the document of a command that ended before it had one: whoever reads stdout as JSON gets a document with the exit
// code and the reason, however early the command failed.
func (a *app) printFailure(err error) {
	asked := a.options.asJSON || !a.begun && slices.Contains(a.process.Args, "--json")
	code := exitCode(err)
	if !asked || a.printed || code == exitDone {
		return
	}
	run := reconcile.Run{Command: a.command, ExitCode: code, Started: a.started, Finished: a.now()}
	if !errors.Is(err, errQuiet) {
		run.Stopped = err.Error()
	}
	a.printJSON(report.Summarize(run)) // its own failure changes nothing: the error is on stderr, the code is the process's
}
