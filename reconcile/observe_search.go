package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"

	"dakota-reconcile/dakota"
)

// wanted is an id to be found: a row's customer, or a target the summary does not name.
type wanted struct {
	id     string
	second int64 // inside the id, 0 when there is none
	state  wantedState
	group  *group // of those wished to be in the same sub-client, nil for none
}

type wantedState uint8

const (
	open   wantedState = iota // not found yet
	missed                    // not found yet, and not where its id says
	found
	gone   // the API says that there is none
	unread // given up: nearly no id exists, or it can't be read
)

// settled tells whether nothing more is to be asked about it.
func (w *wanted) settled() bool { return w.state >= found }

// search is one observation under way.
type search struct {
	o      *Observer
	obs    *Observation
	before dakota.Usage

	rows           []Assignment
	want           []wanted // by second, then id
	index          map[string]int32
	left           int // not settled
	exist          existence
	known          int // found
	named          map[string]bool
	groups         []*group
	times          timing
	idle           map[string]bool // customers of rows that need no request, taken down when a page shows them
	others         []string        // ids seen that nobody asked for, to guess what a mistyped one means
	walk           walk
	leaping        leaping
	steps          steps
	answers        int     // pages taken
	oldest, newest int64   // seconds inside ids
	waste          float64 // pages of sub-clients' lists that did not pay
	shown, due     float64 // wanted customers that sub-clients' lists showed, and should have shown
}

func newSearch(o *Observer, rows []Assignment) *search {
	s := &search{o: o, rows: rows, before: o.API.Usage(), times: newTiming(), index: map[string]int32{}, idle: map[string]bool{}}
	s.obs = &Observation{seen: map[string]Seen{}, missing: map[string]bool{}, unreadable: map[string]string{}}
	s.named = namedSubClients(rows)
	s.walk = walk{from: -1}
	return s
}

// run asks until everything wanted is settled: what must be read anyway first, then what is expected to be right already, then the rest.
func (s *search) run(ctx context.Context) error {
	s.collect()
	if len(s.want) == 0 && !(s.o.Complete && len(s.named) > 0) {
		s.obs.Reading.Way = "nothing had to be read"
		return nil
	}
	if err := s.summary(ctx); err != nil {
		return err
	}
	s.prepare()
	if s.o.Complete {
		if err := s.complete(ctx); err != nil {
			return err
		}
	}
	if err := s.expected(ctx); err != nil {
		return err
	}
	if err := s.rest(ctx); err != nil {
		return err
	}
	return s.singles(ctx)
}

// collect gathers the customers of rows to be compared.
func (s *search) collect() {
	for i := range s.rows {
		switch a := &s.rows[i]; {
		case a.Problem != nil, a.Keep:
			s.idle[a.CustomerID] = true
		case a.Same == 0:
			s.wish(a.CustomerID)
		}
	}
}

// wish adds an id to those to be found.
func (s *search) wish(id string) {
	if _, ok := s.index[id]; ok {
		return
	}
	s.index[id] = int32(len(s.want))
	s.want = append(s.want, wanted{id: id, second: idSecond(id)})
	s.left++
}

// summary asks for the sub-clients. An API without that call (which may take its name for a
// customer's id, hence 400) is read without: targets are looked up and totals stay unknown.
func (s *search) summary(ctx context.Context) error {
	list, err := s.o.API.SubClients(ctx)
	if hasStatus(err, http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the sub-client summary: %w", err)
	}
	s.obs.opening = make(map[string]dakota.SubClient, len(list))
	for _, c := range list {
		s.obs.opening[c.ID] = c
	}
	return nil
}

// prepare adds the targets that the summary does not name, orders what is wanted and groups it by expected sub-client.
func (s *search) prepare() {
	for i := range s.rows {
		a := &s.rows[i]
		if _, ok := s.obs.opening[a.SubClientID]; !ok && s.named[a.SubClientID] && a.Problem == nil {
			s.wish(a.SubClientID)
		}
	}
	slices.SortFunc(s.want, func(a, b wanted) int { return cmp.Or(cmp.Compare(a.second, b.second), cmp.Compare(a.id, b.id)) })
	for i := range s.want {
		s.index[s.want[i].id] = int32(i)
	}
	s.group()
	s.dates()
}

// take reads an answer's customers: wanted ones are found, members of named sub-clients kept for --complete, and all of them show how
// times and ids go together. It returns how many wanted ones were found. filter is the page's sub-client, "" for none.
func (s *search) take(p dakota.Page, q dakota.Query) int {
	page, list := s.place(q)
	s.answers++
	fresh := 0
	differences := make([]int64, 0, len(p.Customers))
	for _, c := range p.Customers {
		now := Seen{Customer: c, At: p.At, page: page, list: list}
		if list > 0 {
			l := &s.obs.lists[list-1]
			now.at, l.created = int32(len(l.created)), append(l.created, c.CreatedAt)
		}
		if t := idSecond(c.ID); t != 0 {
			differences = append(differences, c.CreatedAt-t)
		}
		i, ok := s.index[c.ID]
		switch {
		case ok:
			s.obs.see(now)
			if s.settle(int(i), found) {
				fresh++
				s.times.judge(s.want[i].second, c.CreatedAt)
			}
		case s.o.Complete && s.named[c.SubClientID] || s.welcome(c.ID):
			s.obs.see(now)
		default:
			s.others = append(s.others, c.ID)
		}
	}
	s.times.learn(differences, pageSpan(p)/20)
	if p.At.After(s.obs.Until) {
		s.obs.Until = p.At
	}
	s.progress()
	return fresh
}

// place numbers the page or the stretch of a sub-client's list that a query belongs to; a cursor goes on with the stretch before.
func (s *search) place(q dakota.Query) (page, list int32) {
	if q.SubClientID == "" {
		s.obs.pages = append(s.obs.pages, q)
		return int32(len(s.obs.pages)), 0
	}
	if q.After == "" {
		s.obs.lists = append(s.obs.lists, memberList{subClient: q.SubClientID})
	}
	if n := len(s.obs.lists); n > 0 && s.obs.lists[n-1].subClient == q.SubClientID {
		return 0, int32(n)
	}
	return 0, 0
}

// welcome tells whether to keep what is said of a customer that nobody asked for: because a row names it all the same, or because
// something was kept of it already, which a later answer must replace.
func (s *search) welcome(id string) bool {
	_, ok := s.obs.seen[id]
	return ok || s.idle[id]
}

// settle changes the state of a wanted id; false when it was settled already.
func (s *search) settle(i int, state wantedState) bool {
	w := &s.want[i]
	if w.settled() {
		return false
	}
	w.state = state
	s.left--
	if state == found {
		s.known++
	}
	if w.group != nil {
		w.group.left--
	}
	return true
}

func (s *search) progress() {
	if s.o.Progress != nil {
		s.o.Progress(len(s.want)-s.left, len(s.want))
	}
}

// pageSpan is the time between the first and the last customer of a page, in seconds.
func pageSpan(p dakota.Page) int64 {
	if len(p.Customers) == 0 {
		return 0
	}
	return p.Customers[len(p.Customers)-1].CreatedAt - p.Customers[0].CreatedAt
}
