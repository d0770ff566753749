package dakotatest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
)

// SeedOptions say what account Seed makes. The same options make the same account, down to the ids.
type SeedOptions struct {
	Seed            uint64
	Customers       int // sub-clients not counted
	SubClients      int // that customers belong to
	EmptySubClients int // further ones without customers
	// From and To are between which times customers were created; zero: 2024-01-01 and 2026-11-01. Sub-clients come in the first day.
	From, To time.Time
	// Unassociated is the share of customers without a sub-client, from 0 to 1.
	Unassociated float64
	// Deleted is the share of customers that were deleted, from 0 to 1.
	Deleted float64
	// Uneven gives each sub-client about half as many customers as the one before, instead of about as many.
	Uneven bool
	// Burst is how many customers share each second of creation, as after an import; 0 and 1: as chance will have it.
	Burst int
	// SubSecond gives creation times a part of a second, which the API hides but sorts and filters by.
	SubSecond bool

	// IDJitter is how far the time inside an id may be from created_at, either way; 0 for two seconds, negative for none. Months of it
	// make an account whose ids' times say nothing.
	IDJitter time.Duration
	// IDOffset is how far all times inside ids are ahead of created_at.
	IDOffset time.Duration
	// CaseTwins is for how many customers the next one has an id that differs in nothing but the case of one letter.
	CaseTwins int
	// HostileNames gives every fifth customer a name that a careless report would run, draw or choke on.
	HostileNames bool
}

// Statuses are the documented values of kyb_status.
var Statuses = []string{"active", "pending", "partner_review", "rejected", "frozen", "auto_declined"}

// SecretMark begins each token inside an application_url: a test that finds it in anything a run leaves behind has found a leak.
const SecretMark = "apptoken-"

// seeder makes customers from a stream of random numbers.
type seeder struct {
	SeedOptions
	rnd        *rand.Rand
	subClients []Customer
}

// Seed fills the account, beside what it holds already. It makes 100,000 customers in well under a second.
func (s *Server) Seed(o SeedOptions) {
	if o.From.IsZero() {
		o.From = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if o.To.IsZero() {
		o.To = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	}
	g := &seeder{SeedOptions: o, rnd: rand.New(rand.NewPCG(o.Seed, 0x5eed))}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account.ready(s.Ties, s.HideDeleted)
	s.account.listed.rows = slices.Grow(s.account.listed.rows, o.Customers+o.SubClients+o.EmptySubClients)
	for i := range o.SubClients + o.EmptySubClients {
		s.account.add(g.subClient(i))
	}
	var last Customer
	for i := range o.Customers {
		c := g.customer(i)
		if i%2 == 1 && i/2 < o.CaseTwins {
			c.ID, c.CreatedAt = twin(last.ID), last.CreatedAt
		}
		s.account.add(c)
		last = c
	}
}

func (g *seeder) subClient(i int) Customer {
	created := g.From.Unix() + g.rnd.Int64N(24*60*60)
	c := Customer{
		ID: g.id(created), Name: fmt.Sprintf("%s Partners %d", cities[i%len(cities)], i+1), CreatedAt: created, UpdatedAt: created,
		IsSubClient: true, KYBStatus: "active", ApplicationStatus: "completed",
	}
	if i < g.SubClients {
		g.subClients = append(g.subClients, c)
	}
	return c
}

func (g *seeder) customer(i int) Customer {
	created := g.created(i)
	c := Customer{
		ID: g.id(created), Name: g.name(i), CreatedAt: created, UpdatedAt: created + g.rnd.Int64N(90*24*60*60),
		KYBStatus: g.kybStatus(), ExternalID: "crm-" + strconv.Itoa(i), Email: "finance" + strconv.Itoa(i) + "@example.com",
	}
	if g.rnd.IntN(10) == 0 {
		c.Type, c.KYCStatus = "individual", "approved"
	}
	if g.SubSecond {
		c.CreatedMicros = g.rnd.Int32N(1e6)
	}
	if g.rnd.Float64() < g.Deleted {
		c.DeletedAt = c.UpdatedAt + 1
	}
	if len(g.subClients) > 0 && g.rnd.Float64() >= g.Unassociated {
		c.SubClientID = g.subClients[g.pick()].ID
	}
	g.apply(&c)
	return c
}

// apply gives the customer its application. While it is not active that has an address, with the token that nobody may let out.
func (g *seeder) apply(c *Customer) {
	c.ApplicationStatus = applicationStatuses[g.rnd.IntN(len(applicationStatuses))]
	switch c.KYBStatus {
	case "active":
		c.Decision = "approved"
		return
	case "rejected":
		c.Decision = "declined"
	case "auto_declined":
		c.Decision = "auto_declined"
	}
	c.ApplicationID = makeID(c.CreatedAt, g.rnd.Uint64(), g.rnd.Uint64())
	c.ApplicationURL = "https://apply.dakota.xyz/" + c.ApplicationID + "?token=" + SecretMark + strconv.FormatUint(g.rnd.Uint64(), 16)
}

var applicationStatuses = []string{"completed", "submitted", "in_progress"}

// created is the second in which the i-th customer came: anywhere between the two times, or with the others of its burst.
func (g *seeder) created(i int) int64 {
	span := max(1, g.To.Unix()-g.From.Unix())
	if g.Burst <= 1 {
		return g.From.Unix() + g.rnd.Int64N(span)
	}
	return g.From.Unix() + int64(mix(g.Seed+uint64(i/g.Burst))%uint64(span))
}

// id makes an id whose time is as near to created_at as the options have it.
func (g *seeder) id(created int64) string {
	jitter := int64(g.IDJitter / time.Second)
	if g.IDJitter == 0 {
		jitter = 2
	}
	second := created + int64(g.IDOffset/time.Second)
	if jitter > 0 {
		second += g.rnd.Int64N(2*jitter+1) - jitter
	}
	return makeID(max(second, ksuidEpoch), g.rnd.Uint64(), g.rnd.Uint64())
}

// ksuidEpoch is the first second that an id can tell.
const ksuidEpoch = 1400000000

// pick is the number of a sub-client.
func (g *seeder) pick() int {
	n := len(g.subClients)
	if !g.Uneven {
		return g.rnd.IntN(n)
	}
	for i := range n - 1 {
		if g.rnd.IntN(2) == 0 {
			return i
		}
	}
	return n - 1
}

// kybStatus is active for seven in ten, else one of the others.
func (g *seeder) kybStatus() string {
	if g.rnd.IntN(10) < 7 {
		return Statuses[0]
	}
	return Statuses[1+g.rnd.IntN(len(Statuses)-1)]
}

// twin flips the case of the last letter of an id.
func twin(id string) string {
	b := []byte(id)
	for i := len(b) - 1; i >= 0; i-- {
		if c := b[i]; c > '9' {
			b[i] = c ^ 0x20
			return string(b)
		}
	}
	return id
}
