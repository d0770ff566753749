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
// The rows go in the order in which pages showed them, so that one page read again serves many; a row on a page of its own, or found
// otherwise, is a GET. With one request for a page or a row, the cost is known beforehand and is what will be sent.
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
	p.pageOf = make([]int32, len(p.Rows))
	for _, i := range rows {
		p.pageOf[i] = seen.seen[p.Rows[i].CustomerID].page
	}
	if p.policy.MaxStaleness > 0 && p.freshUntil(rows) < len(rows) {
		slices.SortStableFunc(rows, func(a, b int) int {
			return cmp.Compare(uint32(p.pageOf[a]-1), uint32(p.pageOf[b]-1)) // those on no page, 0, come last
		})
		p.batch(rows)
		p.plot(seen)
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
	for n < len(rows) {
		more := cost + p.rereading(rows[max(n-1, 0):n+1]) - min(n, 1)
		if n > 0 && p.forecast(sent+n+1+more)-begin > p.patience() {
			break
		}
		n, cost = n+1, more
	}
	return n, cost
}

// rereading is what reading rows again costs: a request for each page that shows some of them and for each row that no page shows.
// Rows on the same page must stand together.
func (p *Plan) rereading(rows []int) int {
	cost := 0
	for k, i := range rows {
		if k == 0 || p.pageOf[i] == 0 || p.pageOf[i] != p.pageOf[rows[k-1]] {
			cost++
		}
	}
	return cost
}

// plot notes for each batch the pages worth reading again: those that show at least two of its rows.
func (p *Plan) plot(seen *Observation) {
	for b := range p.Batches {
		rows := p.Batches[b].Rows
		if p.Batches[b].Requests == 0 {
			continue
		}
		for k, i := range rows {
			page := p.pageOf[i]
			second := k > 0 && page != 0 && p.pageOf[rows[k-1]] == page
			if second && (k == 1 || p.pageOf[rows[k-2]] != page) {
				p.Batches[b].pages = append(p.Batches[b].pages, seen.pages[page-1])
			}
		}
	}
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
			p.Batches[b].Requests = p.rereading(p.Batches[b].Rows)
		}
	}
	total := p.cost(len(rows))
	p.Bill.Checks = total - len(rows)
	p.Bill.Takes = p.forecast(total)
	p.Bill.Ends = planMillis(p.policy.Now.Add(p.Bill.Takes))
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
			total += p.rereading(b.Rows[:min(n, len(b.Rows))])
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
