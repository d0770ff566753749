package reconcile

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"sort"
	"testing"
	"time"

	"dakota-reconcile/dakota"
	"github.com/segmentio/ksuid"
)

// planMemory is an account without a wire: what is measured is the observer.
type planMemory struct {
	all  []dakota.Customer // by creation
	byID map[string]int
	subs []dakota.SubClient
	u    dakota.Usage
}

func planBig(n, subs int) *planMemory {
	m := &planMemory{byID: make(map[string]int, n)}
	for i := range subs {
		m.subs = append(m.subs, dakota.SubClient{ID: fmt.Sprintf("sub%06d", i), Name: fmt.Sprintf("Sub %d", i)})
	}
	for i := range n {
		second := int64(1600000000 + i*100)
		k, _ := ksuid.FromParts(time.Unix(second, 0), []byte(fmt.Sprintf("%016d", i)))
		s := i * 7919 % subs
		m.subs[s].Customers++
		m.byID[k.String()] = i
		m.all = append(m.all, dakota.Customer{ID: k.String(), Name: "x", KYBStatus: "active", SubClientID: m.subs[s].ID, CreatedAt: second})
	}
	return m
}

func (m *planMemory) Pages(_ context.Context, q dakota.Query) iter.Seq2[dakota.Page, error] {
	return func(yield func(dakota.Page, error) bool) {
		from := sort.Search(len(m.all), func(i int) bool { return m.all[i].CreatedAt >= q.CreatedFrom })
		total := len(m.all) - from
		if q.After != "" {
			from = m.byID[q.After] + 1
		}
		p := dakota.Page{Total: total, At: time.Unix(1600000000+int64(len(m.all))*100, 0)}
		for i := from; i < len(m.all); i++ {
			if q.SubClientID != "" && m.all[i].SubClientID != q.SubClientID {
				continue
			}
			if len(p.Customers) == pageSize {
				p.More = true
				break
			}
			p.Customers = append(p.Customers, m.all[i])
		}
		if q.SubClientID != "" {
			p.Total = len(p.Customers) // at least
		}
		m.u.List++
		yield(p, nil)
	}
}

func (m *planMemory) Customer(_ context.Context, id string) (dakota.Answer, error) {
	if i, ok := m.byID[id]; ok {
		return dakota.Answer{Customer: m.all[i]}, nil
	}
	return dakota.Answer{}, &dakota.Error{Status: http.StatusNotFound}
}

func (m *planMemory) SubClients(context.Context) ([]dakota.SubClient, error) { return m.subs, nil }
func (m *planMemory) Usage() dakota.Usage                                    { return m.u }

// The observer's and the planner's own time must be nothing beside that of the requests.
func BenchmarkPlanOfAMillionRows(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		for _, subs := range []int{10, 5000} {
			m := planBig(n, subs)
			rows := make([]Assignment, 0, n)
			for i, c := range m.all {
				rows = append(rows, Assignment{Row: int32(i + 2), CustomerID: c.ID, SubClientID: m.subs[(i*7919+i%50/49)%subs].ID})
			}
			b.Run(fmt.Sprintf("%d rows, %d sub-clients", n, subs), func(b *testing.B) {
				for b.Loop() {
					seen, err := (&Observer{API: m}).Observe(b.Context(), rows)
					if err != nil {
						b.Fatal(err)
					}
					p, err := NewPlan(rows, seen, Policy{MaxStaleness: time.Hour, Quota: dakota.Quota{Limit: 60, Window: time.Minute}})
					if err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(float64(seen.Reading.Requests.Total()), "requests")
					b.ReportMetric(float64(len(p.Batches)), "batches")
				}
			})
		}
	}
}
