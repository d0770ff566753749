package reconcile

import (
	"cmp"
	"slices"

	"dakota-reconcile/dakota"
)

// openTotals returns the control totals of the sub-clients that rows name, gain from or lose to, before the run.
func openTotals(rows []Result, seen *Observation) []SubClientTotal {
	names := map[string]string{}
	for i := range rows {
		r := &rows[i]
		if r.Status == Invalid || r.Status == NotAttempted && r.Action == None {
			continue
		}
		if r.SubClientID != "" && !r.Keep {
			names[r.SubClientID] = r.SubClientName
		}
		if sends(r) && r.PreviousID != "" {
			names[r.PreviousID] = r.PreviousName
		}
	}
	totals := make([]SubClientTotal, 0, len(names))
	for id, name := range names {
		t := SubClientTotal{ID: id, Name: name, Opening: -1}
		if s, ok := seen.SubClient(id); ok {
			t.Opening = s.Customers
		} else if seen.opening != nil {
			t.Opening = 0 // a summary may leave out the empty ones
		}
		totals = append(totals, t)
	}
	return retotal(totals, rows, Planned)
}

// retotal counts In and Out anew from the rows with the status, and sorts by name then id.
func retotal(totals []SubClientTotal, rows []Result, status Status) []SubClientTotal {
	at := make(map[string]int, len(totals))
	totals = slices.Clone(totals)
	for i := range totals {
		at[totals[i].ID] = i
		totals[i].In, totals[i].Out = 0, 0
	}
	line := func(id, name string) *SubClientTotal {
		if _, ok := at[id]; !ok {
			at[id] = len(totals)
			totals = append(totals, SubClientTotal{ID: id, Name: name, Opening: -1})
		}
		return &totals[at[id]]
	}
	for i := range rows {
		r := &rows[i]
		if r.Status != status || r.Action == None || r.Same != 0 {
			continue
		}
		if r.SubClientID != "" {
			line(r.SubClientID, r.SubClientName).In++
		}
		if r.PreviousID != "" {
			line(r.PreviousID, r.PreviousName).Out++
		}
	}
	for i := range totals {
		totals[i].Expected = -1
		if totals[i].Opening >= 0 {
			totals[i].Expected = totals[i].Opening + totals[i].In - totals[i].Out
		}
	}
	slices.SortFunc(totals, func(a, b SubClientTotal) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return totals
}

// CloseTotals returns the control totals after a run: In and Out recounted from the rows that were applied, Actual from the closing
// summary, in which a sub-client without customers may be missing. A nil closing leaves Actual unknown.
func CloseTotals(opening []SubClientTotal, rows []Result, closing []dakota.SubClient) []SubClientTotal {
	totals := retotal(opening, rows, Applied)
	if closing == nil {
		return totals
	}
	actual := make(map[string]int, len(closing))
	for _, s := range closing {
		actual[s.ID] = s.Customers
	}
	for i := range totals {
		n := actual[totals[i].ID]
		totals[i].Actual = &n
	}
	return totals
}
