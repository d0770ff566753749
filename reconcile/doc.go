// Package reconcile finds what must change for an account to be as a list of assignments says, and makes it so.
//
// It owns the nouns: an [Assignment] is a row of the input, a [Change] is the row beside what the account holds, a [Result] is the
// change and what became of it, and a [Run] is all of that with its circumstances.
package reconcile
