package input

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dakota-reconcile/reconcile"
)

// sheetOf draws a table of good rows, with a blank row now and then: what people mean, before a program writes it.
func sheetOf(t *rapid.T) [][]string {
	header := []string{"customer_id", "sub_client_id", "name"}
	rows := [][]string{header}
	order := rapid.Permutation([]int{0, 1, 2}).Draw(t, "order of columns")
	for i := range rapid.IntRange(1, 12).Draw(t, "rows") {
		row := []string{testID(i + 1), "", rapid.SampledFrom([]string{"Anna", "B, C", "d;e", "f|g", "h\"i", "two\nlines", "Žiga", "tab\there", "x"}).Draw(t, "name")}
		if i == 0 || rapid.Bool().Draw(t, "associated") {
			row[1] = testID(900 + rapid.IntRange(1, 3).Draw(t, "sub-client"))
		}
		if rapid.IntRange(0, 5).Draw(t, "blank") == 0 {
			rows = append(rows, []string{"", "", ""})
		}
		rows = append(rows, row)
	}
	for i, row := range rows {
		rows[i] = []string{row[order[0]], row[order[1]], row[order[2]]}
	}
	return rows
}

// textOf writes a table as some program would.
func textOf(t *rapid.T, rows [][]string) string {
	delimiter := rapid.SampledFrom([]string{",", ";", "\t", "|"}).Draw(t, "delimiter")
	end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "line end")
	always := rapid.Bool().Draw(t, "always quoted")
	var b strings.Builder
	if rapid.Bool().Draw(t, "sep line") {
		b.WriteString("sep=" + delimiter + end)
	}
	for _, row := range rows {
		for i, c := range row {
			if i > 0 {
				b.WriteString(delimiter)
			}
			if always || strings.ContainsAny(c, "\"\n"+delimiter) {
				c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
			}
			b.WriteString(c)
		}
		b.WriteString(end)
	}
	switch rapid.IntRange(0, 4).Draw(t, "encoding") {
	case 0:
		return "\xef\xbb\xbf" + b.String()
	case 1:
		return utf16Text(b.String(), false)
	case 2:
		return utf16Text(b.String(), true)
	case 3:
		return gzipped(b.String())
	}
	return b.String()
}

// TestWhatIsMeantIsReadWhoeverWritesIt writes random tables in the manner of random programs.
func TestWhatIsMeantIsReadWhoeverWritesIt(t *testing.T) {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;")
	rapid.Check(t, func(t *rapid.T) {
		rows := sheetOf(t)
		want := meant(rows)
		var file string
		if program := rapid.SampledFrom([]program{nil, nil, excel, libreOffice, googleSheets, openXMLSDK, apachePOI, sheetJS, byExcelize}).Draw(t, "program"); program == nil {
			file = textOf(t, rows)
		} else {
			escaped := make([][]string, len(rows))
			for i, row := range rows {
				for _, c := range row {
					escaped[i] = append(escaped[i], escape.Replace(c))
				}
			}
			file = program(escaped)
		}
		table, err := Read(strings.NewReader(file), "x", testOptions())
		if err != nil || len(table.Problems) > 0 {
			t.Fatalf("%v %v", err, table.Problems)
		}
		if diff := cmp.Diff(want, table.Assignments); diff != "" {
			t.Fatal(diff)
		}
	})
}

// meant is what a table says.
func meant(rows [][]string) []reconcile.Assignment {
	place := map[string]int{}
	for i, name := range rows[0] {
		place[name] = i
	}
	var list []reconcile.Assignment
	for i, row := range rows[1:] {
		if a := (reconcile.Assignment{Row: int32(i + 2), CustomerID: row[place["customer_id"]], SubClientID: row[place["sub_client_id"]], Further: []string{row[place["name"]]}}); a.CustomerID != "" {
			list = append(list, a)
		}
	}
	return list
}

// TestRowsAboutOneCustomerAgreeOrAreInvalid compares what is said of repeated customers with the obvious quadratic answer.
func TestRowsAboutOneCustomerAgreeOrAreInvalid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		b.WriteString("customer_id,sub_client_id,end\n")
		type row struct{ customer, target string }
		var rows []row
		for range rapid.IntRange(1, 10).Draw(t, "rows") {
			r := row{testID(rapid.IntRange(1, 4).Draw(t, "customer")), ""}
			if n := rapid.IntRange(0, 2).Draw(t, "target"); n > 0 {
				r.target = testID(900 + n)
			}
			rows = append(rows, r)
			fmt.Fprintf(&b, "%s,%s,.\n", r.customer, r.target)
		}
		o := testOptions()
		o.BlankSaid = true
		table, err := Read(strings.NewReader(b.String()), "x", o)
		if err != nil {
			if e, ok := err.(*Error); ok && e.Code == "swapped_columns" {
				t.Skip()
			}
			t.Fatal(err)
		}
		for i, r := range rows {
			same, conflict := int32(0), false
			for j, other := range rows {
				if other.customer != r.customer {
					continue
				}
				conflict = conflict || other.target != r.target
				if j < i && same == 0 {
					same = int32(j + 2)
				}
			}
			a := table.Assignments[i]
			if (a.Problem != nil) != conflict || !conflict && a.Same != same {
				t.Fatalf("row %d: %+v, want conflict %v, same %d", i+2, a, conflict, same)
			}
		}
	})
}
