package report

import (
	"io"

	"github.com/xuri/excelize/v2"

	"dakota-reconcile/reconcile"
)

// writeXLSX writes the user's own workbook with result columns, or where there is none a workbook of the same kind.
func writeXLSX(w io.Writer, run reconcile.Run, o Options) error {
	if run.Source.Format == "xlsx" && len(o.Original) > 0 {
		return writeIntoOriginal(w, run, o.Original)
	}
	b, err := newBook("Summary")
	if err != nil {
		return err
	}
	defer b.Close()
	if err := b.created(run); err != nil {
		return err
	}
	if err := b.summarySheet("Summary", run); err != nil {
		return err
	}
	if err := b.rowsSheet("Rows", run, run.Results); err != nil {
		return err
	}
	if err := b.fixSheet(run); err != nil {
		return err
	}
	return b.finish(w)
}

// widths of the contract's columns, in characters.
var widths = map[string]float64{
	"row": 7, "customer_id": 32, "customer_name": 34, "sub_client_id": 32, "sub_client_name": 28,
	"previous_sub_client_id": 32, "previous_sub_client_name": 28, "action": 13, "status": 14, "kyb_status": 15, "http_status": 11,
	"error_code": 22, "error": 50, "request_id": 24, "attempts": 9, "finished_at": 25,
}

// rowsSheet adds a sheet with the contract's columns and the input's further ones, one row for each result.
func (b *book) rowsSheet(name string, run reconcile.Run, rows []reconcile.Result) error {
	name, err := b.addSheet(name)
	if err != nil {
		return err
	}
	header := make([]column, 0, len(columns)+len(run.Source.Columns))
	for _, c := range columns {
		header = append(header, column{c, widths[c]})
	}
	for _, c := range run.Source.Columns {
		header = append(header, column{cell(c), 20})
	}
	s, err := b.stream(name, header, len(rows))
	if err != nil {
		return err
	}
	for _, r := range rows {
		cells, err := b.resultCells(r, columns)
		if err != nil {
			return err
		}
		for i := range run.Source.Columns {
			cells = append(cells, sheetText(furtherCell(r, i)))
		}
		if err := s.add(cells); err != nil {
			return err
		}
	}
	return s.Flush()
}

// resultCells returns the row's values in the given columns of the contract: numbers as numbers, the status in its colour.
func (b *book) resultCells(r reconcile.Result, names []string) ([]any, error) {
	status, err := b.statusStyle(r.Status)
	if err != nil {
		return nil, err
	}
	values := make(map[string]string, len(columns))
	for i, v := range lineOf(r).cells() {
		values[columns[i]] = v
	}
	asNumber := map[string]int{"row": int(r.Row), "http_status": r.HTTPStatus, "attempts": r.Attempts}
	cells := make([]any, len(names))
	for i, name := range names {
		number, isNumber := asNumber[name]
		switch {
		case name == "status":
			cells[i] = excelize.Cell{StyleID: status, Value: values[name]}
		case values[name] == "":
		case isNumber:
			cells[i] = number
		default:
			cells[i] = sheetText(values[name])
		}
	}
	return cells, nil
}
