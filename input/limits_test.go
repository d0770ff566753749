package input

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

// endless gives the same text again and again.
type endless struct {
	text string
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.text[e.at:])
	e.at = (e.at + n) % len(e.text)
	return n, nil
}

func TestWhatNeverEndsIsRefused(t *testing.T) {
	row := fill("{c1},{s1}\n")
	tests := []struct {
		name string
		file io.Reader
		o    Options
		code string
	}{
		{"rows without end", io.MultiReader(strings.NewReader(head), &endless{text: row}), Options{MaxRows: 1000}, "too_long"},
		{"bytes without end", io.MultiReader(strings.NewReader(head), &endless{text: row}), Options{MaxBytes: 1 << 18}, "too_long"},
		{"a bomb in gzip", strings.NewReader(gzipped(head + strings.Repeat(row, 10_000))), Options{MaxBytes: 1 << 18}, "too_long"},
		{"a quote that is never closed", io.MultiReader(strings.NewReader(head+"{c1},\""), &endless{text: row}), Options{}, "too_long"},
		{"a line without end", io.MultiReader(strings.NewReader(head), &endless{text: "x"}), Options{}, "too_long"},
		{"a header without end", &endless{text: "x,"}, Options{}, "no_header"},
		{"blank lines without end", &endless{text: "\n"}, Options{MaxBytes: 1 << 18}, "no_header"},
		{"blank lines without end below a header", io.MultiReader(strings.NewReader(head), &endless{text: "\n"}), Options{MaxBytes: 1 << 18}, "too_long"},
		{"too many columns", strings.NewReader("customer_id,sub_client_id" + strings.Repeat(",", 20_000) + "\n"), Options{}, "too_wide"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Now = testOptions().Now
			_, err := Check(tt.file, "x.csv", tt.o)
			var e *Error
			if !errors.As(err, &e) || e.Code != tt.code {
				t.Errorf("error %v, want %s", err, tt.code)
			}
		})
	}
}

func TestTextsOfAWorkbookAreBounded(t *testing.T) {
	_, err := readSharedStrings(io.MultiReader(strings.NewReader("<sst>"), &endless{text: "<si><t>twelve bytes</t></si>"}), 10_000)
	if !errors.Is(err, errTexts) {
		t.Errorf("long texts: %v", err)
	}
	_, err = readSharedStrings(io.MultiReader(strings.NewReader("<sst>"), &endless{text: "<si/>"}), 10_000)
	if !errors.Is(err, errTexts) {
		t.Errorf("many texts: %v", err)
	}
	_, err = readSharedStrings(io.MultiReader(strings.NewReader("<sst><si><t>"), &endless{text: "x"}), 10_000)
	if !errors.Is(err, errLongToken) {
		t.Errorf("one long text: %v", err)
	}
}

// TestTemporaryFilesAreRemoved makes excelize unpack every part to disk, with rows that end well and badly.
func TestTemporaryFilesAreRemoved(t *testing.T) {
	sheet := headRow + inline(2, "{c1}", "{s1}")
	for name, rows := range map[string]string{"good": sheet, "broken": sheet + inline(1, "{c2}")} {
		t.Run(name, func(t *testing.T) {
			o, elsewhere := testOptions(), t.TempDir()
			t.Setenv("TMPDIR", elsewhere)
			o.TempDir, o.inMemory = t.TempDir(), 1
			_, err := Read(strings.NewReader(zipped(bookParts(table("{s1}"), tab{name: "S", xml: rows})...)), "x.xlsx", o)
			if (err == nil) != (name == "good") {
				t.Fatal(err)
			}
			for _, dir := range []string{o.TempDir, elsewhere} {
				left, err := os.ReadDir(dir)
				if err != nil || len(left) > 0 {
					t.Errorf("left behind: %v %v", left, err)
				}
			}
		})
	}
}

func TestTemporaryDirectoryThatCantBeMadeIsNamed(t *testing.T) {
	o := testOptions()
	o.TempDir = "/nonexistent/for/this/test"
	_, err := Read(strings.NewReader(fill(book(headRow+inline(2, "{c1}", "{s1}")))), "x.xlsx", o)
	if err == nil || !strings.Contains(err.Error(), "/nonexistent") {
		t.Error(err)
	}
}

func TestProblemsBeyondTheMostAreCounted(t *testing.T) {
	file := head + strings.Repeat("x,y\n", maxProblems)
	table, err := Check(strings.NewReader(file), "x.csv", testOptions())
	if err != nil || len(table.Problems) != maxProblems || table.ProblemsMore != maxProblems || table.Invalid != maxProblems {
		t.Error(err, len(table.Problems), table.ProblemsMore, table.Invalid)
	}
}

func TestRepeatsBeyondTheMostAreCounted(t *testing.T) {
	table, err := Check(strings.NewReader(head+strings.Repeat(fill("{c1},{s1}\n"), 1000)), "x.csv", testOptions())
	if err != nil || table.Repeats != 999 || len(table.Notices) != maxRepeats || table.NoticesMore != 999-maxRepeats {
		t.Error(err, table.Repeats, len(table.Notices), table.NoticesMore)
	}
}
