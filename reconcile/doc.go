// Package reconcile finds what must change for an account to be as a list of assignments says, and makes it so.
//
// It owns the nouns: an [Assignment] is a row of the input, a [Change] is the row beside what the account holds, a [Result] is the
// change and what became of it, and a [Run] is all of that with its circumstances.
//
// An [Observer] reads what the assignments concern, with the fewest requests. [NewPlan] compares the two and sends nothing, and
// [Plan.Check] holds the plan against the guards. An [Applier] sends it, notes each intent in a [Journal] before the request leaves, and
// settles by a reading what an answer left in doubt. A [SavedPlan] keeps a plan in a file until it is applied, [Remaining] is what an
// interrupted run has left to do, and [Inverse] undoes a run.
package reconcile
