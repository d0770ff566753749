package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"hash/maphash"
	"sync"

	"dakota-reconcile/reconcile"
)

// Recording is a run that is being recorded. It is the [reconcile.Journal] of its run. End it with Finish or Close.
type Recording struct {
	ledger *Ledger
	id     string
	seq    int64
	rows   int
	conn   *sql.Conn
	writer rowWriter
	intend *sql.Stmt
	settle *sql.Stmt

	mu      sync.Mutex
	pending *group // what goes into the next commit
	failed  error  // why nothing can be recorded any more; nil while it can
	ended   bool

	urgent  chan struct{} // an intent waits
	idle    chan struct{} // only conclusions wait
	quit    chan struct{}
	stopped chan struct{} // closed when the committer has returned
}

var _ reconcile.Journal = (*Recording)(nil)

// Begin records a run that is about to start: its circumstances, all its rows as they are planned, and the bytes of the input when they
// are a workbook that a report may want to fill in (nil otherwise). All of it is durable when Begin returns, or nothing is in the ledger.
func (l *Ledger) Begin(ctx context.Context, run reconcile.Run, original []byte) (*Recording, error) {
	r, err := l.record(ctx, run.ID, len(run.Results))
	if err != nil {
		return nil, fmt.Errorf("record run %s: %w", run.ID, l.explain(err))
	}
	err = transact(ctx, r.conn, func() error { return r.insert(ctx, &run, original) })
	if err != nil {
		r.release()
		if isConstraint(err) {
			err = ErrRunExists
		}
		return nil, fmt.Errorf("record run %s: %w", run.ID, l.explain(err))
	}
	r.start()
	return r, nil
}

// Reopen goes on recording a run, and returns it as Load does. Whoever calls it must hold the [Lock] of the run's account: two
// recordings of one run would each believe to be the only one.
func (l *Ledger) Reopen(ctx context.Context, id string) (*Recording, reconcile.Run, error) {
	s, err := l.load(ctx, id)
	if err != nil {
		return nil, reconcile.Run{}, fmt.Errorf("reopen run %s: %w", id, l.explain(err))
	}
	r, err := l.record(ctx, id, len(s.run.Results))
	if err != nil {
		return nil, reconcile.Run{}, fmt.Errorf("reopen run %s: %w", id, l.explain(err))
	}
	r.place(s.seq)
	r.writer.written = make([]uint64, len(s.run.Results))
	r.start()
	return r, s.run, nil
}

// record takes a connection of its own for a run and prepares what is written again and again.
func (l *Ledger) record(ctx context.Context, id string, rows int) (*Recording, error) {
	c, err := l.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	r := &Recording{
		ledger: l, id: id, rows: rows, conn: c, pending: newGroup(),
		urgent: make(chan struct{}, 1), idle: make(chan struct{}, 1), quit: make(chan struct{}), stopped: make(chan struct{}),
	}
	r.writer = rowWriter{run: id, seed: maphash.MakeSeed()}
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{{&r.writer.put, putRow}, {&r.intend, putIntent}, {&r.settle, settleIntents}} {
		// Without the context: the statements outlive the call.
		if *p.stmt, err = c.PrepareContext(context.WithoutCancel(ctx), p.text); err != nil {
			_ = c.Close()
			return nil, err
		}
	}
	return r, nil
}

// insert writes a new run into the open transaction.
func (r *Recording) insert(ctx context.Context, run *reconcile.Run, original []byte) error {
	values, err := encodeRun(run)
	if err != nil {
		return err
	}
	free := context.WithoutCancel(ctx)
	res, err := r.conn.ExecContext(free, insertRun, values...)
	if err != nil {
		return err
	}
	seq, err := res.LastInsertId()
	if err != nil {
		return err
	}
	r.place(seq)
	if err := r.keepOriginal(free, original); err != nil {
		return err
	}
	r.writer.written, err = r.writer.writeAll(ctx, run.Results)
	return err
}

// place tells the recording which number its run has in the file.
func (r *Recording) place(seq int64) {
	r.seq = seq
	r.writer.base, _ = rowIDs(seq)
}

// Finish records how the run ended: its last circumstances and all its results. It tries once more to write what could not be written
// before, and returns nil only when everything is durable. In any case the recording has ended afterwards.
func (r *Recording) Finish(ctx context.Context, run reconcile.Run) error {
	if run.ID != r.id {
		return fmt.Errorf("finish run %s: it was begun as %s", run.ID, r.id)
	}
	if !r.end() {
		return fmt.Errorf("finish run %s: its recording has ended", r.id)
	}
	defer r.release()
	if err := transact(ctx, r.conn, func() error { return r.update(ctx, &run) }); err != nil {
		return fmt.Errorf("finish run %s: %w", r.id, r.ledger.explain(err))
	}
	return nil
}

// update writes the end of a run into the open transaction.
func (r *Recording) update(ctx context.Context, run *reconcile.Run) error {
	values, err := encodeRun(run)
	if err != nil {
		return err
	}
	free := context.WithoutCancel(ctx)
	if _, err := r.conn.ExecContext(free, updateRun, append(values, r.seq)...); err != nil {
		return err
	}
	if _, err := r.writer.writeAll(ctx, run.Results); err != nil {
		return err
	}
	first, last := rowIDs(r.seq)
	if _, err := r.conn.ExecContext(free, "DELETE FROM rows WHERE id BETWEEN ? AND ?", first+int64(len(run.Results)), last); err != nil {
		return err
	}
	_, err = r.conn.ExecContext(free, "UPDATE attempts SET concluded_at = ? WHERE row_id BETWEEN ? AND ? AND concluded_at IS NULL",
		now(), first, last)
	return err
}

// Close ends the recording without recording how the run ended: it stays unfinished. What was concluded is written. It does nothing
// when the recording has ended.
func (r *Recording) Close() error {
	if !r.end() {
		return nil
	}
	defer r.release()
	if len(r.pending.entries) == 0 { // nobody else adds to it any more
		return nil
	}
	if err := r.write(r.pending.entries); err != nil {
		return fmt.Errorf("close record of run %s: %w", r.id, r.ledger.explain(err))
	}
	return nil
}

// end stops the committer, once; it is false when that was done before. Intents that still wait are refused.
func (r *Recording) end() bool {
	r.mu.Lock()
	before := r.ended
	r.ended = true
	r.mu.Unlock()
	if before {
		return false
	}
	close(r.quit)
	<-r.stopped
	r.fail(newGroup(), fmt.Errorf("the recording of run %s has ended", r.id))
	return true
}

// start lets the recording take entries.
func (r *Recording) start() {
	r.ledger.mu.Lock()
	r.ledger.recordings[r] = struct{}{}
	r.ledger.mu.Unlock()
	go r.commit()
}

// release gives the connection back.
func (r *Recording) release() {
	r.ledger.mu.Lock()
	delete(r.ledger.recordings, r)
	r.ledger.mu.Unlock()
	for _, s := range []*sql.Stmt{r.writer.put, r.intend, r.settle} {
		_ = s.Close()
	}
	_ = r.conn.Close()
}
