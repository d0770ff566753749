package report

import (
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"dakota-reconcile/reconcile"
)

// resultColumns stand beside the user's table: what became of the row first, what only support asks for last. The two ids are in the
// table already.
var resultColumns = []string{
	"status", "action", "customer_name", "sub_client_name", "previous_sub_client_name", "previous_sub_client_id", "kyb_status", "error",
	"error_code", "http_status", "request_id", "attempts", "finished_at",
}

// writeIntoOriginal writes a copy of the user's workbook: no cell, row, column or format of theirs is touched; the result columns
// stand to the right of everything on the sheet, further sheets behind theirs.
func writeIntoOriginal(w io.Writer, run reconcile.Run, original []byte) error {
	b, err := openBook(original)
	if err != nil {
		return err
	}
	defer b.Close()
	if i, err := b.GetSheetIndex(run.Source.Sheet); err != nil || i < 0 {
		return fmt.Errorf("the input workbook has no sheet %q: is it the file that was read?", oneLine(run.Source.Sheet))
	}
	if err := b.resultsBeside(run); err != nil {
		return fmt.Errorf("write results into sheet %q: %w", oneLine(run.Source.Sheet), err)
	}
	if err := b.summarySheet(b.free("Summary"), run); err != nil {
		return err
	}
	if err := b.fixSheet(run); err != nil {
		return err
	}
	var extra []reconcile.Result
	for _, r := range run.Results {
		if r.Row == 0 {
			extra = append(extra, r)
		}
	}
	if len(extra) > 0 {
		if err := b.rowsSheet("Not in the file", run, extra); err != nil {
			return err
		}
	}
	return b.finish(w)
}

// resultsBeside writes the result columns on the user's sheet.
func (b *book) resultsBeside(run reconcile.Run) error {
	sheet, head := run.Source.Sheet, max(int(run.Source.Header), 1)
	used, last, err := b.used(sheet)
	if err != nil {
		return err
	}
	if used+len(resultColumns) > excelize.MaxColumns {
		return fmt.Errorf("the sheet has %d columns: there is no room for %d more; write the report as .csv or .html", used, len(resultColumns))
	}
	if err := b.resultHeader(sheet, used+1, head); err != nil {
		return err
	}
	for _, r := range run.Results {
		if r.Row == 0 {
			continue
		}
		last = max(last, int(r.Row))
		cells, err := b.resultCells(r, resultColumns)
		if err != nil {
			return err
		}
		if err := b.besideRow(sheet, used+1, int(r.Row), cells); err != nil {
			return err
		}
	}
	return b.ease(sheet, head, used, last)
}

// used returns the sheet's last column and row that hold anything. The dimension that the file states is not believed: it is often wrong.
func (b *book) used(sheet string) (column, row int, err error) {
	rows, err := b.Rows(sheet)
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close() //nolint:errcheck // it was only read
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return 0, 0, err
		}
		if len(cells) > 0 {
			column, row = max(column, len(cells)), n
		}
	}
	merged, err := b.GetMergeCells(sheet, true)
	if err != nil {
		return 0, 0, err
	}
	for _, m := range merged {
		if c, _, err := excelize.CellNameToCoordinates(m.GetEndAxis()); err == nil {
			column = max(column, c)
		}
	}
	return column, row, rows.Error()
}

func (b *book) resultHeader(sheet string, column, row int) error {
	style, err := b.headerStyle()
	if err != nil {
		return err
	}
	for i, name := range resultColumns {
		if err := b.SetCellStr(sheet, axis(column+i, row), name); err != nil {
			return err
		}
		letter, err := excelize.ColumnNumberToName(column + i)
		if err != nil {
			return err
		}
		if err := b.SetColWidth(sheet, letter, letter, widths[name]); err != nil {
			return err
		}
	}
	return b.SetCellStyle(sheet, axis(column, row), axis(column+len(resultColumns)-1, row), style)
}

// besideRow writes cells into the row from the column on.
func (b *book) besideRow(sheet string, column, row int, cells []any) error {
	text, err := b.textStyle()
	if err != nil {
		return err
	}
	for i, c := range cells {
		at := axis(column+i, row)
		style := text
		if styled, ok := c.(excelize.Cell); ok {
			c, style = styled.Value, styled.StyleID
		}
		if c == nil {
			continue
		}
		if s, ok := c.(string); ok {
			if err := b.SetCellStr(sheet, at, s); err != nil {
				return err
			}
		} else if err := b.SetCellValue(sheet, at, c); err != nil {
			return err
		}
		if err := b.SetCellStyle(sheet, at, at, style); err != nil {
			return err
		}
	}
	return nil
}

// ease freezes the header and adds filters, where the user has none of either.
func (b *book) ease(sheet string, head, used, last int) error {
	panes, err := b.GetPanes(sheet)
	if err != nil {
		return err
	}
	if !panes.Freeze && !panes.Split {
		err := b.SetPanes(sheet, &excelize.Panes{
			Freeze: true, YSplit: head, TopLeftCell: axis(1, head+1), ActivePane: "bottomLeft",
		})
		if err != nil {
			return err
		}
	}
	first := 1
	tables, err := b.GetTables(sheet)
	if err != nil {
		return err
	}
	if len(tables) > 0 {
		first = used + 1 // a table has filters of its own, and Excel calls a file damaged in which two overlap
	}
	if b.filtered(sheet) {
		return nil
	}
	return b.AutoFilter(sheet, axis(first, head)+":"+axis(used+len(resultColumns), max(last, head+1)), nil)
}

// filtered reports whether the sheet has filters of the user's; they and the rows they hide stay as they are.
func (b *book) filtered(sheet string) bool {
	for _, n := range b.GetDefinedName() {
		if n.Name == "_xlnm._FilterDatabase" && n.Scope == sheet {
			return true
		}
	}
	return false
}
