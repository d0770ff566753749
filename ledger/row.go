package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"strings"
	"time"

	"dakota-reconcile/reconcile"
)

// rowBits is how much of a row's id is its position in the run; the rest is the run's number.
const rowBits = 32

// rowIDs are the first and the last id that a row of a run can have.
func rowIDs(seq int64) (first, last int64) { return seq << rowBits, seq<<rowBits | (1<<rowBits - 1) }

// rowColumns are the stored columns of a row, in the order of encodeRow and scanRow.
var rowColumns = []string{
	"id", "run_id", "row", "customer_id", "customer_name", "sub_client_id", "sub_client_name", "previous_sub_client_id",
	"previous_sub_client_name", "action", "status", "kyb_status", "http_status", "error_code", "error", "request_id", "attempts",
	"finished_at", "same_row", "keep", "problem_code", "problem", "kyb_before", "customer_created_at", "observed_at", "further",
}

var (
	putRow = "INSERT OR REPLACE INTO rows (" + strings.Join(rowColumns, ", ") + ") VALUES (?" +
		strings.Repeat(", ?", len(rowColumns)-1) + ")"
	selectRows = "SELECT " + strings.Join(rowColumns[2:], ", ") + " FROM rows WHERE id BETWEEN ? AND ? ORDER BY id"
)

// encodeRow makes the values of a stored row.
func encodeRow(id int64, run string, r *reconcile.Result) ([]any, error) {
	further, err := encodeCells(r.Further)
	if err != nil {
		return nil, err
	}
	var code, problem any
	if r.Problem != nil {
		code, problem = r.Problem.Code, r.Problem.Message
	}
	keep := int64(0)
	if r.Keep {
		keep = 1
	}
	return []any{
		id, run, int64(r.Row), r.CustomerID, r.CustomerName, r.SubClientID, r.SubClientName, r.PreviousID,
		r.PreviousName, string(r.Action), string(r.Status), r.KYBStatus, int64(r.HTTPStatus), r.ErrorCode, r.Error, r.RequestID, int64(r.Attempts),
		encodeTime(r.FinishedAt), int64(r.Same), keep, code, problem, r.KYBBefore, r.CreatedAt, encodeTime(r.ObservedAt), further,
	}, nil
}

// scanRow is the inverse of encodeRow, without the id and the run.
func scanRow(rows *sql.Rows, r *reconcile.Result) error {
	var finished, observed, code, problem, further sql.NullString
	err := rows.Scan(
		&r.Row, &r.CustomerID, &r.CustomerName, &r.SubClientID, &r.SubClientName, &r.PreviousID,
		&r.PreviousName, &r.Action, &r.Status, &r.KYBStatus, &r.HTTPStatus, &r.ErrorCode, &r.Error, &r.RequestID, &r.Attempts,
		&finished, &r.Same, &r.Keep, &code, &problem, &r.KYBBefore, &r.CreatedAt, &observed, &further,
	)
	if err != nil {
		return err
	}
	if code.Valid {
		r.Problem = &reconcile.Problem{Code: code.String, Message: problem.String}
	}
	if further.Valid {
		if err := json.Unmarshal([]byte(further.String), &r.Further); err != nil {
			return fmt.Errorf("%w: further cells of row %d: %w", ErrDamaged, r.Row, err)
		}
	}
	if r.FinishedAt, err = decodeTime(finished); err != nil {
		return err
	}
	r.ObservedAt, err = decodeTime(observed)
	return err
}

// encodeCells keeps no cells (NULL) and an empty list ("[]") apart, so that a run comes back as it was given.
func encodeCells(cells []string) (any, error) {
	if cells == nil {
		return nil, nil
	}
	return encodeJSON(cells)
}

// encodeJSON writes v as people like to read it in a query: without the escapes that HTML needs.
func encodeJSON(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// milliseconds is the form of every time in the ledger: text that sorts as the times do.
const milliseconds = "2006-01-02T15:04:05.000Z"

// encodeTime writes a time in UTC; the zero time is NULL. Runs have whole milliseconds; anything finer is kept rather than lost.
func encodeTime(t time.Time) any {
	switch {
	case t.IsZero():
		return nil
	case t.Nanosecond()%int(time.Millisecond) == 0:
		return t.UTC().Format(milliseconds)
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func decodeTime(s sql.NullString) (time.Time, error) {
	if !s.Valid {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, s.String)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return t.UTC(), nil
}

// rowWriter writes rows of one run and remembers what it wrote, so that finishing a run writes only what is new.
type rowWriter struct {
	run     string
	base    int64 // the id of the run's first row
	put     *sql.Stmt
	seed    maphash.Seed
	written []uint64 // a fingerprint of each row as it is in the file; 0 for not known
}

// write stores the row at a position and returns its fingerprint, for written once the transaction is committed.
func (w *rowWriter) write(position int, r *reconcile.Result) (uint64, error) {
	values, err := encodeRow(w.base+int64(position), w.run, r)
	if err != nil {
		return 0, err
	}
	sum := w.fingerprint(values)
	if position < len(w.written) && w.written[position] == sum {
		return sum, nil
	}
	_, err = w.put.Exec(values...)
	return sum, err
}

// writeAll stores all results and returns their fingerprints.
func (w *rowWriter) writeAll(ctx context.Context, results []reconcile.Result) ([]uint64, error) {
	sums := make([]uint64, len(results))
	for i := range results {
		if i%1000 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var err error
		if sums[i], err = w.write(i, &results[i]); err != nil {
			return nil, err
		}
	}
	return sums, nil
}

// fingerprint condenses a row's values; it is never 0.
func (w *rowWriter) fingerprint(values []any) uint64 {
	var h maphash.Hash
	h.SetSeed(w.seed)
	var n [9]byte
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			n[0] = 'n'
			_, _ = h.Write(n[:1])
		case int64:
			n[0] = 'i'
			binary.LittleEndian.PutUint64(n[1:], uint64(v))
			_, _ = h.Write(n[:])
		case string:
			n[0] = 's'
			binary.LittleEndian.PutUint64(n[1:], uint64(len(v)))
			_, _ = h.Write(n[:])
			_, _ = h.WriteString(v)
		}
	}
	return max(h.Sum64(), 1)
}
