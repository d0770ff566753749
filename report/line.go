package report

import (
	"strconv"
	"time"

	"dakota-reconcile/reconcile"
)

// line is one row of a report in the columns of the contract, as text ready to be shown: one line each, nothing that a terminal would
// run. Its tags are the columns' names and its order theirs.
type line struct {
	Row           string `csv:"row"`
	CustomerID    string `csv:"customer_id"`
	CustomerName  string `csv:"customer_name"`
	SubClientID   string `csv:"sub_client_id"`
	SubClientName string `csv:"sub_client_name"`
	PreviousID    string `csv:"previous_sub_client_id"`
	PreviousName  string `csv:"previous_sub_client_name"`
	Action        string `csv:"action"`
	Status        string `csv:"status"`
	KYBStatus     string `csv:"kyb_status"`
	HTTPStatus    string `csv:"http_status"`
	ErrorCode     string `csv:"error_code"`
	Error         string `csv:"error"`
	RequestID     string `csv:"request_id"`
	Attempts      string `csv:"attempts"`
	FinishedAt    string `csv:"finished_at"`
}

// lineOf returns the row as a report shows it. A row that the input does not have has no number; what is not known is empty.
func lineOf(r reconcile.Result) line {
	return line{
		Row:           known(int(r.Row)),
		CustomerID:    idText(r.CustomerID),
		CustomerName:  oneLine(r.CustomerName),
		SubClientID:   idText(r.SubClientID),
		SubClientName: oneLine(r.SubClientName),
		PreviousID:    oneLine(r.PreviousID),
		PreviousName:  oneLine(r.PreviousName),
		Action:        string(actionOf(r)),
		Status:        string(r.Status),
		KYBStatus:     oneLine(r.KYBStatus),
		HTTPStatus:    known(r.HTTPStatus),
		ErrorCode:     oneLine(r.ErrorCode),
		Error:         oneLine(r.Error),
		RequestID:     oneLine(r.RequestID),
		Attempts:      strconv.Itoa(r.Attempts),
		FinishedAt:    stamp(r.FinishedAt),
	}
}

// actionOf returns the row's action; a row that was settled before its action was known asks for none.
func actionOf(r reconcile.Result) reconcile.Action {
	if r.Action == "" {
		return reconcile.None
	}
	return r.Action
}

// columns are the names of the contract's columns, in order.
var columns = []string{
	"row", "customer_id", "customer_name", "sub_client_id", "sub_client_name", "previous_sub_client_id", "previous_sub_client_name",
	"action", "status", "kyb_status", "http_status", "error_code", "error", "request_id", "attempts", "finished_at",
}

// cells returns the line's values in the order of columns.
func (l line) cells() []string {
	return []string{
		l.Row, l.CustomerID, l.CustomerName, l.SubClientID, l.SubClientName, l.PreviousID, l.PreviousName,
		l.Action, l.Status, l.KYBStatus, l.HTTPStatus, l.ErrorCode, l.Error, l.RequestID, l.Attempts, l.FinishedAt,
	}
}

// furtherCell returns the row's cell in the i-th further column, "" when the row is shorter or is not in the input.
func furtherCell(r reconcile.Result, i int) string {
	if i < len(r.Further) {
		return cell(r.Further[i])
	}
	return ""
}

// known returns n as text, "" for 0, which stands for not known.
func known(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// stamp returns t as RFC 3339 in UTC to the millisecond, "" for the zero time.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
