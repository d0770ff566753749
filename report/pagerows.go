package report

import (
	"encoding/json"

	"dakota-reconcile/reconcile"
)

// pageData is the rows as the page's script reads them. Texts that come again and again stand once in Texts and are named by their
// place, so that tens of thousands of rows still make a page that opens.
type pageData struct {
	Columns []string `json:"columns"` // the input's further ones
	Texts   []string `json:"texts"`   // the first is ""
	Rows    [][]any  `json:"rows"`    // in the order of the script's field names
}

// pool keeps texts once.
type pool struct {
	texts []string
	at    map[string]int
}

func (p *pool) place(s string) int {
	i, ok := p.at[s]
	if !ok {
		i = len(p.texts)
		p.at[s] = i
		p.texts = append(p.texts, s)
	}
	return i
}

// pageJSON returns the data as JSON that can stand in a script element: < > and & are written as escapes.
func pageJSON(run reconcile.Run) ([]byte, error) {
	p := &pool{at: map[string]int{}}
	p.place("")
	d := pageData{Columns: make([]string, len(run.Source.Columns)), Rows: make([][]any, len(run.Results))}
	for i, c := range run.Source.Columns {
		d.Columns[i] = cell(c)
	}
	for i, r := range run.Results {
		l := lineOf(r)
		var a advice
		if amiss(run, r.Status) {
			a = adviceFor(r)
		}
		row := []any{
			int(r.Row), l.CustomerID, l.CustomerName, p.place(l.PreviousID), p.place(l.PreviousName), p.place(l.SubClientID),
			p.place(l.SubClientName), p.place(l.Action), p.place(l.Status), p.place(oneLine(r.KYBBefore)), p.place(l.KYBStatus),
			r.HTTPStatus, p.place(l.ErrorCode), p.place(l.Error), p.place(a.Title), p.place(a.Do), l.RequestID, r.Attempts,
			l.FinishedAt, int(r.Same),
		}
		for j := range run.Source.Columns {
			row = append(row, p.place(furtherCell(r, j)))
		}
		d.Rows[i] = row
	}
	d.Texts = p.texts
	return json.Marshal(d)
}
