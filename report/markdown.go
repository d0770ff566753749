package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"dakota-reconcile/reconcile"
)

const (
	markdownChanges   = 20  // changes that a plan shows one by one
	markdownAmiss     = 30  // rows shown one by one that somebody must look at
	markdownCauseMost = 20  // causes
	markdownText      = 120 // characters of a name or a message
)

// writeMarkdown writes what fits a pull request or a job summary: the verdict, the numbers, the causes with their advice, and the first
// rows of each table. All rows are in the other formats.
func writeMarkdown(w io.Writer, run reconcile.Run, _ Options) error {
	var b strings.Builder
	v := verdictOf(run)
	mark := map[string]string{"good": "✅", "plan": "📝", "warn": "⚠️", "bad": "❌"}[v.Tone]
	fmt.Fprintf(&b, "## %s %s\n\n%s", mark, v.Title, v.Text)
	if v.Cost != "" {
		fmt.Fprintf(&b, " It takes %s.", v.Cost)
	}
	if v.Why != "" {
		fmt.Fprintf(&b, " It ended early: %s.", code(v.Why))
	}
	fmt.Fprintf(&b, "\n\n%s of %s, run %s", code(run.Command), code(run.Source.Name), code(run.ID))
	if run.Environment != "" { // a file that was only checked belongs to none
		fmt.Fprintf(&b, ", %s, %s", code(run.Environment), plural(run.Requests.Total(), "request"))
	}
	b.WriteString(".\n")
	if v.Next != "" {
		fmt.Fprintf(&b, "\n**Next:** %s\n", strings.TrimSpace(v.Next+" "+code(v.Command)))
	}
	markdownCounts(&b, run)
	markdownCauses(&b, run)
	markdownRows(&b, run)
	markdownTotals(&b, run)
	_, err := io.WriteString(w, b.String())
	return err
}

// markdownCounts writes a table of statuses by action.
func markdownCounts(b *strings.Builder, run reconcile.Run) {
	type key struct {
		s reconcile.Status
		a reconcile.Action
	}
	n, sum := map[key]int{}, tally(run)
	for _, r := range run.Results {
		n[key{r.Status, actionOf(r)}]++
	}
	b.WriteString("\n| status | rows | associate | move | disassociate | none |\n|---|--:|--:|--:|--:|--:|\n")
	for _, s := range reconcile.Statuses {
		if sum[s] == 0 {
			continue
		}
		fmt.Fprintf(b, "| %s | %s |", s, thousands(sum[s]))
		for _, a := range reconcile.Actions {
			fmt.Fprintf(b, " %s |", orBlank(n[key{s, a}]))
		}
		b.WriteByte('\n')
	}
}

func orBlank(n int) string {
	if n == 0 {
		return ""
	}
	return thousands(n)
}

func markdownCauses(b *strings.Builder, run reconcile.Run) {
	found := causes(run)
	if len(found) == 0 {
		return
	}
	b.WriteString("\n### What needs attention\n\n| rows | status | cause | what to do |\n|--:|---|---|---|\n")
	for _, c := range found[:min(markdownCauseMost, len(found))] {
		title := c.Title
		if c.Code != "" {
			title += " " + code(c.Code)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", thousands(len(c.Rows)), c.Status, title, c.Do)
	}
	if rest := len(found) - markdownCauseMost; rest > 0 {
		fmt.Fprintf(b, "\n… and %s.\n", plural(rest, "further cause"))
	}
}

// markdownRows writes the first rows that are amiss, and of a plan the first changes.
func markdownRows(b *strings.Builder, run reconcile.Run) {
	markdownList(b, run, "Rows that need attention", markdownAmiss, func(r reconcile.Result) bool { return amiss(run, r.Status) })
	markdownList(b, run, "Changes to be made", markdownChanges, func(r reconcile.Result) bool { return r.Status == reconcile.Planned })
}

func markdownList(b *strings.Builder, run reconcile.Run, title string, most int, shown func(reconcile.Result) bool) {
	n := 0
	for _, r := range run.Results {
		if !shown(r) {
			continue
		}
		if n++; n > most {
			continue
		}
		if n == 1 {
			fmt.Fprintf(b, "\n### %s\n\n| row | customer | from | to | status | message |\n|--:|---|---|---|---|---|\n", title)
		}
		l := lineOf(r)
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s |\n", l.Row, named(l.CustomerName, l.CustomerID),
			named(l.PreviousName, l.PreviousID), named(l.SubClientName, l.SubClientID), l.Status, code(message(r)))
	}
	if n > most {
		fmt.Fprintf(b, "\n… and %s more.\n", thousands(n-most))
	}
}

// markdownTotals names the sub-clients whose number of customers is not what the run makes it.
func markdownTotals(b *strings.Builder, run reconcile.Run) {
	header := "\n### Control totals that differ\n\nSomebody else changed these sub-clients during the run.\n\n" +
		"| sub-client | opening | in | out | expected | actual |\n|---|--:|--:|--:|--:|--:|\n"
	for _, t := range totals(run) {
		if difference(t) == 0 {
			continue
		}
		b.WriteString(header)
		header = ""
		fmt.Fprintf(b, "| %s | %d | %d | %d | %d | %d |\n", named(t.Name, t.ID), t.Opening, t.In, t.Out, t.Expected, *t.Actual)
	}
}

// difference returns by how many customers the sub-client is off; 0 when that is not known.
func difference(t reconcile.SubClientTotal) int {
	if t.Actual == nil || t.Expected < 0 {
		return 0
	}
	return *t.Actual - t.Expected
}

// named returns a name to read, the id where there is no name, a dash where there is neither.
func named(name, id string) string {
	switch {
	case name != "":
		return code(name)
	case id != "":
		return code(id)
	}
	return "–"
}

// code returns a stranger's text as a code span: in it, neither markup nor links, mentions and issue numbers come alive. A backtick
// would end it and a bar end the table's cell, so they are replaced by their look-alikes.
func code(s string) string {
	s = strings.NewReplacer("`", "ˋ", "|", "¦").Replace(cut(oneLine(s), markdownText))
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

// took returns a length of time in words: 3h 5m, 12m 0s, 40s.
func took(d time.Duration) string {
	switch {
	case d >= time.Hour:
		return fmt.Sprintf("%dh %dm", int(d.Hours()), int(d.Minutes())%60)
	case d >= time.Minute:
		return fmt.Sprintf("%dm %ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%ds", int(d.Seconds()))
}
