package ledger

import (
	"context"
	"fmt"

	"dakota-reconcile/reconcile"
)

// Header is a run without its rows: a line of a list of runs.
type Header struct {
	reconcile.Run // Results is nil
	Rows          int
	Counts        map[reconcile.Status]int // rows by status; show them in the order of reconcile.Statuses
}

// unfinished is the condition of Header.Unfinished, for a query.
const unfinished = "(command <> 'plan' AND (finished_at IS NULL OR resumable = 1))"

// Unfinished tells that the run has something left to do: it was killed, it runs still (who holds the [Lock] knows), or it stopped before
// its end.
func (h Header) Unfinished() bool {
	return h.Command != "plan" && (h.Finished.IsZero() || h.Resumable)
}

// Runs lists all runs, the newest first.
func (l *Ledger) Runs(ctx context.Context) ([]Header, error) {
	h, err := l.headers(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", l.explain(err))
	}
	return h, nil
}

// Latest returns the newest run of an account ("" for any) that is unfinished, [ErrNoRun] when there is none.
func (l *Ledger) Latest(ctx context.Context, account string) (Header, error) {
	hs, err := l.headers(ctx, "WHERE "+unfinished+" AND (? IN ('', account))", account)
	if err != nil {
		return Header{}, fmt.Errorf("find unfinished run: %w", l.explain(err))
	}
	if len(hs) == 0 {
		return Header{}, fmt.Errorf("find unfinished run: %w", l.named(ErrNoRun))
	}
	return hs[0], nil
}

// headers reads the runs that a condition picks, the newest first.
func (l *Ledger) headers(ctx context.Context, where string, args ...any) ([]Header, error) {
	stored, err := l.stored(ctx, where, args...)
	if err != nil {
		return nil, err
	}
	hs := make([]Header, 0, len(stored))
	for _, s := range stored {
		h := Header{Run: s.run, Rows: s.rows, Counts: s.counts}
		if h.Unfinished() {
			if h.Counts, err = l.count(ctx, s.seq); err != nil {
				return nil, err
			}
		}
		hs = append(hs, h)
	}
	return hs, nil
}

func (l *Ledger) stored(ctx context.Context, where string, args ...any) ([]storedRun, error) {
	rows, err := l.db.QueryContext(ctx, selectRun+" "+where+" ORDER BY started_at DESC, seq DESC", args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []storedRun
	for rows.Next() {
		s, err := scanRun(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

// count counts the rows of a run by status as Load would show them. The stored counts are right only for a run that has ended.
func (l *Ledger) count(ctx context.Context, seq int64) (map[reconcile.Status]int, error) {
	const doubts = "SELECT row_id FROM attempts WHERE concluded_at IS NULL AND row_id BETWEEN ?1 AND ?2"
	first, last := rowIDs(seq)
	rows, err := l.db.QueryContext(ctx, "SELECT status, count(*) FROM rows WHERE id BETWEEN ?1 AND ?2 GROUP BY status "+
		"UNION ALL SELECT status, -count(*) FROM rows WHERE id IN ("+doubts+") GROUP BY status "+
		"UNION ALL SELECT ?3, count(*) FROM rows WHERE id IN ("+doubts+")",
		first, last, string(reconcile.InDoubt))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	counts := map[reconcile.Status]int{}
	for rows.Next() {
		var s reconcile.Status
		var n int
		if err := rows.Scan(&s, &n); err != nil {
			return nil, err
		}
		if counts[s] += n; counts[s] == 0 {
			delete(counts, s)
		}
	}
	return counts, rows.Err()
}
