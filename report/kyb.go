package report

import (
	"cmp"
	"fmt"
	"slices"

	"dakota-reconcile/reconcile"
)

// kybCount is how many of the changed customers had a kyb_status before the run and after it; of a plan, both are as it was read.
type kybCount struct {
	Status        string
	Before, After int
}

// kybOf counts the customers that were changed or are to be, the most frequent status first.
func kybOf(run reconcile.Run) []kybCount {
	at := map[string]int{}
	var found []kybCount
	place := func(status string) *kybCount {
		status = orElse(oneLine(status), "not known")
		i, ok := at[status]
		if !ok {
			i = len(found)
			at[status] = i
			found = append(found, kybCount{Status: status})
		}
		return &found[i]
	}
	for _, r := range run.Results {
		if r.Same == 0 && (r.Status == reconcile.Applied || r.Status == reconcile.Planned) {
			place(r.KYBBefore).Before++
			place(r.KYBStatus).After++
		}
	}
	slices.SortFunc(found, func(a, b kybCount) int {
		return cmp.Or(cmp.Compare(b.Before+b.After, a.Before+a.After), cmp.Compare(a.Status, b.Status))
	})
	return found
}

// kybBars shows the kyb_status of the changed customers before and after; of a plan only as it is.
func kybBars(run reconcile.Run) []bar {
	counts := kybOf(run)
	if len(counts) == 0 {
		return nil
	}
	before, after := make([]barPart, len(counts)), make([]barPart, len(counts))
	for i, k := range counts {
		before[i] = barPart{Class: kybClass(k.Status), Label: k.Status, N: k.Before}
		after[i] = barPart{Class: kybClass(k.Status), Label: k.Status, N: k.After}
	}
	if scoreOf(run).applied == 0 {
		return []bar{barOf("As it is now", before)}
	}
	return []bar{barOf("Before", before), barOf("After", after)}
}

// kybClass names the colour of a kyb_status; those that nobody knows yet share one.
func kybClass(status string) string {
	switch status {
	case "active", "pending", "partner_review", "rejected", "frozen", "auto_declined", "restricted":
		return "k-" + status
	}
	return "k-other"
}

// turn is a number of customers whose kyb_status changed with the run.
type turn struct {
	Text      string // "active → partner_review"
	Customers string
	n         int
}

// turnsOf sums the changed customers whose kyb_status is another now, the most frequent change first.
func turnsOf(run reconcile.Run) []turn {
	n := map[string]int{}
	for _, r := range run.Results {
		if r.Same == 0 && r.Status == reconcile.Applied && r.KYBBefore != "" && r.KYBStatus != "" && r.KYBBefore != r.KYBStatus {
			n[fmt.Sprintf("%s → %s", oneLine(r.KYBBefore), oneLine(r.KYBStatus))]++
		}
	}
	turns := make([]turn, 0, len(n))
	for text, customers := range n {
		turns = append(turns, turn{text, plural(customers, "customer"), customers})
	}
	slices.SortFunc(turns, func(a, b turn) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.Text, b.Text)) })
	return turns
}
