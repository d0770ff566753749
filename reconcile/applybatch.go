package reconcile

import "dakota-reconcile/dakota"

// batches returns those of the plan's batches that are to be read again, by the place of their first row in the order of sending.
func (a *Applier) batches(p *Plan) map[int]*Batch {
	if a.Refresh == nil {
		return nil
	}
	all, place := map[int]*Batch{}, 0
	for i := range p.Batches {
		b := &p.Batches[i]
		if b.Requests > 0 && len(b.Rows) > 0 {
			all[place] = b
		}
		place += len(b.Rows)
	}
	return all
}

// rereadBatch reads a batch again and settles the rows that need no PATCH any more. When that fails its rows stay too old to be sent, and
// so each is read again by itself, which knows how to wait for an API that is down.
func (s *session) rereadBatch(t *turn) step {
	st := step{turn: t, done: true}
	seen, err := s.Refresh(s.run, s.plan, *t.batch)
	switch {
	case err == nil:
	case keyRefused(err):
		st.stop = err
		return st
	case halting(err) != nil:
		st.stop = halting(err)
		return st
	case s.run.Err() != nil:
		return st
	default:
		st.sign, t.cause = down, err
		return st
	}
	for _, row := range t.batch.Rows {
		if stop := s.foundInBatch(row, seen); stop != nil && st.stop == nil {
			st.stop = stop
		}
	}
	return st
}

// foundInBatch judges one row of a batch by what was seen of its customer. The error is the journal's.
func (s *session) foundInBatch(row int, seen *Observation) error {
	t, id := &turn{row: row}, s.rows[row].CustomerID
	if c, ok := seen.Customer(id); ok {
		st, _ := s.found(t, dakota.Answer{Customer: c.Customer, At: c.At})
		return st.stop
	}
	if seen.Missing(id) {
		return s.settled(t, Failed, "customer_not_found", "the customer is not there any more").stop
	}
	return nil
}
