package reconcile_test

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"dakota-reconcile/dakota/dakotatest"
	"dakota-reconcile/reconcile"
)

func (w *simWorld) breaks(format string, args ...any) {
	w.broken = append(w.broken, fmt.Sprintf(format, args...))
}

// leaves checks a PATCH at the moment it leaves the process:
//
//	its intent is durable
//	it is based on a reading that is as fresh as was asked for
//	that reading shows what the plan was based on, unless conflicts are to be overwritten
//	that reading does not show the wish
//	that reading was begun after the PATCH before it had ended
func (w *simWorld) leaves(customer string, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.store.rows, func(r reconcile.Result) bool { return r.CustomerID == customer && r.Same == 0 })
	if i < 0 || !w.store.open[i] {
		w.breaks("%s: a PATCH left without its intent", customer)
		return
	}
	row := &w.first[i]
	seen := w.sightings[customer]
	if len(seen) == 0 {
		w.breaks("%s: a PATCH left without a reading", customer)
		return
	}
	last := seen[len(seen)-1]
	if age := now.Sub(last.at); w.staleness >= 0 && age > w.staleness+w.gate {
		w.breaks("%s: a PATCH left %s after its reading", customer, age)
	}
	if last.value == row.SubClientID {
		w.breaks("%s: a PATCH left though the reading before it shows the wish", customer)
	}
	if last.value != row.PreviousID && w.policy != reconcile.Overwrite {
		w.breaks("%s: a PATCH left though the reading before it shows somebody else's change", customer)
	}
	if sent := w.dispatches[customer]; len(sent) > 0 && !sent[len(sent)-1].ended.IsZero() && last.sent.Before(sent[len(sent)-1].ended) {
		w.breaks("%s: a PATCH left without a reading after the one before it", customer)
	}
	w.dispatches[customer] = append(w.dispatches[customer], dispatch{sent: now})
}

// returned takes down how a PATCH ended. One that was refused for the quota, or was never connected, is none.
func (w *simWorld) returned(customer string, sent time.Time, resp *http.Response, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.dispatches[customer]
	i := slices.IndexFunc(all, func(d dispatch) bool { return d.sent.Equal(sent) && d.ended.IsZero() })
	if i < 0 {
		return
	}
	if err == nil && resp.StatusCode == http.StatusTooManyRequests || err != nil && unconnected(err) {
		w.dispatches[customer] = slices.Delete(all, i, i+1)
		return
	}
	all[i].ended = time.Now()
}

// verify checks the run's report against the server's record.
func (w *simWorld) verify(rows []reconcile.Result) {
	if len(rows) != len(w.sheet) {
		w.breaks("%d rows are reported of %d", len(rows), len(w.sheet))
		return
	}
	changes := map[string][]dakotatest.Change{}
	for _, c := range w.server.Changes() {
		changes[c.CustomerID] = append(changes[c.CustomerID], c)
	}
	patches, ids := map[string][]dakotatest.Exchange{}, map[string]string{}
	for _, x := range w.server.Requests() {
		ids[x.RequestID] = x.CustomerID
		if x.Kind == dakotatest.Patch && !x.Throttled {
			patches[x.CustomerID] = append(patches[x.CustomerID], x)
		}
	}
	for i, r := range rows {
		if r.Row != w.sheet[i].Row || r.CustomerID != w.sheet[i].CustomerID || r.SubClientID != w.sheet[i].SubClientID {
			w.breaks("row %d is reported in the place of row %d", r.Row, w.sheet[i].Row)
			continue
		}
		if r.Same != 0 {
			w.verifyRepeated(r, rows)
			continue
		}
		w.verifyRow(r, changes[r.CustomerID], patches[r.CustomerID])
		if r.RequestID != "" && w.crashes == 0 && ids[r.RequestID] != r.CustomerID {
			w.breaks("row %d: no answer about %s had the id %s", r.Row, r.CustomerID, r.RequestID)
		}
	}
}

func (w *simWorld) verifyRepeated(r reconcile.Result, rows []reconcile.Result) {
	i := slices.IndexFunc(rows, func(f reconcile.Result) bool { return f.Row == r.Same })
	if f := rows[i]; f.Status != r.Status || f.ErrorCode != r.ErrorCode || f.KYBStatus != r.KYBStatus || r.Attempts != 0 {
		w.breaks("row %d is %s but repeats row %d, which is %s", r.Row, r.Status, f.Row, f.Status)
	}
}

// verifyRow checks that a row's word is true.
func (w *simWorld) verifyRow(r reconcile.Result, changes []dakotatest.Change, patches []dakotatest.Exchange) {
	f := simFacts{sent: len(patches)}
	f.made = slices.ContainsFunc(patches, func(x dakotatest.Exchange) bool { return x.Made })
	for _, c := range changes {
		if f.last = c.By == dakotatest.Foreign; !f.last {
			f.own = true
			if c.To != r.SubClientID {
				w.breaks("row %d: we moved %s to %q", r.Row, r.CustomerID, c.To)
			}
			continue
		}
		f.foreign = true
		f.others = f.others || r.Attempts > 0 && c.To == r.SubClientID
	}
	c, known := w.server.Customer(r.CustomerID)
	f.asWished, f.kyb = known && c.SubClientID == r.SubClientID, c.KYBStatus
	why := f.contradict(r)
	if r.Attempts < f.sent || r.Attempts > f.sent+w.crashes {
		why = fmt.Sprintf("%d PATCHes were sent", f.sent)
	}
	if why != "" {
		w.breaks("row %d (%s) is %s after %d attempts (%s), but %s", r.Row, r.CustomerID, r.Status, r.Attempts, r.Error, why)
	}
}

// simFacts are what the server's record says of a customer.
type simFacts struct {
	sent     int    // PATCHes that reached it
	made     bool   // one of them was made, if only to what was so already
	own      bool   // we changed it
	foreign  bool   // somebody else changed it
	others   bool   // somebody else made our change after an intent of ours: nothing tells that from ours
	last     bool   // the last change is somebody else's
	asWished bool   // it is as wished
	kyb      string // its kyb_status
}

// contradict returns what makes a row's status a lie; "" when it is none.
func (f simFacts) contradict(r reconcile.Result) string {
	switch r.Status {
	case reconcile.Applied:
		switch {
		case !f.made && !f.others:
			return "no PATCH of ours was made"
		case !f.asWished && !f.last:
			return "it is not as wished"
		case r.KYBStatus != f.kyb:
			return "its kyb_status is " + f.kyb
		}
	case reconcile.Unchanged:
		switch {
		case f.own && !f.last: // where somebody else did it last, it is their doing
			return "we changed it"
		case !f.asWished && !f.last && !r.Keep:
			return "it is not as wished"
		}
	case reconcile.Conflict:
		if !f.foreign {
			return "nobody else changed it"
		}
	case reconcile.Failed, reconcile.Refused, reconcile.Invalid:
		if f.own && !f.last {
			return "we changed it"
		}
	default:
		return "that is no end"
	}
	return ""
}
