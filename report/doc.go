// Package report renders a [reconcile.Run]: the rows of a spreadsheet and what became of each of them.
//
// Everything it writes follows from the Run alone: no clock, no map order, no machine. The same Run gives the same bytes, so a report
// rendered from the ledger a year later equals the one that was written at the end of the run.
//
// What it writes is opened by programs that run what they are given: spreadsheets run formulas, browsers run markup, terminals run
// escape sequences. Names and cells come from strangers. So each text passes clean.go once on its way out, in the form that its
// destination needs, and a test feeds every format the same hostile names.
package report
