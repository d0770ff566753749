package report

import (
	"encoding/csv"
	"io"

	"github.com/gocarina/gocsv"

	"dakota-reconcile/reconcile"
)

// batch is the number of rows rendered at a time: a run of a million rows needs memory for these, not for all.
const batch = 1000

// writeCSV writes the contract's columns and then the input's own further ones.
func writeCSV(w io.Writer, run reconcile.Run, _ Options) error {
	out := &widened{Writer: csv.NewWriter(w), source: run.Source}
	if err := gocsv.MarshalCSV([]line{}, out); err != nil { // the header alone
		return err
	}
	for start := 0; start < len(run.Results); start += batch {
		out.rows = run.Results[start:min(start+batch, len(run.Results))]
		lines := make([]line, len(out.rows))
		for i, r := range out.rows {
			lines[i] = lineOf(r)
		}
		if err := gocsv.MarshalCSVWithoutHeaders(lines, out); err != nil {
			return err
		}
	}
	return nil
}

// widened is a CSV writer that adds the input's further columns to each record that gocsv hands it and neutralises every cell: one
// place that all of them pass.
type widened struct {
	*csv.Writer
	source reconcile.Source
	rows   []reconcile.Result // those still to come; nil before the header
	header bool               // was written
}

// Write adds the further cells to the header or to the next row.
func (w *widened) Write(record []string) error {
	record = record[:len(record):len(record)] // gocsv uses its slice again
	if !w.header {
		w.header = true
		for _, name := range w.source.Columns {
			record = append(record, cell(name))
		}
		return w.Writer.Write(neutralised(record))
	}
	for i := range w.source.Columns {
		record = append(record, furtherCell(w.rows[0], i))
	}
	w.rows = w.rows[1:]
	return w.Writer.Write(neutralised(record))
}

func neutralised(record []string) []string {
	safe := make([]string, len(record))
	for i, s := range record {
		safe[i] = neutralInside(s)
	}
	return safe
}
