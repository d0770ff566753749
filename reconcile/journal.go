package reconcile

import "context"

// Journal keeps what apply is about to do and what came of it, so that a run can be finished after anything. The ledger is one.
// Its methods are called from many goroutines. Rows are named by their index in Plan.Rows.
type Journal interface {
	// Intend returns when all the intents are durable. After an error none of their PATCHes may leave.
	Intend(ctx context.Context, intents ...Intent) error
	// Conclude takes down what became of the row. It need not be durable on return: a conclusion that is lost leaves its intent, and
	// an intent without conclusion is settled by a read.
	Conclude(row int, r Result) error
}

// Intent is a PATCH that is about to leave.
type Intent struct {
	Row     int
	Attempt int // of the row, from 1
}
