package report

import (
	"io"

	"dakota-reconcile/reconcile"
)

// fixSheet adds the sheet "To fix": the rows that are not as wished, in the input's own columns, so that it is the next input once they
// are corrected. Two columns at its right say what is wrong and what to do; the next run takes them for columns of the user's and
// carries them through.
func (b *book) fixSheet(run reconcile.Run) error {
	name, err := b.addSheet("To fix")
	if err != nil {
		return err
	}
	slots := inputSlots(run.Source)
	columns := make([]column, 0, len(slots)+2)
	for _, s := range slots {
		columns = append(columns, column{s.name, slotWidth(s)})
	}
	columns = append(columns, column{"what is wrong", 50}, column{"what to do", 80})
	var rows []reconcile.Result
	for _, r := range run.Results {
		if unfulfilled(run, r) {
			rows = append(rows, r)
		}
	}
	s, err := b.stream(name, columns, len(rows))
	if err != nil {
		return err
	}
	for _, r := range rows {
		texts := make([]string, 0, len(columns))
		for _, s := range slots {
			texts = append(texts, s.value(r))
		}
		if err := s.addText(append(texts, message(r), adviceFor(r).Do)); err != nil {
			return err
		}
	}
	return s.Flush()
}

func slotWidth(s slot) float64 {
	if s.id {
		return 32
	}
	return 20
}

// writeRejectsBook writes records, the first of which is the header, as a workbook of one sheet.
func writeRejectsBook(w io.Writer, records [][]string) error {
	b, err := newBook("To fix")
	if err != nil {
		return err
	}
	defer b.Close()
	if err := b.created(reconcile.Run{Command: "rejects"}); err != nil {
		return err
	}
	columns := make([]column, len(records[0]))
	for i, name := range records[0] {
		columns[i] = column{name, 32}
	}
	s, err := b.stream("To fix", columns, len(records)-1)
	if err != nil {
		return err
	}
	for _, r := range records[1:] {
		if err := s.addText(r); err != nil {
			return err
		}
	}
	if err := s.Flush(); err != nil {
		return err
	}
	return b.finish(w)
}
