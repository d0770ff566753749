package input

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

func BenchmarkHalfMillionWorkbookRows(b *testing.B) {
	path := halfMillionRows(b)
	var bare, ours time.Duration
	b.Run("excelize", func(b *testing.B) {
		for range b.N {
			streamBare(b, path)
		}
		bare = b.Elapsed() / time.Duration(b.N)
	})
	for _, mode := range []struct {
		name string
		read func(*os.File) (*Table, error)
	}{
		{"check", func(f *os.File) (*Table, error) { return Check(f, f.Name(), testOptions()) }},
		{"read", func(f *os.File) (*Table, error) { return Read(f, f.Name(), testOptions()) }},
	} {
		b.Run(mode.name, func(b *testing.B) {
			peak := watchMemory(b)
			for range b.N {
				f, err := os.Open(path)
				if err != nil {
					b.Fatal(err)
				}
				t, err := mode.read(f)
				if err != nil || t.Rows != 500_000 || len(t.Problems) > 0 {
					b.Fatal(t.Rows, len(t.Problems), err)
				}
				runtime.KeepAlive(t)
				f.Close()
			}
			ours = b.Elapsed() / time.Duration(b.N)
			b.ReportMetric(peak(), "MB")
			if bare > 0 {
				b.ReportMetric(float64(ours)/float64(bare), "×excelize")
			}
		})
	}
}

func halfMillionRows(b *testing.B) string {
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	row := func(n int, cells ...any) {
		if err := w.SetRow("A"+strings.TrimPrefix(cellName(1, int32(n)), "A"), cells); err != nil {
			b.Fatal(err)
		}
	}
	row(1, "customer_id", "sub_client_id", "name")
	for i := range 500_000 {
		row(i+2, testID(i), testID(4_000_000+i%300), "Customer")
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "half.xlsx")
	if err := f.SaveAs(path); err != nil {
		b.Fatal(err)
	}
	return path
}

func streamBare(b *testing.B, path string) {
	f, err := excelize.OpenFile(path, excelize.Options{TmpDir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	rows, err := f.Rows("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for rows.Next() {
		if _, err := rows.Columns(); err != nil {
			b.Fatal(err)
		}
		n++
	}
	if err := rows.Close(); err != nil || n != 500_001 {
		b.Fatal(n, err)
	}
}

func TestEmptyResultsOfFormulasAreNeverBlank(t *testing.T) {
	array := `<c r="REF" t="str"><f t="array" ref="B2:B4">X</f><v>{s1}</v></c>`
	tests := []struct{ name, rows string }{
		{"a result without its formula", raw(3, "{c2}", `<c r="REF" t="str"><v></v></c>`)},
		{"the same without a value", raw(3, "{c2}", `<c r="REF" t="str"/>`)},
		{"in an array, another kind", raw(3, "{c2}", `<c r="REF" t="s"><v>0</v></c>`)},
		{"in an array, no value", raw(3, "{c2}", `<c r="REF" s="1"/>`)},
		{"in an array, left out", inline(3, "{c2}")},
		{"a space", raw(5, "{c2}", `<c r="REF" t="str"><f>X</f><v xml:space="preserve"> </v></c>`)},
		{"a no-break space", raw(5, "{c2}", `<c r="REF" t="str"><f>X</f><v>&#160;</v></c>`)},
		{"a zero-width space, escaped", raw(5, "{c2}", `<c r="REF" t="str"><f>X</f><v>_x200B_</v></c>`)},
		{"a shared text that is empty", raw(5, "{c2}", `<c r="REF" t="s"><f>X</f><v>0</v></c>`)},
		{"a shared text without its number", raw(5, "{c2}", `<c r="REF" t="s"><f>X</f></c>`)},
		{"an inline text that is empty", raw(5, "{c2}", `<c r="REF" t="inlineStr"><f>X</f><is><t></t></is></c>`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			first := raw(2, "{c1}", array)
			table, err := Read(strings.NewReader(book(headRow+fill(first+tt.rows), "")), "x.xlsx", testOptions())
			if err != nil || len(table.Problems) != 1 || table.Problems[0].Code != "formula" || !strings.Contains(table.Problems[0].Cell, "B") {
				t.Errorf("a formula's empty result is not refused\n%s", show(table, err))
			}
		})
	}
	table, err := Read(strings.NewReader(book(headRow+fill(raw(2, "{c1}", array)+raw(5, "{c2}", `<c r="REF" s="1"/>`)))), "x.xlsx", testOptions())
	if err != nil || len(table.Problems) != 0 || table.Blanks != 1 {
		t.Errorf("an empty cell below the array is not believed\n%s", show(table, err))
	}
}

func TestWorkbookCellsAreIdsOnlyWhenTheyAreText(t *testing.T) {
	f := excelize.NewFile()
	set := func(cell string, values ...any) {
		if err := f.SetSheetRow("Sheet1", cell, &values); err != nil {
			t.Fatal(err)
		}
	}
	set("A1", "Customers of May")
	set("A3", "name", "Customer ID", "Sub-Client ID", "when")
	set("A4", "x", testID(1), testID(2), testNow) // a good row: the date shows as the program shows it
	set("A6", "y", 12345678901234, testID(2), 1.5)
	set("A7", "z", testID(3), nil, 1.5) // truly empty
	set("B8", testID(4))
	if err := f.SetCellFormula("Sheet1", "C8", "A1"); err != nil {
		t.Fatal(err)
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	table, err := Read(bytes.NewReader(b.Bytes()), "x.xlsx", testOptions())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range table.Assignments {
		line := fmt.Sprintf("%d %q %q %v", a.Row, a.CustomerID, a.SubClientID, a.Further)
		if a.Problem != nil {
			line += " " + a.Problem.Code
		}
		got = append(got, line)
	}
	want := []string{
		fmt.Sprintf("4 %q %q [x 11/22/26 09:00]", testID(1), testID(2)),
		fmt.Sprintf(`6 "12345678901234" %q [y 1.5] number`, testID(2)),
		fmt.Sprintf(`7 %q "" [z 1.5]`, testID(3)),
		fmt.Sprintf(`8 %q %q [ ] formula`, testID(4), unclear),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAHiddenSheetWithTheColumnsIsNamed(t *testing.T) {
	hidden := tab{"Old", "hidden", headRow + inline(2, "{c1}", "{s1}")}
	for _, visible := range []string{"", inline(1, "name", "customer id") + inline(2, "A", "{c1}")} {
		book := zipped(bookParts("", tab{name: "Cover", xml: visible}, hidden, tab{"Older", "hidden", inline(1, "x")})...)
		_, err := Read(strings.NewReader(book), "x.xlsx", testOptions())
		if err == nil || !strings.Contains(err.Error(), `both columns are in "Old" (hidden): name that sheet with --sheet if it is meant`) {
			t.Error(err)
		}
	}
}

func TestATextThatItsFormatHidesIsNoDamage(t *testing.T) {
	f := excelize.NewFile()
	for i, row := range [][]any{{"customer_id", "sub_client_id"}, {testID(1), testID(2)}} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	nothing := ";;;"
	style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &nothing})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellStyle("Sheet1", "B2", "B2", style); err != nil {
		t.Fatal(err)
	}
	_, err = Read(strings.NewReader(saved(f)), "x.xlsx", testOptions())
	if err == nil || !strings.Contains(err.Error(), "x.xlsx:Sheet1!B2: the cell holds a text and shows none: its number format, ;;; perhaps, hides it") {
		t.Error(err)
	}
}
