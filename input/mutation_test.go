package input

import (
	"bytes"
	"encoding/csv"
	"flag"
	"strings"
	"testing"
)

// thorough changes every byte in every way, which takes minutes.
var thorough = flag.Bool("thorough", false, "try every mutation of the corpus")

// wishes is what a reading would do to customers, by row: "" for a disassociation. Rows with a problem do nothing, for --skip-invalid
// leaves them out; a refused file does nothing at all.
type wishes map[int32]struct{ customer, target string }

func wishesOf(file string, o Options) wishes {
	t, err := Read(strings.NewReader(file), "x", o)
	if err != nil {
		return nil
	}
	w := wishes{}
	for _, a := range t.Assignments {
		if a.Problem == nil && !a.Keep {
			w[a.Row] = struct{ customer, target string }{a.CustomerID, a.SubClientID}
		}
	}
	return w
}

// invented returns a customer whom the mutant disassociates though the intact file does not say so. A single changed byte can turn the
// id of a customer who is to be disassociated into another well-formed one; that no file can show, so near counts as said.
func invented(mutant, intact wishes) string {
	for _, m := range mutant {
		if m.target != "" {
			continue
		}
		said := false
		for _, i := range intact {
			said = said || i.target == "" && differences(m.customer, i.customer) <= 1
		}
		if !said {
			return m.customer
		}
	}
	return ""
}

func differences(a, b string) int {
	n := 0
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

// mutants are the files of the corpus that say something, with the options of a user who has said that blanks are meant.
func mutable(t *testing.T) []specimen {
	var list []specimen
	for _, s := range specimens() {
		if !strings.HasPrefix(s.file, "good/") {
			continue
		}
		s.o.BlankSaid = true // the rule about empty columns must not be what saves us
		list = append(list, s)
	}
	if len(list) < 40 {
		t.Fatalf("only %d files to mutate", len(list))
	}
	return list
}

func isText(s specimen) bool {
	return !strings.HasPrefix(s.text, "PK") && !strings.HasPrefix(s.text, "\x1f\x8b")
}

func TestTruncatedFilesInventNoDisassociation(t *testing.T) {
	t.Parallel()
	for _, s := range mutable(t) {
		intact := wishesOf(s.text, s.o)
		step := 1
		switch {
		case *thorough:
		case !isText(s):
			step = 97 // a workbook is refused for its missing end alone
		case underRace:
			step = 5
		}
		for n := 0; n < len(s.text); n += step {
			if c := invented(wishesOf(s.text[:n], s.o), intact); c != "" {
				t.Fatalf("%s cut after %d bytes disassociates %s: %q", s.file, n, c, s.text[max(0, n-80):n])
			}
		}
	}
}

func TestFlippedBytesInventNoDisassociation(t *testing.T) {
	t.Parallel()
	for _, s := range mutable(t) {
		intact := wishesOf(s.text, s.o)
		changes := []func(byte) byte{
			func(b byte) byte { return b ^ 0x01 }, func(b byte) byte { return b ^ 0x20 }, func(b byte) byte { return b ^ 0x80 },
			func(byte) byte { return '\n' }, func(byte) byte { return '\r' }, func(byte) byte { return '"' }, func(byte) byte { return ',' }, func(byte) byte { return ';' },
			func(byte) byte { return '\t' }, func(byte) byte { return ' ' }, func(byte) byte { return 0 },
		}
		step := 7
		switch {
		case *thorough:
			step = 1
		case !isText(s):
			changes, step = changes[:1], 59
		}
		b := []byte(s.text)
		for i := len(s.file) % step; i < len(b); i += step {
			was := b[i]
			for n, change := range changes {
				if !*thorough && (i+n)%3 != 0 || underRace && n%3 != 0 {
					continue
				}
				b[i] = change(was)
				if c := invented(wishesOf(string(b), s.o), intact); c != "" {
					t.Fatalf("%s with byte %d changed from %q to %q disassociates %s: %q", s.file, i, was, b[i], c, b[max(0, i-60):min(len(b), i+60)])
				}
			}
			b[i] = was
		}
	}
}

// TestFlippedBytesInsidePartsInventNoDisassociation changes bytes of the XML inside workbooks and packs it again, so that no checksum
// protects it.
func TestFlippedBytesInsidePartsInventNoDisassociation(t *testing.T) {
	sheet := headRow + inline(2, "{c1}", "{s1}") + inline(3, "{c2}") + raw(4, "{c3}", `<c r="REF" t="s"><v>0</v></c>`)
	parts := bookParts(table("{s1}", "x"), tab{name: "Sheet1", xml: sheet})
	o := testOptions()
	o.BlankSaid = true
	intact := wishesOf(zipped(parts...), o)
	if len(intact) != 3 {
		t.Fatal(intact)
	}
	for p := range parts {
		if parts[p].name == "xl/styles.xml" {
			continue
		}
		b := []byte(parts[p].content)
		was := parts[p].content
		for i := range b {
			for n, c := range []byte{b[i] ^ 0x01, '<', '0', ' '} {
				if c == b[i] || !*thorough && (i+n)%19 != 0 || underRace && i%4 != 0 {
					continue
				}
				parts[p].content = was[:i] + string([]byte{c}) + was[i+1:]
				if got := invented(wishesOf(zipped(parts...), o), intact); got != "" {
					t.Errorf("%s with byte %d changed to %q disassociates %s: %s", parts[p].name, i, c, got, parts[p].content[max(0, i-60):min(len(b), i+60)])
				}
			}
		}
		parts[p].content = was
	}
}

func TestDroppedColumnsInventNoDisassociation(t *testing.T) {
	for _, s := range mutable(t) {
		if !isText(s) || strings.HasPrefix(s.text, "sep=") || strings.HasPrefix(s.text, "\"sep=") || strings.HasPrefix(s.text, "\xff") || strings.HasPrefix(s.text, "\xfe") {
			continue
		}
		intact := wishesOf(s.text, s.o)
		delimiter := ','
		for _, d := range []rune{';', '\t', '|'} {
			if strings.Count(s.text, string(d)) > strings.Count(s.text, string(delimiter)) {
				delimiter = d
			}
		}
		r := csv.NewReader(strings.NewReader(s.text))
		r.Comma, r.FieldsPerRecord, r.LazyQuotes = delimiter, -1, true
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(s.file, err)
		}
		for column := range 5 {
			for _, where := range []struct {
				name string
				drop func(row int) bool
			}{
				{"everywhere", func(int) bool { return true }},
				{"in the first row", func(row int) bool { return row == 0 }},
				{"below the first row", func(row int) bool { return row > 0 }},
				{"in the last row", func(row int) bool { return row == len(rows)-1 }},
			} {
				file := without(rows, column, delimiter, where.drop)
				if c := invented(wishesOf(file, s.o), intact); c != "" {
					t.Errorf("%s without column %d %s disassociates %s: %q", s.file, column, where.name, c, file)
				}
			}
		}
	}
}

