package reconcile

// Inverse returns what puts back the changes of a run: for each row that was applied, its customer back to the sub-client it had before,
// and in expect what it must still hold for that, which is what the run left. Rows keep their numbers. Rows in doubt are among them: where
// the change was not made, the customer already is as it was.
//
// Planned under the policy expect, a customer that somebody has changed since ends as a conflict.
func Inverse(results []Result) (back []Assignment, expect map[string]string) {
	expect = map[string]string{}
	for i := range results {
		r := &results[i]
		if r.Status != Applied && r.Status != InDoubt || r.Action == None {
			continue
		}
		a := r.Assignment
		a.SubClientID, a.Keep = r.PreviousID, false
		back = append(back, a)
		expect[r.CustomerID] = r.SubClientID
	}
	return back, expect
}
