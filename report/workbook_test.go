package report

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"dakota-reconcile/reconcile"
)

// open opens a workbook for a test.
func open(t testing.TB, b []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{TmpDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// dump returns a workbook as text: every cell with its type and, where it matters, the fill of its style.
func dump(t testing.TB, b []byte) string {
	t.Helper()
	f := open(t, b)
	var out strings.Builder
	for _, sheet := range f.GetSheetList() {
		fmt.Fprintf(&out, "== %s\n", sheet)
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for y, row := range rows {
			for x, v := range row {
				if v != "" {
					fmt.Fprintf(&out, "%s %s%s\n", axis(x+1, y+1), describe(t, f, sheet, axis(x+1, y+1)), oneLine(v))
				}
			}
		}
	}
	return out.String()
}

func describe(t testing.TB, f *excelize.File, sheet, at string) string {
	t.Helper()
	kind, err := f.GetCellType(sheet, at)
	if err != nil {
		t.Fatal(err)
	}
	if formula, err := f.GetCellFormula(sheet, at); err != nil || formula != "" {
		t.Errorf("%s!%s holds a formula: %q (%v)", sheet, at, formula, err)
	}
	switch kind {
	case excelize.CellTypeInlineString, excelize.CellTypeSharedString:
		return ""
	}
	return "(number) "
}

func TestWorkbookOfARunWithEveryStatusAndAction(t *testing.T) {
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			golden(t, s.name+".xlsx.txt", []byte(dump(t, render(t, XLSX, s.run()))))
		})
	}
}

// manual is a workbook as a person makes it: a title, colours, a formula, a date, widths, a merged cell, a second sheet, notes to the
// right, a comment, conditional colours, a list to choose from, a link, a chart, a picture, macros.
func manual(t testing.TB, run reconcile.Run) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(f.SetSheetName("Sheet1", "Customers"))
	check(f.SetCellStr("Customers", "A1", "Our partners"))
	check(f.MergeCell("Customers", "A1", "C1"))
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true, Color: "FF00FF"}, Fill: fill("FFFF00")})
	check(err)
	check(f.SetSheetRow("Customers", "A3", &[]string{"balance", "Customer ID", "city", "Sub-Client"}))
	check(f.SetCellStyle("Customers", "A3", "D3", bold))
	for _, r := range run.Results {
		if r.Row == 0 {
			continue
		}
		check(f.SetCellValue("Customers", axis(1, int(r.Row)), -12.5))
		check(f.SetCellStr("Customers", axis(2, int(r.Row)), r.CustomerID))
		check(f.SetCellFormula("Customers", axis(3, int(r.Row)), `"Ber"&"lin"`))
		check(f.SetCellStr("Customers", axis(4, int(r.Row)), r.SubClientID))
		check(f.SetRowHeight("Customers", int(r.Row), 21))
	}
	check(f.SetColWidth("Customers", "B", "B", 41))
	check(f.SetCellStr("Customers", "F7", "a note at the side"))
	check(f.AddComment("Customers", excelize.Comment{Cell: "B4", Author: "Mara", Text: "check this"}))
	red, err := f.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Color: "FF0000"}})
	check(err)
	check(f.SetConditionalFormat("Customers", "A4:A20", []excelize.ConditionalFormatOptions{{Type: "cell", Criteria: "<", Value: "0", Format: &red}}))
	list := excelize.NewDataValidation(true)
	list.Sqref = "C4:C20"
	check(list.SetDropList([]string{"Berlin", "Bern"}))
	check(f.AddDataValidation("Customers", list))
	check(f.SetCellHyperLink("Customers", "F7", "https://example.com", "External"))
	_, err = f.NewSheet("Summary") // the name that our sheet would have
	check(err)
	check(f.SetCellFormula("Summary", "A1", "SUM(Customers!A4:A20)"))
	check(f.AddChart("Summary", "C3", &excelize.Chart{Type: excelize.Col, Series: []excelize.ChartSeries{
		{Name: "balance", Categories: "Customers!$B$4:$B$8", Values: "Customers!$A$4:$A$8"},
	}}))
	var dot bytes.Buffer
	check(png.Encode(&dot, image.NewGray(image.Rect(0, 0, 8, 8))))
	check(f.AddPictureFromBytes("Customers", "H2", &excelize.Picture{Extension: ".png", File: dot.Bytes()}))
	check(f.AddVBAProject(vba()))
	var b bytes.Buffer
	check(f.Write(&b))
	return b.Bytes()
}

// vba is enough of an OLE file for excelize to take it for macros.
func vba() []byte {
	return append([]byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}, make([]byte, 2048)...)
}

// fromWorkbook is applied with a workbook as its input.
func fromWorkbook() reconcile.Run {
	run := applied()
	run.Source.Name, run.Source.Format, run.Source.Sheet = "partners november.xlsx", "xlsx", "Customers"
	run.Source.Columns = []string{"balance", "city"}
	return run
}

