package report

import (
	"fmt"

	"github.com/xuri/excelize/v2"

	"dakota-reconcile/reconcile"
)

// grid writes tables one below the other on a short sheet.
type grid struct {
	b     *book
	sheet string
	row   int // the next one
}

// summarySheet fills the sheet, which it adds unless it is there: the verdict, the totals, the causes, the control totals, kyb_status.
func (b *book) summarySheet(name string, run reconcile.Run) error {
	if i, err := b.GetSheetIndex(name); err != nil || i < 0 {
		if _, err := b.NewSheet(name); err != nil {
			return err
		}
	}
	g := &grid{b: b, sheet: name, row: 1}
	for i, w := range []float64{44, 34, 15, 12, 24, 14, 14, 40} {
		letter := string(rune('A' + i))
		if err := b.SetColWidth(name, letter, letter, w); err != nil {
			return err
		}
	}
	for _, part := range []func(reconcile.Run) error{g.verdict, g.facts, g.counts, g.causes, g.totals, g.kyb} {
		if err := part(run); err != nil {
			return fmt.Errorf("sheet %q: %w", name, err)
		}
	}
	if err := b.printable(name); err != nil {
		return err
	}
	off := false
	return b.SetSheetView(name, 0, &excelize.ViewOptions{ShowGridLines: &off})
}

// line writes one row of cells in one style; 0 is the plain one.
func (g *grid) line(style int, cells ...any) error {
	for i, c := range cells {
		if s, ok := c.(string); ok {
			c = sheetText(s)
		}
		if c == nil {
			continue
		}
		if err := g.b.SetCellValue(g.sheet, axis(i+1, g.row), c); err != nil {
			return err
		}
	}
	if style != 0 {
		if err := g.b.SetCellStyle(g.sheet, axis(1, g.row), axis(len(cells), g.row), style); err != nil {
			return err
		}
	}
	g.row++
	return nil
}

// table writes a title, a header if there is one, and rows, and a blank row behind them; nothing when there are no rows.
func (g *grid) table(title string, header []any, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	heading, err := g.b.style("heading", &excelize.Style{Font: bold(13, "1F3A5F")})
	if err != nil {
		return err
	}
	names, err := g.b.headerStyle()
	if err != nil {
		return err
	}
	g.row++
	if err := g.line(heading, title); err != nil {
		return err
	}
	if len(header) > 0 {
		if err := g.line(names, header...); err != nil {
			return err
		}
	}
	for _, r := range rows {
		if err := g.line(0, r...); err != nil {
			return err
		}
	}
	return nil
}

func (g *grid) verdict(run reconcile.Run) error {
	v := verdictOf(run)
	color := map[string]string{"good": "17603A", "plan": "0B4F8A", "warn": "8A4607", "bad": "8F1D1D"}[v.Tone]
	big, err := g.b.style("verdict", &excelize.Style{Font: bold(18, color)})
	if err != nil {
		return err
	}
	if err := g.line(big, v.Title); err != nil {
		return err
	}
	texts := []string{v.Text}
	if v.Cost != "" {
		texts = append(texts, "It takes "+v.Cost+".")
	}
	if v.Why != "" {
		texts = append(texts, "It ended early: "+v.Why+".")
	}
	if v.Next != "" {
		texts = append(texts, v.Next+" "+v.Command)
	}
	for _, t := range texts {
		if err := g.line(0, t); err != nil {
			return err
		}
	}
	return nil
}

func (g *grid) facts(run reconcile.Run) error {
	var rows [][]any
	for _, f := range factsOf(run) {
		rows = append(rows, []any{f.Name, f.Value})
	}
	return g.table("The run", nil, rows)
}

func (g *grid) counts(run reconcile.Run) error {
	n := tally(run)
	var rows [][]any
	for _, s := range reconcile.Statuses {
		if n[s] > 0 {
			rows = append(rows, []any{string(s), wordFor(run, s), n[s]})
		}
	}
	first := g.row + 3
	if err := g.table("What became of the rows", []any{"status", "meaning", "rows"}, rows); err != nil {
		return err
	}
	for i := range rows {
		style, err := g.b.statusStyle(reconcile.Status(rows[i][0].(string)))
		if err != nil {
			return err
		}
		if err := g.b.SetCellStyle(g.sheet, axis(1, first+i), axis(1, first+i), style); err != nil {
			return err
		}
	}
	return nil
}

func (g *grid) causes(run reconcile.Run) error {
	var rows [][]any
	for _, c := range causes(run) {
		rows = append(rows, []any{c.Title, c.Code, string(c.Status), len(c.Rows), c.ranges(8), c.Do})
	}
	return g.table("What needs attention, by cause", []any{"cause", "error_code", "status", "rows", "in rows", "what to do"}, rows)
}

func (g *grid) totals(run reconcile.Run) error {
	var rows [][]any
	for _, t := range totals(run) {
		row := []any{orElse(t.Name, t.ID), t.ID, unlessUnknown(t.Opening), t.In, t.Out, unlessUnknown(t.Expected), nil, nil}
		if t.Actual != nil {
			row[6] = *t.Actual
			row[7] = remark(t)
		}
		rows = append(rows, row)
	}
	return g.table("Control totals by sub-client",
		[]any{"sub-client", "sub_client_id", "opening", "in", "out", "expected", "actual", "difference"}, rows)
}

// remark is a control total's difference in words.
func remark(t reconcile.SubClientTotal) string {
	d := difference(t)
	switch {
	case t.Expected < 0:
		return "not known"
	case d == 0:
		return "none"
	case d > 0:
		return fmt.Sprintf("%d more: somebody else's change", d)
	}
	return fmt.Sprintf("%d fewer: somebody else's change", -d)
}

func unlessUnknown(n int) any {
	if n < 0 {
		return nil
	}
	return n
}

func (g *grid) kyb(run reconcile.Run) error {
	var rows [][]any
	for _, k := range kybOf(run) {
		rows = append(rows, []any{k.Status, nil, k.Before, k.After})
	}
	return g.table("kyb_status of the changed customers", []any{"kyb_status", "", "before", "after"}, rows)
}
