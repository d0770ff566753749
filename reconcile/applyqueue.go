package reconcile

import (
	"container/heap"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// turn is a row's way through an apply: what its next step must know. A batch that is to be read again before its rows has one, too.
type turn struct {
	row      int // its index in Plan.Rows
	batch    *Batch
	doubt    bool // sent, and nobody knows yet whether it was made
	intended int  // the highest attempt whose intent is durable
	aged     int  // readings that were too old when their PATCH might have left
	failures int  // attempts proved not to have been made
	unread   int  // readings in a row that failed
	unseen   int  // of these, those that failed though the API answers others
	byList   bool // a GET of the customer fails, a list shows it
	cause    error
	due      time.Time
	pauses   backoff.BackOff
	cost     int // requests kept for the step in flight
}

// dueQueue holds the turns whose next step is due later, the earliest first.
type dueQueue []*turn

func (q dueQueue) Len() int           { return len(q) }
func (q dueQueue) Less(i, j int) bool { return q[i].due.Before(q[j].due) }
func (q dueQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *dueQueue) Push(x any)        { *q = append(*q, x.(*turn)) }

func (q *dueQueue) Pop() any {
	old := *q
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	return t
}

func (q *dueQueue) add(t *turn) { heap.Push(q, t) }

// takeDue takes the earliest turn if it is due, and otherwise tells how long that will be (-1: there is none).
func (q *dueQueue) takeDue(now time.Time) (*turn, time.Duration) {
	if len(*q) == 0 {
		return nil, -1
	}
	if wait := (*q)[0].due.Sub(now); wait > 0 {
		return nil, wait
	}
	return heap.Pop(q).(*turn), 0
}

// takeDoubt takes the turn in doubt that has waited longest, nil for none: of all that can be asked of an API that is down, a reading
// of these does the least harm and the most good.
func (q *dueQueue) takeDoubt() *turn {
	first := -1
	for i, t := range *q {
		if t.doubt && (first < 0 || t.due.Before((*q)[first].due)) {
			first = i
		}
	}
	if first < 0 {
		return nil
	}
	return heap.Remove(q, first).(*turn)
}

// takeFirst takes the earliest turn, due or not; nil for none.
func (q *dueQueue) takeFirst() *turn {
	if len(*q) == 0 {
		return nil
	}
	return heap.Pop(q).(*turn)
}

// doubts returns how many of the turns are in doubt.
func (q dueQueue) doubts() int {
	n := 0
	for _, t := range q {
		if t.doubt {
			n++
		}
	}
	return n
}