func renderInto(t testing.TB, run reconcile.Run, original []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, XLSX, run, Options{Original: original}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestUsersWorkbookKeepsEveryCellAndFormat(t *testing.T) {
	run := fromWorkbook()
	original := manual(t, run)
	before, after := open(t, original), open(t, renderInto(t, run, original))
	for _, sheet := range before.GetSheetList() {
		for y := 1; y <= 25; y++ {
			for x := 1; x <= 6; x++ {
				at := axis(x, y)
				if diff := cmp.Diff(cellOf(t, before, sheet, at), cellOf(t, after, sheet, at)); diff != "" {
					t.Errorf("%s!%s changed (-before +after)\n%s", sheet, at, diff)
				}
			}
		}
	}
	for _, part := range []struct {
		what string
		of   func(*excelize.File) (any, error)
	}{
		{"comments", func(f *excelize.File) (any, error) { return f.GetComments("Customers") }},
		{"conditional formats", func(f *excelize.File) (any, error) { return f.GetConditionalFormats("Customers") }},
		{"data validations", func(f *excelize.File) (any, error) { return f.GetDataValidations("Customers") }},
		{"merged cells", func(f *excelize.File) (any, error) { return f.GetMergeCells("Customers") }},
		{"column width", func(f *excelize.File) (any, error) { return f.GetColWidth("Customers", "B") }},
		{"row height", func(f *excelize.File) (any, error) { return f.GetRowHeight("Customers", 6) }},
	} {
		a, err := part.of(before)
		b, err2 := part.of(after)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if diff := cmp.Diff(a, b, cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
			t.Errorf("%s changed (-before +after)\n%s", part.what, diff)
		}
	}
}

// cellOf returns what a cell is: value, formula, style, type, link.
func cellOf(t testing.TB, f *excelize.File, sheet, at string) []any {
	t.Helper()
	value, err := f.GetCellValue(sheet, at, excelize.Options{RawCellValue: true})
	formula, err2 := f.GetCellFormula(sheet, at)
	style, err3 := f.GetCellStyle(sheet, at)
	kind, err4 := f.GetCellType(sheet, at)
	_, link, err5 := f.GetCellHyperLink(sheet, at)
	for _, err := range []error{err, err2, err3, err4, err5} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return []any{value, formula, style, kind, link}
}

func TestUsersWorkbookShowsResultsBesideTheirRows(t *testing.T) {
	run := fromWorkbook()
	f := open(t, renderInto(t, run, manual(t, run)))
	for i, name := range resultColumns { // column F holds a note, so results begin at G
		if got, err := f.GetCellValue("Customers", axis(7+i, 3)); err != nil || got != name {
			t.Errorf("header %s is %q, want %q (%v)", axis(7+i, 3), got, name, err)
		}
	}
	for _, r := range run.Results {
		if r.Row == 0 {
			continue
		}
		if got, err := f.GetCellValue("Customers", axis(7, int(r.Row))); err != nil || got != string(r.Status) {
			t.Errorf("row %d shows status %q, want %q (%v)", r.Row, got, r.Status, err)
		}
	}
	if got, want := f.GetSheetList(), []string{"Customers", "Summary", "Summary 2", "To fix", "Not in the file"}; !cmp.Equal(got, want) {
		t.Errorf("sheets %q, want %q", got, want)
	}
	if panes, err := f.GetPanes("Customers"); err != nil || !panes.Freeze || panes.YSplit != 3 {
		t.Errorf("the header is not frozen: %+v (%v)", panes, err)
	}
}

func TestReportCarriesNoMacros(t *testing.T) {
	run := fromWorkbook()
	z := unzip(t, renderInto(t, run, manual(t, run)))
	for name, content := range z {
		if strings.Contains(strings.ToLower(name), "vba") || strings.Contains(strings.ToLower(content), "vba") ||
			strings.Contains(strings.ToLower(content), "macroenabled") {
			t.Errorf("%s still speaks of macros", name)
		}
	}
	for _, part := range []string{"xl/charts/chart1.xml", "xl/media/image1.png", "xl/comments1.xml"} {
		if _, ok := z[part]; !ok {
			t.Errorf("%s is gone with the macros", part)
		}
	}
}

func unzip(t testing.TB, b []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		parts[f.Name] = string(content)
	}
	return parts
}

func TestReportIntoAnotherWorkbookNamesTheMissingSheet(t *testing.T) {
	run := fromWorkbook()
	run.Source.Sheet = "Elsewhere"
	err := Write(io.Discard, XLSX, run, Options{Original: manual(t, fromWorkbook())})
	if err == nil || !strings.Contains(err.Error(), `no sheet "Elsewhere"`) {
		t.Errorf("error %v does not name the sheet", err)
	}
	err = Write(io.Discard, XLSX, run, Options{Original: []byte("no workbook")})
	if err == nil || !strings.Contains(err.Error(), "open the input workbook") {
		t.Errorf("error %v does not name the workbook", err)
	}
}
