package dakotatest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// wireSummary is the answer to the summary.
type wireSummary struct {
	Data []wireSubClient `json:"data"`
}

type wireSubClient struct {
	ID    string `json:"sub_client_id"`
	Name  string `json:"sub_client_name"`
	Count int    `json:"customer_count"`
}

func (s *Server) list(v *visit) *reply {
	values, err := url.ParseQuery(v.Query)
	if err != nil {
		return refuse(http.StatusBadRequest, "the query can't be read", fieldError{"query", err.Error(), "invalid"})
	}
	q, wrong := parseList(values)
	if len(wrong) > 0 {
		return refuse(http.StatusBadRequest, wrong[0].Field+" "+wrong[0].Message, wrong...)
	}
	p, ok := s.account.list(q, uint64(v.N))
	if !ok {
		field := "starting_after"
		if q.before != "" {
			field = "ending_before"
		}
		return refuse(http.StatusBadRequest, field+" is not a customer of this account", fieldError{field, "unknown cursor", "unknown"})
	}
	return &reply{status: http.StatusOK, body: s.render(p)}
}

func (s *Server) summary() *reply {
	s.account.subs.tidy(s.account.natural())
	answer := wireSummary{Data: []wireSubClient{}}
	for _, r := range s.account.subs.rows {
		n := 0
		if x := s.account.members[r.ID]; x != nil {
			n = len(x.rows)
		}
		if n > 0 || !s.OmitEmptySubClients {
			answer.Data = append(answer.Data, wireSubClient{r.ID, r.Name, n})
		}
	}
	return &reply{status: http.StatusOK, body: marshal(answer)}
}

func (s *Server) get(v *visit) *reply {
	r := s.account.byID[v.CustomerID]
	if r == nil {
		return refuse(http.StatusNotFound, "there is no customer "+v.CustomerID).coded("customer_not_found")
	}
	if v.fault.StaleRead {
		stale := *r
		stale.SubClientID = r.previous
		return &reply{status: http.StatusOK, body: s.show(&stale)}
	}
	return &reply{status: http.StatusOK, body: s.show(s.other(v, r))}
}

// other is the customer that a wrong answer shows.
func (s *Server) other(v *visit, r *record) *record {
	if !v.fault.WrongCustomer {
		return r
	}
	for _, o := range s.account.listed.rows {
		if o != r {
			return o
		}
	}
	return r
}

// show renders one customer.
func (s *Server) show(r *record) []byte {
	return append(r.appendJSON(nil, s.account.nameOf(r.SubClientID), s.Unassociated), '\n')
}

// render renders a page.
func (s *Server) render(p page) []byte {
	b := make([]byte, 0, 64+600*len(p.rows))
	b = append(b, `{"data":[`...)
	for i, r := range p.rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = r.appendJSON(b, s.account.nameOf(r.SubClientID), s.Unassociated)
	}
	return fmt.Appendf(b, `],"meta":{"total_count":%d,"has_more_after":%t,"has_more_before":%t}}`+"\n", p.total, p.after, p.before)
}

func (s *Server) patch(v *visit, at time.Time) *reply {
	to, wrong := v.wish()
	if wrong != nil {
		return wrong
	}
	r := s.account.byID[v.CustomerID]
	if r == nil {
		return refuse(http.StatusNotFound, "there is no customer "+v.CustomerID).coded("customer_not_found")
	}
	if wrong := s.allowed(r, to); wrong != nil {
		return wrong
	}
	switch {
	case v.fault.IgnoreChange:
	case v.fault.LateLanding > 0:
		s.land(at.Add(v.fault.LateLanding), func(at time.Time) { s.make(v, r, to, at) })
	default:
		s.make(v, r, to, at)
	}
	return &reply{status: http.StatusOK, body: s.show(s.other(v, r))}
}

// allowed checks what depends on the account.
func (s *Server) allowed(r *record, to string) *reply {
	const notOurs = "sub_client_id must reference a customer belonging to the same client"
	target := s.account.byID[to]
	switch {
	case to != "" && (target == nil || !target.IsSubClient || target.DeletedAt != 0 || to == r.ID):
		return refuse(http.StatusBadRequest, notOurs, fieldError{"sub_client_id", notOurs, "invalid_reference"}).coded("invalid_sub_client")
	case r.DeletedAt != 0:
		return refuse(http.StatusBadRequest, "this customer was deleted").coded("customer_deleted")
	case r.IsSubClient && s.RefuseSubClients:
		return refuse(http.StatusBadRequest, "a sub-client cannot belong to a sub-client").coded("customer_is_sub_client")
	}
	return nil
}

// wish reads a PATCH, strictly; "" is to be disassociated.
func (v *visit) wish() (to string, wrong *reply) {
	bad := func(field, message string) *reply {
		return refuse(http.StatusBadRequest, field+" "+message, fieldError{field, message, "invalid"})
	}
	media, _, err := mime.ParseMediaType(v.request.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return "", bad("Content-Type", "must be application/json")
	}
	if len(v.request.Header.Values("X-Idempotency-Key")) > 0 {
		return "", bad("x-idempotency-key", "belongs to POST and is not allowed here")
	}
	value, err := soleMember(v.Body, "sub_client_id")
	if err != nil {
		return "", bad("body", err.Error())
	}
	switch value := value.(type) {
	case nil:
		return "", nil
	case string:
		if validID(value) {
			return value, nil
		}
	}
	return "", bad("sub_client_id", "must be null or 27 digits and letters")
}

// soleMember reads a JSON object that has this one member with a plain value, and nothing else.
func soleMember(body, name string) (json.Token, error) {
	d := json.NewDecoder(strings.NewReader(body))
	errShape := errors.New("must be an object with the one member " + name)
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errShape
	}
	if t, err := d.Token(); err != nil || t != name {
		return nil, errShape
	}
	value, err := d.Token()
	if err != nil {
		return nil, errShape
	}
	if t, err := d.Token(); err != nil || t != json.Delim('}') {
		return nil, errShape
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("has something after its object")
	}
	return value, nil
}
