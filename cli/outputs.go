package cli

import (
	"fmt"
	"path/filepath"

	"dakota-reconcile/report"
)

// output is a file that a flag names to be written.
type output struct{ flag, path string }

// outputs are the files that the flags name.
func (o *options) outputs() []output {
	var all []output
	for _, path := range o.reports {
		all = append(all, output{"--report", path})
	}
	for _, x := range []output{{"--rejects", o.rejects}, {"--metrics-file", o.metrics}, {"--out", o.out}} {
		if x.path != "" {
			all = append(all, x)
		}
	}
	return all
}

// checkOutputs refuses files that could not be written at the end, or would replace the input, the ledger or one another, before
// anything is sent.
// input is INPUT, "" for a command without one.
func (a *app) checkOutputs(input string) error {
	taken := a.ledgerFiles()
	if input != "" && input != "-" {
		taken[identity(input)] = "the input"
	}
	for _, x := range a.options.outputs() {
		if err := x.checkEnding(); err != nil {
			return err
		}
		id := identity(x.path)
		if by, ok := taken[id]; ok {
			return usage("%s %s would overwrite %s: name another file", x.flag, x.path, by)
		}
		taken[id] = "what " + x.flag + " writes"
		if err := report.Try(x.path); err != nil {
			return fail(exitConfig, fmt.Errorf("%s: %w", x.flag, err), "this was found before anything was sent")
		}
	}
	return nil
}

// ledgerFiles are the ledger and the files that SQLite keeps beside it, by identity: a report in their place takes the record of every run
// away, and with it resume and rollback.
func (a *app) ledgerFiles() map[string]string {
	files := map[string]string{}
	path := a.ledgerPath()
	if path == "" || path == noLedger {
		return files
	}
	for _, ending := range []string{"", "-wal", "-shm", "-journal"} {
		files[identity(path)+ending] = "the ledger"
	}
	return files
}

// checkWrites is checkOutputs for a command that always writes a report: without --report into the working folder.
func (a *app) checkWrites(input string) error {
	if len(a.options.reports) == 0 {
		if err := report.Try(program + ".report.csv"); err != nil {
			return fail(exitConfig, fmt.Errorf("the report goes into the working folder without --report: %w", err), "this was found before anything was sent; --report FILE names another place")
		}
	}
	return a.checkOutputs(input)
}

// checkEnding refuses an ending that stands for no format the flag can write.
func (x output) checkEnding() error {
	if x.flag != "--report" && x.flag != "--rejects" {
		return nil
	}
	k, err := report.KindOf(x.path)
	switch {
	case x.flag == "--rejects" && (err != nil || k != report.CSV && k != report.XLSX):
		return usage("--rejects %s: rejects can be fed in again, so they are a .csv or an .xlsx", x.path)
	case err != nil:
		return usage("--report: %s", err)
	}
	return nil
}

// identity is one name for all ways to name a file: links and relative paths are followed as far as the file is there.
func identity(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	} else if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(dir, filepath.Base(path))
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return path
}
