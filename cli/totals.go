package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"dakota-reconcile/reconcile"
)

// showCounts prints one line of numbers: what the plan does with its rows.
func (j *job) showCounts(w io.Writer) {
	c := j.plan.Counts()
	var parts []string
	for _, a := range reconcile.Actions {
		if n := planned(j.plan.Rows, a); n > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", n, a))
		}
	}
	settled := slices.DeleteFunc(slices.Clone(reconcile.Statuses), func(s reconcile.Status) bool { return s == reconcile.Planned })
	parts = append(parts, outcomes(c, settled)...)
	fmt.Fprintf(w, "%s: %s\n", count(len(j.plan.Rows), "row"), strings.Join(parts, ", "))
}

// outcomes says how many rows have each of the statuses, those that none has left out.
func outcomes(c reconcile.Counts, statuses []reconcile.Status) []string {
	var parts []string
	for _, s := range statuses {
		if n := c.Status[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ReplaceAll(string(s), "_", " ")))
		}
	}
	return parts
}

func planned(rows []reconcile.Result, a reconcile.Action) int {
	n := 0
	for i := range rows {
		if rows[i].Status == reconcile.Planned && rows[i].Action == a {
			n++
		}
	}
	return n
}

// showTotals prints opening, in, out and expected of each sub-client concerned; with the closing read the actual number too.
func (a *app) showTotals(w io.Writer, totals []reconcile.SubClientTotal) {
	t := newTable(w)
	header := table.Row{"sub-client", "before", "in", "out", "expected"}
	closed := slices.ContainsFunc(totals, func(s reconcile.SubClientTotal) bool { return s.Actual != nil })
	if closed {
		header = append(header, "actual")
	}
	t.AppendRow(header)
	for _, s := range totals {
		if s.In == 0 && s.Out == 0 && (s.Actual == nil || *s.Actual == s.Expected) {
			continue
		}
		row := table.Row{shown(s.Name, s.ID), known(s.Opening), fmt.Sprintf("+%d", s.In), fmt.Sprintf("-%d", s.Out), known(s.Expected)}
		if closed {
			row = append(row, a.actual(s))
		}
		t.AppendRow(row)
	}
	if t.Length() > 1 {
		t.Render()
		if slices.ContainsFunc(totals, differs) {
			fmt.Fprintln(w, "where a number differs, somebody else may have changed it, or the API did not keep what it answered")
		}
		fmt.Fprintln(w)
	}
}

// actual is what the closing read found, and how far it is from what was expected.
func (a *app) actual(s reconcile.SubClientTotal) string {
	switch {
	case s.Actual == nil:
		return ""
	case differs(s):
		return a.screen.colour.warn(fmt.Sprintf("%d (differs by %+d)", *s.Actual, *s.Actual-s.Expected))
	}
	return a.screen.colour.good(fmt.Sprint(*s.Actual))
}

// differs tells whether the closing read found another number than the run's own changes explain. Why, it can't tell.
func differs(s reconcile.SubClientTotal) bool {
	return s.Actual != nil && s.Expected >= 0 && *s.Actual != s.Expected
}

func known(n int) string {
	if n < 0 {
		return "?"
	}
	return fmt.Sprint(n)
}

// showBill prints what the run has cost, what it will cost, and when it will be done.
func (j *job) showBill(w io.Writer) {
	b := j.plan.Bill
	line := fmt.Sprintf("requests: %d made to read", b.Reads)
	if b.Writes > 0 {
		line += fmt.Sprintf(", %s and %s to come", count(b.Writes, "write"), count(b.Checks, "check"))
		if b.Limit > 0 {
			line += fmt.Sprintf("; at %d every %s", b.Limit, window(b.Window))
		}
		line += fmt.Sprintf(", done in %s, at %s", duration(b.Takes), b.Ends.Local().Format("15:04:05"))
	}
	fmt.Fprintln(w, line)
	if j.options.verbose {
		fmt.Fprintf(w, "reading: %s\n", j.seen.Reading)
	}
}

// duration is a length of time for people: whole seconds, whole minutes from an hour on.
func duration(d time.Duration) string {
	if d >= time.Hour {
		d = d.Round(time.Minute)
		return strings.TrimSuffix(d.String(), "0s")
	}
	if d < time.Second {
		return "a second"
	}
	return d.Round(time.Second).String()
}

// window is the length of a quota's window for people.
func window(d time.Duration) string {
	if d == time.Minute {
		return "minute"
	}
	return duration(d)
}
