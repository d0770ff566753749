package dakotatest_test

import (
	"net/url"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dakota-reconcile/dakota/dakotatest"
)

// churn is an account beside a model of it that is too simple to be wrong.
type churn struct {
	s         *dakotatest.Server
	customers map[string]dakotatest.Customer
	subs      []string
}

// step does one thing to both.
func (c *churn) step(t *testing.T, rt *rapid.T) {
	some := func() string { return rapid.SampledFrom(c.ids()).Draw(rt, "customer") }
	target := func() string { return rapid.SampledFrom(append(c.subs, "")).Draw(rt, "target") }
	switch rapid.SampledFrom([]string{"add", "change", "patch", "edit", "remove"}).Draw(rt, "step") {
	case "add":
		before := c.s.Associations()
		c.s.Add(dakotatest.Customer{CreatedAt: 1700000000 + rapid.Int64Range(0, 5).Draw(rt, "created_at"), SubClientID: target()})
		for id := range c.s.Associations() {
			if _, old := before[id]; !old {
				c.customers[id], _ = c.s.Customer(id)
			}
		}
	case "change":
		id, to := some(), target()
		c.s.Change(id, to)
		c.set(id, to)
	case "patch":
		id, to := some(), target()
		body := `{"sub_client_id":null}`
		if to != "" {
			body = `{"sub_client_id":"` + to + `"}`
		}
		if resp, _ := send(t, c.s, "PATCH", "/customers/"+id+"/sub-client", body); resp.StatusCode == 200 {
			c.set(id, to)
		}
	case "edit":
		id, created := some(), 1700000000+rapid.Int64Range(0, 5).Draw(rt, "new created_at")
		c.s.Edit(id, func(x *dakotatest.Customer) { x.CreatedAt = created })
		x := c.customers[id]
		x.CreatedAt = created
		c.customers[id] = x
	case "remove":
		if id := some(); !slices.Contains(c.subs, id) {
			c.s.Remove(id)
			delete(c.customers, id)
		}
	}
}

func (c *churn) ids() []string {
	ids := make([]string, 0, len(c.customers))
	for id := range c.customers {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func (c *churn) set(id, sub string) {
	x := c.customers[id]
	x.SubClientID = sub
	c.customers[id] = x
}

func (c *churn) all() []dakotatest.Customer {
	var all []dakotatest.Customer
	for _, id := range c.ids() {
		all = append(all, c.customers[id])
	}
	return all
}

func TestListsAreRightAfterAnyChanges(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := churn{s: &dakotatest.Server{Quota: dakotatest.Quota{Limit: -1}}, customers: map[string]dakotatest.Customer{}}
		for range 3 {
			c.s.Add(dakotatest.Customer{IsSubClient: true})
		}
		for _, sub := range c.s.SubClients() {
			c.subs, c.customers[sub.ID] = append(c.subs, sub.ID), sub
		}
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			c.step(t, rt)
			r := drawReading(rt, c.all())
			want := r.naive(c.all(), false)
			if diff := gocmp.Diff(want, walk(t, rt, c.s, cloned(r.values), len(want))); diff != "" {
				rt.Fatalf("%s (-want +got):\n%s", r.values.Encode(), diff)
			}
		}
	})
}

func cloned(v url.Values) url.Values {
	w := url.Values{}
	for name, values := range v {
		w[name] = slices.Clone(values)
	}
	return w
}
