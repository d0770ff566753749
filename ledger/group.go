package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dakota-reconcile/reconcile"
)

// linger is how long a conclusion may wait for others to share a commit with. What a kill loses of it costs a read each.
const linger = 25 * time.Millisecond

// crowd is the number of conclusions that don't wait any longer.
const crowd = 256

const (
	// An attempt that was answered with 429 departs again under the same number.
	putIntent = "INSERT INTO attempts (row_id, attempt, run_id, intended_at) VALUES (?, ?, ?, ?) " +
		"ON CONFLICT DO UPDATE SET intended_at = excluded.intended_at, concluded_at = NULL"
	settleIntents = "UPDATE attempts SET concluded_at = ? WHERE row_id = ? AND concluded_at IS NULL"
)

// entry is an intent, or a conclusion when it has a result.
type entry struct {
	row     int
	attempt int
	result  *reconcile.Result
}

// group is what becomes durable in one commit. A commit waits for the disk, which takes milliseconds whether it holds one entry or a
// hundred: while one group is written the next one gathers. Nobody waits for conclusions, so they gather over several commits: the rows
// of a run lie side by side, and twenty of them cost little more than one.
type group struct {
	entries   []entry
	concluded map[int]struct{} // the rows of the conclusions among them
	oldest    time.Time        // when the first conclusion came
	whole     bool             // an intent follows the conclusion of its own row: they must not change places
	committed chan struct{}    // closed when the group is durable, or err says that it is not
	err       error
}

func newGroup() *group {
	return &group{concluded: map[int]struct{}{}, committed: make(chan struct{})}
}

func (g *group) add(e entry) {
	_, concluded := g.concluded[e.row]
	switch {
	case e.result == nil:
		g.whole = g.whole || concluded
	case len(g.concluded) == 0:
		g.oldest = time.Now()
		fallthrough
	default:
		g.concluded[e.row] = struct{}{}
	}
	g.entries = append(g.entries, e)
}

// due tells that the conclusions are to be written now.
func (g *group) due() bool {
	return g.whole || len(g.concluded) >= crowd || time.Since(g.oldest) >= linger
}

// split moves the conclusions into a group of their own, the next one.
func (g *group) split() *group {
	next := newGroup()
	intents := g.entries[:0:0]
	for _, e := range g.entries {
		if e.result == nil {
			intents = append(intents, e)
		} else {
			next.add(e)
		}
	}
	g.entries, next.oldest = intents, g.oldest
	return next
}

// Intend returns when it is durable that PATCHes are about to leave. They share one commit, and others' entries with them. After an error
// nothing may be sent: [ErrFull] and the like stop the run, since no later intent will be recorded either; an error of ctx means only
// that the caller did not wait.
func (r *Recording) Intend(ctx context.Context, intents ...reconcile.Intent) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("record intent: %w", err)
	}
	entries := make([]entry, len(intents))
	for k, i := range intents {
		entries[k] = entry{row: i.Row, attempt: i.Attempt}
	}
	g, err := r.queue(entries...)
	if err != nil {
		return fmt.Errorf("record intent: %w", err)
	}
	wake(r.urgent)
	select {
	case <-g.committed:
	case <-ctx.Done():
		return fmt.Errorf("record intent: %w", ctx.Err())
	}
	if g.err != nil {
		return fmt.Errorf("record intent: %w", g.err)
	}
	return nil
}

// Conclude takes down what became of a row; it is written with the next group. An error is that of an earlier write: the conclusion is
// kept even so, and tried again by Finish and Close.
func (r *Recording) Conclude(row int, result reconcile.Result) error {
	if _, err := r.queue(entry{row: row, result: &result}); err != nil {
		return fmt.Errorf("record conclusion: %w", err)
	}
	wake(r.idle)
	return nil
}

// queue adds entries to the next group.
func (r *Recording) queue(entries ...entry) (*group, error) {
	for _, e := range entries {
		if e.row < 0 || e.row >= r.rows {
			return nil, fmt.Errorf("run %s has no row at %d", r.id, e.row)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return nil, fmt.Errorf("the recording of run %s has ended", r.id)
	}
	for _, e := range entries {
		if r.failed == nil || e.result != nil {
			r.pending.add(e)
		}
	}
	return r.pending, r.failed
}

// wake tells the committer something that it may know already.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// commit writes group after group until the recording ends. The last is written by whoever ends it.
func (r *Recording) commit() {
	defer close(r.stopped)
	for {
		select {
		case <-r.quit:
			return
		case <-r.urgent:
		case <-r.idle:
			select {
			case <-r.quit:
				return
			case <-r.urgent:
			case <-time.After(linger):
			}
		}
		r.flush()
	}
}

// flush writes the intents of the pending group, and its conclusions when they are due. When that fails no further group is written: a
// run whose intents can't be recorded must stop, and its conclusions wait for the end of the recording.
func (r *Recording) flush() {
	r.mu.Lock()
	g := r.pending
	if r.failed != nil || len(g.entries) == 0 {
		r.mu.Unlock()
		return
	}
	r.pending = newGroup()
	if len(g.concluded) > 0 && !g.due() {
		r.pending = g.split()
		wake(r.idle)
	}
	r.mu.Unlock()
	err := r.write(g.entries)
	if err == nil {
		close(g.committed)
		return
	}
	r.fail(g, r.ledger.explain(err))
}

// fail ends the taking of intents, and lets those wait no longer that are in g or came meanwhile.
func (r *Recording) fail(g *group, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	late := r.pending
	r.failed, r.pending = err, newGroup()
	for _, e := range append(g.entries, late.entries...) {
		if e.result != nil {
			r.pending.add(e)
		}
	}
	for _, g := range []*group{g, late} {
		g.err = err
		close(g.committed)
	}
}

// write makes entries durable, all or none.
func (r *Recording) write(entries []entry) error {
	sums := make([]uint64, len(entries))
	// No context: an entry is written although the one who brought it has left.
	err := transact(context.Background(), r.conn, func() error {
		at := now()
		for i, e := range entries {
			var err error
			if sums[i], err = r.put(e, at); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, e := range entries {
		if e.result != nil {
			r.writer.written[e.row] = sums[i]
		}
	}
	return nil
}

// put writes one entry into the open transaction.
func (r *Recording) put(e entry, at any) (sum uint64, err error) {
	id := r.writer.base + int64(e.row)
	if e.result == nil {
		_, err := r.intend.Exec(id, e.attempt, r.id, at)
		return 0, err
	}
	sum, err = r.writer.write(e.row, e.result)
	_, settled := r.settle.Exec(at, id)
	return sum, errors.Join(err, settled)
}

// now is the present as it is stored.
func now() any { return encodeTime(time.Now().Truncate(time.Millisecond)) }
