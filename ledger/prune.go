package ledger

import (
	"context"
	"fmt"
	"time"
)

// Prune deletes the runs that started before a moment, but for unfinished ones, and gives their space back to the disk. It returns how
// many were deleted. With an error after that number is above zero they are deleted, but their space was not given back.
func (l *Ledger) Prune(ctx context.Context, before time.Time) (int, error) {
	return l.prune(ctx, "started_at < ? AND NOT "+unfinished, before)
}

// PruneUnfinished deletes like Prune, and also the runs that could still be resumed: what they left undone is then forgotten.
func (l *Ledger) PruneUnfinished(ctx context.Context, before time.Time) (int, error) {
	return l.prune(ctx, "started_at < ?", before)
}

func (l *Ledger) prune(ctx context.Context, where string, before time.Time) (int, error) {
	n, err := l.forget(ctx, where, encodeTime(before.Truncate(time.Millisecond)))
	if err != nil {
		return 0, fmt.Errorf("prune runs: %w", l.explain(err))
	}
	if n == 0 {
		return 0, nil
	}
	// Deleted pages still hold customers' names until the file is written anew. The log is emptied into it for the same reason.
	for _, s := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, err := l.db.ExecContext(ctx, s); err != nil {
			return n, fmt.Errorf("prune runs: %d deleted, but the file could not be made smaller: %w", n, l.explain(err))
		}
	}
	return n, nil
}

// forget deletes the runs that a condition picks, with all that belongs to them alone.
func (l *Ledger) forget(ctx context.Context, where string, args ...any) (int, error) {
	c, err := l.db.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = c.Close() }()
	var n int64
	err = transact(ctx, c, func() error {
		free := context.WithoutCancel(ctx)
		for _, t := range []struct{ table, id string }{{"rows", "id"}, {"attempts", "row_id"}} {
			// By the ids, not by run_id: those are the key.
			_, err := c.ExecContext(free, "DELETE FROM "+t.table+" WHERE "+t.id+" >> 32 IN (SELECT seq FROM runs WHERE "+where+")", args...)
			if err != nil {
				return err
			}
		}
		res, err := c.ExecContext(free, "DELETE FROM runs WHERE "+where, args...)
		if err != nil {
			return err
		}
		if n, err = res.RowsAffected(); err != nil {
			return err
		}
		_, err = c.ExecContext(free, "DELETE FROM originals WHERE sha256 NOT IN (SELECT original_sha256 FROM runs WHERE original_sha256 IS NOT NULL)")
		return err
	})
	return int(n), err
}
