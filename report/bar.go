package report

import (
	"dakota-reconcile/reconcile"
)

// bar is a row of parts that add up to a whole: drawn as one stacked bar with its legend.
type bar struct {
	Title string
	Parts []barPart
}

// barPart is one of them. X and W are in thousandths of the bar's width.
type barPart struct {
	Class, Label string // Class names the colour
	N            int
	Text         string // N with its thousands
	X, W         float64
}

// barOf lays the parts out, those that are zero left out.
func barOf(title string, parts []barPart) bar {
	total := 0
	for _, p := range parts {
		total += p.N
	}
	b := bar{Title: title}
	x := 0.0
	for _, p := range parts {
		if p.N == 0 {
			continue
		}
		p.X, p.W, p.Text = x, 1000*float64(p.N)/float64(total), thousands(p.N)
		x += p.W
		b.Parts = append(b.Parts, p)
	}
	return b
}

// asked shows what the rows asked for, given what the account held. Of a file that was only checked that is not known: no parts.
func asked(run reconcile.Run) bar {
	if run.Command == "validate" {
		return bar{}
	}
	label := map[reconcile.Action]string{
		reconcile.Associate: "associate", reconcile.Move: "move", reconcile.Disassociate: "disassociate", reconcile.None: "no change",
	}
	n := map[reconcile.Action]int{}
	for _, r := range run.Results {
		if r.Status != reconcile.Unlisted {
			n[actionOf(r)]++
		}
	}
	parts := make([]barPart, len(reconcile.Actions))
	for i, a := range reconcile.Actions {
		parts[i] = barPart{Class: "a-" + string(a), Label: label[a], N: n[a]}
	}
	return barOf("Asked for", parts)
}

// became shows what became of the rows.
func became(run reconcile.Run) bar {
	n := tally(run)
	parts := make([]barPart, len(reconcile.Statuses))
	for i, s := range reconcile.Statuses {
		parts[i] = barPart{Class: "s-" + string(s), Label: wordFor(run, s), N: n[s]}
	}
	return barOf("Became of it", parts)
}
