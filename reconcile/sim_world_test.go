package reconcile_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"dakota-reconcile/dakota/dakotatest"
	"dakota-reconcile/reconcile"
)

// simStore is the durable record of the simulated run, as a ledger keeps it: an intent is on the disk when Intend returns, a conclusion
// only when a later intent or the end of the run has carried it there.
type simStore struct {
	rows    []reconcile.Result // nil: no run was begun
	intents []map[int]bool     // durable, by row
	open    []bool             // whether a row has an intent behind its last durable conclusion
	pending []simConclusion    // not durable yet
}

type simConclusion struct {
	row    int
	result reconcile.Result
}

func (s *simStore) begin(rows []reconcile.Result) {
	s.rows, s.open, s.intents = slices.Clone(rows), make([]bool, len(rows)), make([]map[int]bool, len(rows))
}

func (s *simStore) flush(n int) {
	for _, c := range s.pending[:n] {
		s.rows[c.row], s.open[c.row] = c.result, false
	}
	s.pending = nil
}

func (s *simStore) intend(row, attempt int) {
	s.flush(len(s.pending))
	if s.intents[row] == nil {
		s.intents[row] = map[int]bool{}
	}
	s.intents[row][attempt], s.open[row] = true, true
}

// finish is the end of a run that was not killed.
func (s *simStore) finish(rows []reconcile.Result) {
	s.flush(len(s.pending))
	s.rows = slices.Clone(rows)
	clear(s.open)
}

func (s *simStore) load() []reconcile.Result {
	rows := slices.Clone(s.rows)
	for i := range rows {
		if s.open[i] {
			rows[i].Status, rows[i].Attempts = reconcile.InDoubt, len(s.intents[i])
		}
	}
	return rows
}

// sighting is a reading as the process got it.
type sighting struct {
	value    string
	sent, at time.Time
}

// dispatch is a PATCH that left the process, from its leaving to its end.
type dispatch struct{ sent, ended time.Time }

// simLife is one process: from its start until it ends or is killed. It is the journal of its run, and the network as it sees it.
type simLife struct {
	w      *simWorld
	kill   context.CancelCauseFunc
	dead   bool
	events int
	dieAt  int // the event at which it is killed; 0: never

	listening map[string]bool // whom pages of many tell of; nil: everybody
}

// How a process ends before its run does.
var (
	errKilled      = errors.New("killed")
	errInterrupted = errors.New("interrupted")
)

// simWorld is everything of one seed.
type simWorld struct {
	seed   uint64
	rnd    *rand.Rand
	server *dakotatest.Server
	sheet  []reconcile.Assignment

	policy    reconcile.ConflictPolicy
	staleness time.Duration
	gate      time.Duration

	disk *simDisk // nil: the model alone keeps the record

	mu         sync.Mutex
	store      simStore
	first      []reconcile.Result // the run's first plan
	sightings  map[string][]sighting
	dispatches map[string][]dispatch
	broken     []string // rules broken, as they are seen
	crashes    int
	settled    int            // rows in doubt after a kill
	batched    int            // plans with batches to be read again
	meets      map[string]int // what the processes met
}

// event counts a step of the process and tells whether it is still alive after it.
func (l *simLife) event() bool {
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	l.events++
	if l.events == l.dieAt && !l.dead {
		l.dead = true
		l.w.crashes++
		l.kill(errKilled)
		l.w.store.flush(l.w.rnd.IntN(len(l.w.store.pending) + 1)) // the operating system has written some of them
		if l.w.disk != nil {
			l.w.disk.kill()
		}
	}
	return !l.dead
}

// begin records a new run, unless the process was killed before it could.
func (l *simLife) begin(ctx context.Context, p *reconcile.Plan) error {
	if !l.event() {
		return errKilled
	}
	if l.w.disk != nil {
		if err := l.w.disk.begin(ctx, p.Rows); err != nil {
			return err
		}
	}
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	l.w.store.begin(p.Rows)
	l.w.first = slices.Clone(p.Rows)
	return nil
}

func (l *simLife) Intend(ctx context.Context, intents ...reconcile.Intent) error {
	if !l.event() {
		return errKilled
	}
	if l.w.disk != nil {
		if err := l.w.disk.record.Intend(ctx, intents...); err != nil {
			return err
		}
	}
	l.w.mu.Lock()
	for _, i := range intents {
		l.w.store.intend(i.Row, i.Attempt)
	}
	l.w.mu.Unlock()
	if !l.event() {
		return errKilled
	}
	return nil
}

func (l *simLife) Conclude(row int, r reconcile.Result) error {
	if !l.event() {
		return errKilled
	}
	if l.w.disk != nil {
		if err := l.w.disk.record.Conclude(row, r); err != nil {
			return err
		}
	}
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	l.w.store.pending = append(l.w.store.pending, simConclusion{row, r})
	return nil
}

// RoundTrip is the process's way to the API. Nothing leaves a process that was killed; what it sent before is done all the same.
func (l *simLife) RoundTrip(r *http.Request) (*http.Response, error) {
	if !l.event() {
		return nil, errKilled
	}
	sent := time.Now()
	customer := ""
	if r.Method == http.MethodPatch {
		customer = path.Base(path.Dir(r.URL.Path))
		l.w.leaves(customer, sent)
	}
	resp, err := l.w.server.RoundTripper().RoundTrip(r)
	if customer != "" {
		l.w.returned(customer, sent, resp, err)
	}
	if !l.event() {
		if resp != nil {
			_ = resp.Body.Close()
		}
		return nil, errKilled
	}
	if err != nil || r.Method != http.MethodGet || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	body, readErr := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if readErr == nil {
		l.sees(r, body, sent)
	}
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), &failingReader{readErr}))
	return resp, nil
}

type failingReader struct{ err error }

func (f *failingReader) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

// sees takes down what a reading told the process.
func (l *simLife) sees(r *http.Request, body []byte, sent time.Time) {
	type seen struct {
		ID          string `json:"id"`
		SubClientID string `json:"sub_client_id"`
	}
	var answer struct {
		seen
		Data []seen `json:"data"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return
	}
	w, q := l.w, r.URL.Query()
	w.mu.Lock()
	defer w.mu.Unlock()
	from, to := q.Get("created_at_from"), q.Get("created_at_to")
	oneSecond := len(from) >= len(time.DateTime) && strings.HasPrefix(to, from[:len(time.DateTime)])
	many := len(answer.Data) > 0 && !oneSecond
	for _, c := range append(answer.Data, answer.seen) {
		if many && l.listening != nil && !l.listening[c.ID] {
			continue
		}
		if c.ID != "" && (len(answer.Data) > 0 || c.ID == path.Base(r.URL.Path)) {
			w.sightings[c.ID] = append(w.sightings[c.ID], sighting{c.SubClientID, sent, time.Now()})
		}
	}
}
