package reconcile

// Plan is what a run would do: one Result for each input row, in input order, then the unlisted. Rows to be sent have StatusPlanned and
// an action other than None; all others are settled already.
type Plan struct {
	Rows       []Result
	SubClients []SubClientTotal // those concerned, by name then id
	Bill       Bill
}
