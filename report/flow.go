package report

import (
	"cmp"
	"slices"
	"strings"

	"dakota-reconcile/reconcile"
)

// flow is a number of customers that went from one sub-client to another, or are to; "" is no sub-client.
type flow struct {
	FromID, ToID     string
	FromName, ToName string
	Customers        int
}

// flowsOf sums the changes that were made, or of a plan those that are to be made: the largest first.
func flowsOf(run reconcile.Run) []flow {
	at := map[[2]string]int{}
	var flows []flow
	for _, r := range run.Results {
		if r.Same != 0 || (r.Status != reconcile.Applied && r.Status != reconcile.Planned) {
			continue
		}
		k := [2]string{r.PreviousID, r.SubClientID}
		i, ok := at[k]
		if !ok {
			i = len(flows)
			at[k] = i
			flows = append(flows, flow{
				FromID: k[0], ToID: k[1], FromName: subClientName(r.PreviousName, k[0]), ToName: subClientName(r.SubClientName, k[1]),
			})
		}
		flows[i].Customers++
	}
	slices.SortFunc(flows, func(a, b flow) int {
		return cmp.Or(cmp.Compare(b.Customers, a.Customers), strings.Compare(a.FromName, b.FromName), strings.Compare(a.ToName, b.ToName),
			strings.Compare(a.FromID, b.FromID), strings.Compare(a.ToID, b.ToID))
	})
	return flows
}

// subClientName returns what a reader calls a sub-client.
func subClientName(name, id string) string {
	switch {
	case id == "":
		return "no sub-client"
	case name == "":
		return oneLine(id)
	}
	return oneLine(name)
}
