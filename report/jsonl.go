package report

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"

	"dakota-reconcile/reconcile"
)

// record is a row as a JSON object: the names of the CSV's columns, numbers as numbers (null where they are not known), and the input's
// own further columns in an object of their own, so that a column named "status" hides none of ours.
type record struct {
	Row           *int    `json:"row"`
	CustomerID    string  `json:"customer_id"`
	CustomerName  string  `json:"customer_name"`
	SubClientID   string  `json:"sub_client_id"`
	SubClientName string  `json:"sub_client_name"`
	PreviousID    string  `json:"previous_sub_client_id"`
	PreviousName  string  `json:"previous_sub_client_name"`
	Action        string  `json:"action"`
	Status        string  `json:"status"`
	KYBStatus     string  `json:"kyb_status"`
	HTTPStatus    *int    `json:"http_status"`
	ErrorCode     string  `json:"error_code"`
	Error         string  `json:"error"`
	RequestID     string  `json:"request_id"`
	Attempts      int     `json:"attempts"`
	FinishedAt    string  `json:"finished_at"`
	Further       further `json:"further,omitempty"`
}

// further is an object whose members stand in the order of the input's columns.
type further []member

type member struct{ name, value string }

// MarshalJSON keeps the order, which a map would not.
func (f further) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, m := range f {
		b.WriteByte("{,"[min(i, 1)])
		for j, s := range []string{m.name, m.value} {
			text, err := json.Marshal(s)
			if err != nil {
				return nil, err
			}
			b.Write(text)
			if j == 0 {
				b.WriteByte(':')
			}
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// writeJSONL writes one object a row.
func writeJSONL(w io.Writer, run reconcile.Run, _ Options) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	names := unique(run.Source.Columns)
	for _, r := range run.Results {
		if err := enc.Encode(recordOf(r, names)); err != nil {
			return err
		}
	}
	return nil
}

func recordOf(r reconcile.Result, names []string) record {
	l := lineOf(r)
	rec := record{
		Row: number(int(r.Row)), CustomerID: l.CustomerID, CustomerName: l.CustomerName,
		SubClientID: l.SubClientID, SubClientName: l.SubClientName, PreviousID: l.PreviousID, PreviousName: l.PreviousName,
		Action: l.Action, Status: l.Status, KYBStatus: l.KYBStatus, HTTPStatus: number(r.HTTPStatus),
		ErrorCode: l.ErrorCode, Error: l.Error, RequestID: l.RequestID, Attempts: r.Attempts, FinishedAt: l.FinishedAt,
	}
	if r.Row == 0 { // not in the input, so without its columns
		return rec
	}
	for i, name := range names {
		rec.Further = append(rec.Further, member{name, furtherCell(r, i)})
	}
	return rec
}

func number(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// unique returns the columns' names, a repeated one with its count behind it: an object can't have two members of one name.
func unique(columns []string) []string {
	seen := make(map[string]bool, len(columns))
	names := make([]string, len(columns))
	for i, c := range columns {
		name := cell(c)
		for n := 2; seen[name]; n++ {
			name = cell(c) + " " + strconv.Itoa(n)
		}
		seen[name] = true
		names[i] = name
	}
	return names
}
