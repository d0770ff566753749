package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"dakota-reconcile/reconcile"
)

// shownChanges is how many changes of a plan the terminal shows without --verbose.
const shownChanges = 40

// showPlan prints the difference, the bill and what else there is to know before anything is sent.
func (j *job) showPlan() {
	if j.options.quiet {
		return
	}
	w := j.human()
	fmt.Fprintf(w, "account: %s\n\n", j.account.label())
	j.showChanges(w)
	j.showTroubles(w)
	j.showTotals(w, j.plan.SubClients)
	j.showCounts(w)
	j.showBill(w)
}

// human is where text for people goes: stdout, unless --json has it.
func (a *app) human() io.Writer {
	switch {
	case a.options.quiet:
		return io.Discard
	case a.options.asJSON:
		return a.screen.err
	}
	return a.screen.out
}

// showChanges prints the changes grouped by the sub-client that gains them, those that leave for none last.
func (j *job) showChanges(w io.Writer) {
	groups := groupByTarget(j.plan.Rows)
	left := shownChanges
	if j.options.verbose {
		left = len(j.plan.Rows)
	}
	total, printed := 0, 0
	for _, g := range groups {
		total += len(g.rows)
		if left == 0 {
			continue
		}
		show := g.rows[:min(left, len(g.rows))]
		left -= len(show)
		printed += len(show)
		fmt.Fprintln(w, j.screen.colour.bold(g.title(len(g.rows))))
		j.changeTable(w, show)
		fmt.Fprintln(w)
	}
	if printed < total {
		fmt.Fprintf(w, "… and %s; --verbose shows all, --report plan.html lets you search them\n\n", count(total-printed, "more change"))
	}
}

// target is a group of changes with the same wished sub-client.
type target struct {
	id, name string
	rows     []reconcile.Result
}

func (t target) title(n int) string {
	if t.id == "" {
		return fmt.Sprintf("→ no sub-client: %s", count(n, "customer"))
	}
	return fmt.Sprintf("→ %s: %s", shown(t.name, t.id), count(n, "customer"))
}

func groupByTarget(rows []reconcile.Result) []target {
	byID := map[string]*target{}
	var groups []*target
	for _, r := range rows {
		if r.Status != reconcile.Planned || r.Same != 0 {
			continue
		}
		g := byID[r.SubClientID]
		if g == nil {
			g = &target{id: r.SubClientID, name: r.SubClientName}
			byID[r.SubClientID] = g
			groups = append(groups, g)
		}
		g.rows = append(g.rows, r)
	}
	slices.SortFunc(groups, func(a, b *target) int {
		return cmp.Or(cmp.Compare(boolInt(a.id == ""), boolInt(b.id == "")), strings.Compare(a.name, b.name), strings.Compare(a.id, b.id))
	})
	sorted := make([]target, len(groups))
	for i, g := range groups {
		sorted[i] = *g
	}
	return sorted
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// The widths of terminals below which a change is shown shorter.
const (
	narrow = 100 // without the customer's id
	slim   = 80  // the group's title says where to, the line only where from
)

// slimRow is a change where there is little room: the names share what row and action leave.
func (j *job) slimRow(r reconcile.Result) table.Row {
	n := max(8, (j.screen.width-len("  row 12345  disassociate    from "))/2)
	return table.Row{rowNumber(r.Row), j.actionWord(r.Action), shorten(shown(r.CustomerName, r.CustomerID), n), "from " + shorten(shown(r.PreviousName, r.PreviousID), n)}
}

// changeTable prints changes as old → new. On a narrow terminal the ids go first.
func (j *job) changeTable(w io.Writer, rows []reconcile.Result) {
	t := newTable(w)
	for _, r := range rows {
		if j.screen.width > 0 && j.screen.width < slim {
			t.AppendRow(j.slimRow(r))
			continue
		}
		p := j.screen.colour
		change := fmt.Sprintf("%s → %s", shown(r.PreviousName, r.PreviousID), shown(r.SubClientName, r.SubClientID))
		cells := table.Row{rowNumber(r.Row), j.actionWord(r.Action), shown(r.CustomerName, r.CustomerID), change, p.faint(clean(r.KYBBefore, oneLine))}
		if j.screen.width == 0 || j.screen.width >= narrow {
			cells = slices.Insert(cells, 3, any(p.faint(r.CustomerID)))
		}
		t.AppendRow(cells)
	}
	t.Render()
}

// newTable is a table without lines, two blanks between columns.
func newTable(w io.Writer) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	s := table.StyleDefault
	s.Options = table.OptionsNoBordersAndSeparators
	s.Box.PaddingLeft, s.Box.PaddingRight = "  ", ""
	t.SetStyle(s)
	return t
}

func rowNumber(n int32) string {
	if n == 0 {
		return "no row"
	}
	return fmt.Sprintf("row %d", n)
}

func (a *app) actionWord(action reconcile.Action) string {
	p := a.screen.colour
	switch action {
	case reconcile.Associate:
		return p.good(string(action))
	case reconcile.Disassociate:
		return p.bad(string(action))
	case reconcile.Move:
		return p.warn(string(action))
	}
	return string(action)
}