func without(rows [][]string, column int, delimiter rune, drop func(int) bool) string {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = delimiter
	for i, row := range rows {
		if drop(i) && column < len(row) {
			row = append(append([]string{}, row[:column]...), row[column+1:]...)
		}
		w.Write(row)
	}
	w.Flush()
	return b.String()
}

// TestRejectedRowsFedInAgainDisassociateNobody writes the rows with a problem to a file, as --rejects does, and reads that.
func TestRejectedRowsFedInAgainDisassociateNobody(t *testing.T) {
	believed := map[string]bool{ // emptiness that the file does say, beside a problem of another kind
		"bad/conflicting-rows.csv": true, "bad/blank-is-an-error.csv": true, "bad/no-customer.csv": true,
	}
	for _, s := range specimens() {
		table, err := Read(strings.NewReader(s.text), "x", s.o)
		if err != nil || believed[s.file] {
			continue
		}
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Write([]string{"customer_id", "sub_client_id", "end"})
		for _, a := range table.Assignments {
			if a.Problem == nil {
				continue
			}
			if a.SubClientID == "" && a.CustomerID != "" {
				t.Errorf("%s: row %d would be empty: %s", s.file, a.Row, a.Problem.Message)
			}
			w.Write([]string{a.CustomerID, a.SubClientID, "."})
		}
		w.Flush()
		o := s.o
		o.BlankSaid, o.CustomerColumn, o.SubClientColumn = true, "", ""
		for row, wish := range wishesOf(b.String(), o) {
			if wish.target == "" {
				t.Errorf("%s: row %d of its rejected rows disassociates %s", s.file, row, wish.customer)
			}
		}
	}
}
