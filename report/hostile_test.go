package report

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"unicode"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"dakota-reconcile/reconcile"
)

// besetInput is beset where the two ids' cells are hostile too, as rows of an input that can't be used.
func besetInput() reconcile.Run {
	run := beset()
	for i := range run.Results {
		r := &run.Results[i]
		r.SubClientID, r.Status = r.CustomerName, reconcile.Invalid
	}
	return run
}

// calculates reports whether a spreadsheet would calculate a cell that holds s. It is written apart from what it checks, from the list
// of OWASP: the first character that is not a blank or invisible decides; numbers are harmless.
func calculates(s string) bool {
	s = strings.TrimLeftFunc(s, func(r rune) bool { return r == '"' || unicode.IsSpace(r) || !unicode.IsPrint(r) })
	sum := strings.NewReplacer("E+", "E", "E-", "E").Replace(strings.ToUpper(s))
	if s == "" || strings.Trim(sum, "+-0123456789.,E%") == "" && strings.LastIndexAny(sum, "+-") == 0 && strings.ContainsAny(sum, "0123456789") {
		return false
	}
	return strings.ContainsAny(s[:1], "=+-@") || strings.ContainsAny(string([]rune(s)[:1]), "＝＋－＠")
}

func TestNoCellOfATextFileCalculatesWhateverSeparatesItsCells(t *testing.T) {
	var rejects, export bytes.Buffer
	if _, err := Rejects(&rejects, CSV, besetInput()); err != nil {
		t.Fatal(err)
	}
	var customers []reconcile.Change
	for _, r := range besetInput().Results {
		customers = append(customers, r.Change)
	}
	if err := Export(&export, CSV, customers, nil); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"report": render(t, CSV, beset()), "validated": render(t, CSV, besetInput()), "rejects": rejects.Bytes(), "export": export.Bytes(),
	} {
		records, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, record := range records {
			for _, c := range record {
				if calculates(c) {
					t.Errorf("%s: a cell calculates: %.60q", name, c)
				}
				for _, part := range strings.FieldsFunc(c, func(r rune) bool { return strings.ContainsRune(";\t\r\n", r) }) {
					if part != record[0] && calculates(part) {
						t.Errorf("%s: split at another separator, a cell calculates: %.60q of %.60q", name, part, c)
					}
				}
			}
		}
	}
}

func TestNoCellOfAWorkbookCalculates(t *testing.T) {
	var rejects, export bytes.Buffer
	if _, err := Rejects(&rejects, XLSX, besetInput()); err != nil {
		t.Fatal(err)
	}
	if err := Export(&export, XLSX, nil, beset().SubClients); err != nil {
		t.Fatal(err)
	}
	run := fromWorkbook()
	run.Results = beset().Results
	for name, b := range map[string][]byte{
		"report": render(t, XLSX, beset()), "rejects": rejects.Bytes(), "export": export.Bytes(),
		"user's": renderInto(t, run, plainBook(t)),
	} {
		for part, xml := range unzip(t, b) {
			if strings.HasPrefix(part, "xl/worksheets/") && strings.Contains(xml, "<f") {
				t.Errorf("%s: %s holds a formula", name, part)
			}
		}
		f := open(t, b)
		for _, sheet := range f.GetSheetList() {
			rows, err := f.GetRows(sheet)
			if err != nil {
				t.Fatal(err)
			}
			for y, row := range rows {
				for x, c := range row {
					if calculates(c) {
						t.Errorf("%s: %s!%s would calculate as soon as somebody edits it: %.60q", name, sheet, axis(x+1, y+1), c)
					}
				}
			}
		}
	}
}

// plainBook is a workbook with a header in row 3 and nothing else.
func plainBook(t testing.TB) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", "Customers"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetSheetRow("Customers", "A3", &[]string{"balance", "Customer ID", "city", "Sub-Client"}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestNoReportHoldsWhatATerminalWouldRun(t *testing.T) {
	for _, k := range textKinds {
		for _, r := range string(render(t, k, beset())) {
			if unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) || turns(r) {
				t.Errorf("%s holds %U", k, r)
				break
			}
		}
	}
}

func TestMarkdownShowsStrangersTextAsCode(t *testing.T) {
	inSpan := false
	var outside strings.Builder
	for _, r := range string(render(t, Markdown, beset())) {
		switch {
		case r == '`':
			inSpan = !inSpan
		case r == '\n' && inSpan:
			t.Fatal("a code span goes over a line's end")
		case !inSpan:
			outside.WriteRune(r)
		}
	}
	for _, sign := range []string{"<", "http", "@mara", "**bold", "](", "pwned", "#1"} {
		if strings.Contains(outside.String(), sign) {
			t.Errorf("outside of code stands %q", sign)
		}
	}
	for line := range strings.Lines(string(render(t, Markdown, beset()))) {
		if strings.HasPrefix(line, "|") && len([]rune(line)) > 1000 {
			t.Errorf("a line of %d characters", len([]rune(line)))
		}
	}
}

func TestWhateverTheTextNoPartOfACellCalculates(t *testing.T) {
	piece := rapid.SampledFrom([]string{"=", "+", "-", "@", "＝", "1", "1.5", ",", "%", "e", "E+3", "a", "'", `"`, " ", "\t", "\n", "\r", ";", "\u00a0", "\u200b", "\ufeff", "\x00", "\x1b", "ä"})
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces"), "")
		whole := neutralInside(cell(s))
		parts := append(strings.FieldsFunc(whole, func(r rune) bool { return strings.ContainsRune(";\t\r\n", r) }), whole, neutral(cell(s)))
		for _, part := range parts {
			if calculates(part) {
				t.Fatalf("%q becomes %q, of which %q calculates", s, whole, part)
			}
		}
		if again := neutralInside(whole); again != whole {
			t.Fatalf("%q becomes %q, and fed in again %q", s, whole, again)
		}
	})
}

func TestCodeSpanCanNotBeLeft(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "Acme": "`Acme`", "a`b": "`aˋb`", "a|b": "`a¦b`", "a\nb": "`a b`", "\x1b[1m": "`[1m`", strings.Repeat("x", 500): "`" + strings.Repeat("x", 119) + "…`",
	} {
		if got := code(in); got != want {
			t.Errorf("code(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMoreRowsThanASheetHoldsAreRefusedWithAnotherFormat(t *testing.T) {
	b, err := newBook("Rows")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, err := b.stream("Rows", []column{{"row", 7}}, 1_048_576); err == nil || !strings.Contains(err.Error(), ".csv") {
		t.Errorf("a sheet too long gives %v", err)
	}
}
