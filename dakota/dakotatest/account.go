package dakotatest

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/segmentio/ksuid"
)

// account is the state: customers, and the indexes that make every list cheap. It is guarded by Server.mu.
type account struct {
	byID     map[string]*record
	listed   index             // those that lists show, by creation
	subs     index             // of these, the sub-clients
	members  map[string]*index // of these, those of each sub-client
	views    map[filter]*view
	ties     Ties // by which the indexes are ordered
	hidden   bool // whether deleted customers are left out of them
	assigned int  // for ids that Add makes
}

// natural is the order of the indexes.
func (a *account) natural() order { return orders(a.ties, "created_at").then(a.ties.ids) }

// ready makes the indexes fit the knobs.
func (a *account) ready(ties Ties, hideDeleted bool) {
	if a.byID == nil {
		a.byID, a.members = map[string]*record{}, map[string]*index{}
	}
	if a.ties == ties && a.hidden == hideDeleted {
		return
	}
	a.ties, a.hidden = ties, hideDeleted
	a.listed, a.subs, a.members, a.views = index{}, index{}, map[string]*index{}, nil
	for _, r := range a.byID {
		a.enter(r)
	}
}

// enter puts a customer into the indexes, not yet in its place.
func (a *account) enter(r *record) {
	if r.DeletedAt != 0 && a.hidden {
		return
	}
	a.listed.append(r)
	if r.IsSubClient {
		a.subs.append(r)
	}
	if r.SubClientID != "" {
		a.of(r.SubClientID).append(r)
	}
}

// of is the index of a sub-client's customers.
func (a *account) of(subClientID string) *index {
	x := a.members[subClientID]
	if x == nil {
		x = &index{}
		a.members[subClientID] = x
	}
	return x
}

// add completes a customer and takes it in. It panics when the test asks for what can't be.
func (a *account) add(c Customer) *record {
	c = a.complete(c)
	if a.byID[c.ID] != nil {
		panic(fmt.Sprintf("dakotatest: customer %s is there already", c.ID))
	}
	r := &record{Customer: c, previous: c.SubClientID}
	a.byID[c.ID] = r
	a.enter(r)
	return r
}

func (a *account) complete(c Customer) Customer {
	if c.ID == "" {
		if c.CreatedAt == 0 {
			c.CreatedAt = time.Date(2025, 1, 1, 0, 0, a.assigned, 0, time.UTC).Unix()
		}
		a.assigned++
		c.ID = makeID(c.CreatedAt, mix(uint64(a.assigned)), 0)
	}
	if !validID(c.ID) {
		panic(fmt.Sprintf("dakotatest: %q is no id of 27 digits and letters", c.ID))
	}
	if c.CreatedAt == 0 {
		c.CreatedAt = idTime(c.ID)
	}
	if c.UpdatedAt == 0 {
		c.UpdatedAt = c.CreatedAt
	}
	c.Name = orElse(c.Name, "Customer "+c.ID)
	c.Type = orElse(c.Type, "business")
	c.KYBStatus = orElse(c.KYBStatus, "active")
	return c
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// associate makes a change; it reports what was there before.
func (a *account) associate(r *record, to string) (from string) {
	from = r.SubClientID
	if from == to {
		return from
	}
	listed := r.DeletedAt == 0 || !a.hidden
	if from != "" && listed {
		a.of(from).remove(r, a.natural())
	}
	r.previous, r.SubClientID = from, to
	if to != "" && listed {
		a.of(to).insert(r, a.natural())
	}
	return from
}

// nameOf is the name of a sub-client, "" for none.
func (a *account) nameOf(subClientID string) string {
	if r := a.byID[subClientID]; r != nil {
		return r.Name
	}
	return ""
}

// makeID is the KSUID of a second and 128 bits.
func makeID(second int64, high, low uint64) string {
	var k ksuid.KSUID
	binary.BigEndian.PutUint32(k[:], uint32(second-ksuidEpoch))
	binary.BigEndian.PutUint64(k[4:], high)
	binary.BigEndian.PutUint64(k[12:], low)
	return k.String()
}

// idTime is the second inside an id; 0 when there is none.
func idTime(id string) int64 {
	k, err := ksuid.Parse(id)
	if err != nil {
		return 0
	}
	return k.Time().Unix()
}

// leave takes a customer out of the indexes.
func (a *account) leave(r *record) {
	if r.DeletedAt != 0 && a.hidden {
		return
	}
	o := a.natural()
	a.listed.remove(r, o)
	a.subs.remove(r, o)
	if r.SubClientID != "" {
		a.of(r.SubClientID).remove(r, o)
	}
}
