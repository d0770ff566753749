package reconcile

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"dakota-reconcile/dakota"
)

// Batch is a part of the rows to be sent. Before its first row is sent, [Observer.Refresh] reads the batch again, unless Requests is 0.
type Batch struct {
	Rows     []int // indices into Plan.Rows, in the order in which to send them
	Requests int   // what reading them again costs; 0: they are fresh as they were read

	pages []dakota.Query // the unfiltered pages that show two of the rows or more
	lists []listing      // the parts of sub-clients' lists that show more rows than they have pages
}

// Fit is how much of a plan a budget allows.
type Fit struct {
	Rows     int           // rows that can be sent, the first of them in the order of sending
	Of       int           // rows there are to be sent
	Requests int           // what those cost, checks and closing totals included
	Takes    time.Duration // how long at the present limit
}

// schedule puts the rows to be sent into batches that need not be read again before they are done, and writes the bill.
//
// The rows go in the order in which pages showed them, so that one page read again serves many; a row alone on its page, or found by a
// GET, is a GET again. So the cost is known beforehand and is what will be sent.
func (p *Plan) schedule(seen *Observation) {
	if p.policy.Now.IsZero() {
		p.policy.Now = seen.Until
	}
	p.Bill.Reads = seen.Reading.Requests.Total()
	p.Bill.Limit, p.Bill.Window = p.policy.Quota.Limit, p.policy.Quota.Window
	if seen.opening != nil {
		p.closing = 1
	}
	rows := p.sending()
	p.place(rows, seen)
	if p.policy.MaxStaleness > 0 && p.freshUntil(rows) < len(rows) {
		slices.SortStableFunc(rows, func(a, b int) int {
			return cmp.Compare(uint32(p.sources[a]-1), uint32(p.sources[b]-1)) // those to be asked for one by one, 0, come last
		})
		p.batch(rows)
	}
	p.rebill()
}

// freshUntil returns how many of the rows can be sent, in this order, before the first of them is too old.
func (p *Plan) freshUntil(rows []int) int {
	for k, i := range rows {
		sent := p.policy.Now.Add(p.forecast(k + 1))
		if sent.Sub(p.Rows[i].ObservedAt) > p.patience() {
			return k
		}
	}
	return len(rows)
}

// patience is the age up to which a row is planned to be sent: a tenth less than allowed, so that a slow answer does not cost a reading.
func (p *Plan) patience() time.Duration { return p.policy.MaxStaleness / 10 * 9 }

func (p *Plan) forecast(requests int) time.Duration {
	return p.policy.Quota.Forecast(requests, p.policy.Now)
}

// batch cuts rows into batches: the first as fresh as it was read, each other one as large as can be done before it is stale.
func (p *Plan) batch(rows []int) {
	fresh := p.freshUntil(rows)
	p.Batches = nil
	if fresh > 0 {
		p.Batches = append(p.Batches, Batch{Rows: rows[:fresh:fresh]})
	}
	sent := fresh
	for rows = rows[fresh:]; len(rows) > 0; {
		n, cost := p.batchSize(rows, sent)
		p.Batches = append(p.Batches, Batch{Rows: rows[:n:n], Requests: cost})
		sent += n + cost
		rows = rows[n:]
	}
}

// batchSize returns how many of the rows can be read again and sent, after so many other requests, before the first is stale, and what
// reading them costs. It is one at least.
func (p *Plan) batchSize(rows []int, sent int) (n, cost int) {
	begin := p.forecast(sent)
	sofar := rereading{p: p}
	for n < len(rows) {
		more := sofar
		more.add(rows[n])
		if n > 0 && p.forecast(sent+n+1+more.total())-begin > p.patience() {
			break
		}
		n, sofar = n+1, more
	}
	return n, sofar.total()
}

// rebill writes the bill anew for the rows that are to be sent now.
func (p *Plan) rebill() {
	rows := p.sending()
	p.Bill.Writes, p.Bill.Checks, p.Bill.Takes, p.Bill.Ends = len(rows), 0, 0, time.Time{}
	if len(rows) == 0 {
		p.Batches = nil
		return
	}
	for b := range p.Batches {
		if p.Batches[b].Requests > 0 {
			p.plot(&p.Batches[b])
		}
	}
	total := p.cost(len(rows))
	p.Bill.Checks = total - len(rows)
	p.Bill.Takes = p.forecast(total)
	p.Bill.Ends = wholeMillis(p.policy.Now.Add(p.Bill.Takes))
}

// cost is what sending the first n rows takes, in requests.
func (p *Plan) cost(n int) int {
	if n == 0 {
		return 0
	}
	total := n + p.closing
	if p.policy.MaxStaleness == 0 {
		return total + n
	}
	for _, b := range p.Batches {
		switch {
		case n <= 0:
			return total
		case b.Requests > 0:
			total += p.rereading(b.Rows[:min(n, len(b.Rows))]).total()
		}
		n -= len(b.Rows)
	}
	return total
}

// Fit tells how many rows can be sent with so many requests and in so much time; a negative bound is none.
func (p *Plan) Fit(requests int, within time.Duration) Fit {
	of := len(p.sending())
	n := sort.Search(of, func(k int) bool {
		cost := p.cost(k + 1)
		return requests >= 0 && cost > requests || within >= 0 && p.forecast(cost) > within
	})
	return Fit{Rows: n, Of: of, Requests: p.cost(n), Takes: p.forecast(p.cost(n))}
}
