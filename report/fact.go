package report

import (
	"fmt"
	"strings"

	"dakota-reconcile/reconcile"
)

// fact is a circumstance of a run, in words.
type fact struct{ Name, Value string }

// factsOf returns what a reader may ask of a run, without what is not known.
func factsOf(run reconcile.Run) []fact {
	u := run.Requests
	all := []fact{
		{"command", run.Command},
		{"run", run.ID},
		{"undoes run", run.Of},
		{"environment", run.Environment},
		{"account", run.Account},
		{"file", sourceOf(run.Source)},
		{"file's SHA-256", run.Source.SHA256},
		{"started by", run.By},
		{"started", clock(stamp(run.Started))},
		{"finished", clock(stamp(run.Finished))},
		{"requests", requestsOf(run)},
		{"throttled", orBlank(u.Throttled)},
		{"sent again", orBlank(u.Retries)},
	}
	var facts []fact
	for _, f := range all {
		if f.Value = oneLine(f.Value); f.Value != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

func sourceOf(s reconcile.Source) string {
	switch {
	case s.Name == "-":
		return "standard input"
	case s.Sheet != "":
		return s.Name + ", sheet " + s.Sheet
	}
	return s.Name
}

// clock returns a stamp as people read it: 2026-11-22 08:30:00 UTC.
func clock(stamp string) string {
	date, rest, ok := strings.Cut(stamp, "T")
	if !ok {
		return ""
	}
	return date + " " + rest[:8] + " UTC"
}

func requestsOf(run reconcile.Run) string {
	u := run.Requests
	if u.Total() == 0 {
		return ""
	}
	text := fmt.Sprintf("%s: %d lists, %d single reads, %d summaries, %d changes", thousands(u.Total()), u.List, u.Get, u.Summary, u.Patch)
	if s := seconds(run); s != "0.000" {
		text += " in " + took(run.Finished.Sub(run.Started))
	}
	return text
}

// billText says what a plan costs: "8 writes and 1 check to come, at 60 requests in 1m 0s about 9s, until 2026-11-22 08:30:20 UTC".
func billText(b reconcile.Bill) string {
	if b.Writes+b.Checks == 0 {
		return ""
	}
	text := fmt.Sprintf("%s and %s to come", plural(b.Writes, "write"), plural(b.Checks, "check"))
	if b.Limit > 0 && b.Window > 0 {
		text += fmt.Sprintf(", at %s in %s about %s", plural(b.Limit, "request"), took(b.Window), took(b.Takes))
	}
	if !b.Ends.IsZero() {
		text += ", until " + clock(stamp(b.Ends))
	}
	return text
}
