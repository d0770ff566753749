package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"dakota-reconcile/reconcile"
)

// Load gives back a run as it was last recorded, and the bytes of its input where they were kept (nil otherwise). Of a run that was
// killed, a row with an intent and no conclusion is InDoubt, its Attempts the intents; rows whose turn had not come are still Planned.
func (l *Ledger) Load(ctx context.Context, id string) (reconcile.Run, []byte, error) {
	s, err := l.load(ctx, id)
	if err != nil {
		return reconcile.Run{}, nil, fmt.Errorf("load run %s: %w", id, l.explain(err))
	}
	original, err := l.original(ctx, s.original)
	if err != nil {
		return reconcile.Run{}, nil, fmt.Errorf("load input of run %s: %w", id, l.explain(err))
	}
	return s.run, original, nil
}

// load reads a run and its rows as of one moment, whoever writes meanwhile.
func (l *Ledger) load(ctx context.Context, id string) (storedRun, error) {
	tx, err := l.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return storedRun{}, err
	}
	defer func() { _ = tx.Rollback() }() // it has read only
	s, err := scanRun(tx.QueryRowContext(ctx, selectRun+" WHERE run_id = ?", id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return s, ErrNoRun
	}
	if err != nil {
		return s, err
	}
	if s.run.Results, err = readRows(ctx, tx, s); err != nil {
		return s, err
	}
	return s, markDoubts(ctx, tx, s)
}

// readRows reads the results of a run, nil for none.
func readRows(ctx context.Context, tx *sql.Tx, s storedRun) ([]reconcile.Result, error) {
	if s.rows == 0 {
		return nil, nil
	}
	first, last := rowIDs(s.seq)
	rows, err := tx.QueryContext(ctx, selectRows, first, last)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	results := make([]reconcile.Result, 0, s.rows)
	for rows.Next() {
		results = append(results, reconcile.Result{})
		if err := scanRow(rows, &results[len(results)-1]); err != nil {
			return nil, err
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(results) != s.rows {
		return nil, fmt.Errorf("%w: run %s has %d rows of %d", ErrDamaged, s.run.ID, len(results), s.rows)
	}
	return results, nil
}

// markDoubts turns the rows into InDoubt that have an intent without a conclusion.
func markDoubts(ctx context.Context, tx *sql.Tx, s storedRun) error {
	first, last := rowIDs(s.seq)
	rows, err := tx.QueryContext(ctx, "SELECT row_id, count(*) FROM attempts WHERE row_id BETWEEN ? AND ? "+
		"GROUP BY row_id HAVING count(*) > count(concluded_at)", first, last)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id int64
		var intents int
		if err := rows.Scan(&id, &intents); err != nil {
			return err
		}
		position := id - first
		if position >= int64(len(s.run.Results)) {
			return fmt.Errorf("%w: run %s has an attempt for a row that it does not have", ErrDamaged, s.run.ID)
		}
		r := &s.run.Results[position]
		r.Status, r.Attempts = reconcile.InDoubt, intents
	}
	return rows.Err()
}
