package reconcile

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// planSchema is the version of the plan file. A change that older readers would misread raises it.
const planSchema = 1

// planMark begins every plan file.
const planMark = `{"dakota_reconcile_plan":`

// SavedPlan is a plan in a file, with what it was based on: somebody reads it, and later it is applied as far as it still fits.
type SavedPlan struct {
	Environment string    `json:"environment"`
	BaseURL     string    `json:"base_url"`
	Account     string    `json:"account"` // as in Run
	Made        time.Time `json:"made"`
	Source      Source    `json:"source"`
	RefuseKYB   []string  `json:"refuse_kyb,omitempty"`
	Limit       int       `json:"limit,omitempty"`
	Complete    bool      `json:"complete,omitempty"`
	Prune       bool      `json:"prune,omitempty"`
	Rows        []Result  `json:"-"` // as they were planned
}

// planHeader is a plan file's first line; its rows follow, a line each.
type planHeader struct {
	Schema int `json:"dakota_reconcile_plan"`
	SavedPlan
	Count  int    `json:"rows"`
	Digest string `json:"digest"`
}

// planRow is a row of a plan file.
type planRow struct {
	Row          int32     `json:"row,omitempty"`
	Same         int32     `json:"same,omitempty"`
	CustomerID   string    `json:"customer_id"`
	CustomerName string    `json:"customer_name,omitempty"`
	SubClientID  string    `json:"sub_client_id"`
	SubClient    string    `json:"sub_client_name,omitempty"`
	PreviousID   string    `json:"previous_sub_client_id"`
	Previous     string    `json:"previous_sub_client_name,omitempty"`
	Keep         bool      `json:"keep,omitempty"`
	Action       Action    `json:"action"`
	Status       Status    `json:"status"`
	KYBStatus    string    `json:"kyb_status,omitempty"`
	ErrorCode    string    `json:"error_code,omitempty"`
	Error        string    `json:"error,omitempty"`
	CreatedAt    int64     `json:"created_at,omitempty"`
	ObservedAt   time.Time `json:"observed_at,omitzero"`
	Further      []string  `json:"further,omitempty"`
}

// digest is a hash of what rows would do, in hex: the same for two plans that change the same customers in the same way.
func digest(rows []Result) string {
	h := sha256.New()
	for i := range rows {
		r := &rows[i]
		fmt.Fprintf(h, "%d\t%d\t%t\t%q\t%q\t%q\t%s\t%s\n", r.Row, r.Same, r.Keep, r.CustomerID, r.SubClientID, r.PreviousID, r.Action, r.Status)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// IsPlan tells whether a file that begins so is a plan file.
func IsPlan(beginning []byte) bool { return bytes.HasPrefix(beginning, []byte(planMark)) }

// SavePlan writes a plan file: lines of JSON, the first about the plan, then one for each row.
func SavePlan(w io.Writer, s SavedPlan) error {
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(planHeader{planSchema, s, len(s.Rows), digest(s.Rows)}); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	for i := range s.Rows {
		if err := e.Encode(saveRow(&s.Rows[i])); err != nil {
			return fmt.Errorf("write the plan: row %d: %w", s.Rows[i].Row, err)
		}
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
}

// LoadPlan reads a plan file. It refuses one of another schema, one that was cut short and one whose rows were edited.
func LoadPlan(r io.Reader) (SavedPlan, error) {
	d := json.NewDecoder(r)
	var h planHeader
	if err := d.Decode(&h); err != nil {
		return SavedPlan{}, fmt.Errorf("read the plan: its first line: %w", err)
	}
	if h.Schema != planSchema {
		return SavedPlan{}, fmt.Errorf("read the plan: it has schema version %d and this program reads %d: make a new plan", h.Schema, planSchema)
	}
	for {
		var row planRow
		err := d.Decode(&row)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return SavedPlan{}, fmt.Errorf("read the plan: line %d: %w", len(h.Rows)+2, err)
		}
		h.Rows = append(h.Rows, row.load())
	}
	if len(h.Rows) != h.Count {
		return SavedPlan{}, fmt.Errorf("read the plan: it has %d of its %d rows: make a new plan", len(h.Rows), h.Count)
	}
	if digest(h.Rows) != h.Digest {
		return SavedPlan{}, errors.New("read the plan: its rows are not those that were planned: correct the input and make a new plan")
	}
	return h.SavedPlan, nil
}

func saveRow(r *Result) planRow {
	return planRow{
		Row: r.Row, Same: r.Same, CustomerID: r.CustomerID, CustomerName: r.CustomerName, SubClientID: r.SubClientID, SubClient: r.SubClientName,
		PreviousID: r.PreviousID, Previous: r.PreviousName, Keep: r.Keep, Action: r.Action, Status: r.Status, KYBStatus: r.KYBStatus,
		ErrorCode: r.ErrorCode, Error: r.Error, CreatedAt: r.CreatedAt, ObservedAt: r.ObservedAt, Further: r.Further,
	}
}

func (s planRow) load() Result {
	a := Assignment{Row: s.Row, Same: s.Same, CustomerID: s.CustomerID, SubClientID: s.SubClientID, Keep: s.Keep, Further: s.Further}
	c := Change{
		Assignment: a, Action: s.Action, CustomerName: s.CustomerName, SubClientName: s.SubClient,
		PreviousID: s.PreviousID, PreviousName: s.Previous, KYBBefore: s.KYBStatus, CreatedAt: s.CreatedAt, ObservedAt: s.ObservedAt,
	}
	return Result{Change: c, Status: s.Status, KYBStatus: s.KYBStatus, ErrorCode: s.ErrorCode, Error: s.Error}
}

// Assignments are the rows as they are to be planned again. What could not be used then is not tried now. Unlisted customers that were
// to be disassociated are among them, without a row; those that were not are left out, and --complete finds them again.
func (s SavedPlan) Assignments() []Assignment {
	all := make([]Assignment, 0, len(s.Rows))
	for i := range s.Rows {
		r := &s.Rows[i]
		if r.Status == Unlisted {
			continue
		}
		a := r.Assignment
		if r.Status == Invalid || r.ErrorCode == "not_read" {
			a.Problem = &Problem{r.ErrorCode, r.Error}
		}
		all = append(all, a)
	}
	return all
}

// Expect tells what each customer held when the plan was made, for [Policy] and [Observer].
func (s SavedPlan) Expect() map[string]string {
	expect := make(map[string]string, len(s.Rows))
	for i := range s.Rows {
		if r := &s.Rows[i]; !r.ObservedAt.IsZero() {
			expect[r.CustomerID] = r.PreviousID
		}
	}
	return expect
}

// Approved are the customers whose change the plan has, for [Policy]; those behind its limit included.
func (s SavedPlan) Approved() map[string]bool {
	approved := map[string]bool{}
	for i := range s.Rows {
		if r := &s.Rows[i]; r.Status == Planned || r.Status == NotAttempted && r.ErrorCode == "limit" {
			approved[r.CustomerID] = true
		}
	}
	return approved
}
