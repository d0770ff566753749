package report

import (
	"github.com/xuri/excelize/v2"

	"dakota-reconcile/reconcile"
)

// tint is a colour pair that can be read: dark text on a light ground.
type tint struct{ ground, text string }

// tints colour a status; the word stands in the cell as well, for those who see no colours.
var tints = map[reconcile.Status]tint{
	reconcile.Planned:      {"DDEBFB", "0B4F8A"},
	reconcile.Applied:      {"DCF3E4", "17603A"},
	reconcile.Unchanged:    {"F1F2F4", "4B5563"},
	reconcile.Failed:       {"FBDCDC", "8F1D1D"},
	reconcile.Conflict:     {"FCE6CF", "8A4607"},
	reconcile.InDoubt:      {"F3E3FA", "6B2C86"},
	reconcile.Refused:      {"FFF4CC", "6E5300"},
	reconcile.Invalid:      {"FBDCDC", "8F1D1D"},
	reconcile.NotAttempted: {"E7E5FA", "403A8C"},
	reconcile.Unlisted:     {"DDF1F4", "10555F"},
}

const textFormat = 49 // the built-in number format "@": what is typed into the cell later stays text too

// style returns the number of a style, made on its first use.
func (b *book) style(name string, s *excelize.Style) (int, error) {
	if id, ok := b.styles[name]; ok {
		return id, nil
	}
	id, err := b.NewStyle(s)
	b.styles[name] = id
	return id, err
}

// headerStyle is for the names of our columns.
func (b *book) headerStyle() (int, error) {
	return b.style("header", &excelize.Style{
		Font: bold(11, "FFFFFF"), Fill: fill("1F3A5F"), NumFmt: textFormat,
		Alignment: &excelize.Alignment{Vertical: "center"},
	})
}

// textStyle is for cells that stay text whatever is typed into them.
func (b *book) textStyle() (int, error) {
	return b.style("text", &excelize.Style{NumFmt: textFormat})
}

// statusStyle is for a cell that holds a status.
func (b *book) statusStyle(s reconcile.Status) (int, error) {
	t, ok := tints[s]
	if !ok {
		return b.textStyle()
	}
	return b.style(string(s), &excelize.Style{
		Font: bold(11, t.text), Fill: fill(t.ground), NumFmt: textFormat,
	})
}

func bold(size float64, color string) *excelize.Font {
	return &excelize.Font{Bold: true, Family: "Calibri", Size: size, Color: color}
}

func fill(color string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
}

// printable makes the sheet print across one page's width, lying, which is how people print tables.
func (b *book) printable(sheet string) error {
	fit, orientation, wide, tall := true, "landscape", 1, 0
	if err := b.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	return b.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: &orientation, FitToWidth: &wide, FitToHeight: &tall})
}
