package input

import (
	"slices"
	"strings"
	"testing"

	"dakota-reconcile/reconcile"
)

// soundness is what holds for every reading, whatever was read.
func soundness(t *testing.T, file string, o Options) {
	t.Helper()
	table, err := Read(strings.NewReader(file), "f", o)
	check, checkErr := Check(strings.NewReader(file), "f", o)
	if (err == nil) != (checkErr == nil) || table.Rows != check.Rows || table.Invalid != check.Invalid || table.Blanks != check.Blanks || len(table.Problems) != len(check.Problems) {
		t.Fatalf("Read and Check differ:\n%s\n%s", said(o, table, err), said(o, check, checkErr))
	}
	if err != nil {
		return
	}
	if len(table.Assignments) != table.Rows {
		t.Fatalf("%d assignments of %d rows", len(table.Assignments), table.Rows)
	}
	invalid, last := 0, int32(0)
	said := map[string]string{}
	for _, a := range table.Assignments {
		if a.Row <= last {
			t.Fatalf("row %d after row %d", a.Row, last)
		}
		if last = a.Row; a.Problem != nil {
			invalid++
			continue
		}
		usable(t, a, o, said)
	}
	if invalid != table.Invalid {
		t.Fatalf("%d rows have a problem, %d are said to", invalid, table.Invalid)
	}
	if !slices.IsSortedFunc(table.Problems, func(a, b Problem) int { return int(a.Row - b.Row) }) {
		t.Fatal("problems out of order")
	}
}

// usable checks a row without a problem. said holds what earlier rows say of each customer.
func usable(t *testing.T, a reconcile.Assignment, o Options, said map[string]string) {
	t.Helper()
	if p := reconcile.CheckID(a.CustomerID, o.Now()); p != nil {
		t.Fatalf("row %d: %v", a.Row, p)
	}
	if a.SubClientID != "" && reconcile.CheckID(a.SubClientID, o.Now()) != nil || a.SubClientID == a.CustomerID {
		t.Fatalf("row %d: sub-client %q", a.Row, a.SubClientID)
	}
	if before, ok := said[a.CustomerID]; ok && before != a.SubClientID {
		t.Fatalf("row %d: %s shall be in %q and %q", a.Row, a.CustomerID, before, a.SubClientID)
	} else if ok != (a.Same != 0) && ok {
		t.Fatalf("row %d is a repeat and does not say so", a.Row)
	}
	said[a.CustomerID] = a.SubClientID
}

func FuzzCSV(f *testing.F) {
	for _, s := range specimens() {
		if isText(s) && len(s.text) < 2000 {
			f.Add(s.text, uint8(0))
		}
	}
	f.Fuzz(func(t *testing.T, file string, mode uint8) {
		if strings.HasPrefix(file, "PK") || strings.HasPrefix(file, "\x1f\x8b") {
			t.Skip()
		}
		o := testOptions()
		o.Blank, o.BlankSaid = Blank(mode%3), mode&4 != 0
		if mode&8 != 0 {
			o.CustomerColumn, o.SubClientColumn = "A", "B"
		}
		soundness(t, file, o)
	})
}

func FuzzHeader(f *testing.F) {
	for _, s := range []string{head, "Customer ID;Sub-Client ID", "customer|Sub Client|sub_cliend_id", "sep=;\nx;customer_id;sub_client_id", "\n\n# a\nA\tB", "\"customer\n_id\",sub_client_id"} {
		f.Add(s, "", "")
		f.Add(s, "A", "sub_client_id")
	}
	f.Fuzz(func(t *testing.T, file, customer, subClient string) {
		o := testOptions()
		o.CustomerColumn, o.SubClientColumn = customer, subClient
		r := newReading("f", o, true)
		delimiter, skip, err := r.findHeader([]byte(file))
		if err != nil {
			if err.What == "" || err.Advice == "" || err.Code == "" {
				t.Fatalf("an error that tells nothing: %+v", err)
			}
			return
		}
		c := r.cols
		if c.customer == c.subClient || c.row < 1 || c.row > headerRows || skip > len(file) || delimiter == 0 {
			t.Fatalf("%+v at %d with %q", c, skip, delimiter)
		}
		if customer == "" && !strings.Contains(normal(c.names[c.customer]), "customer") || subClient == "" && !strings.Contains(normal(c.names[c.subClient]), "subclient") {
			t.Fatalf("columns %q", c.names)
		}
		if n := normal(c.names[c.customer]); normal(n) != n {
			t.Fatalf("normal is not at rest: %q", n)
		}
	})
}

func FuzzXLSX(f *testing.F) {
	sheet := headRow + inline(2, "{c1}", "{s1}") + raw(3, "{c2}", `<c r="REF" t="s"><v>0</v></c>`) + raw(4, "{c3}", `<c r="REF" s="3"><v>1E5</v></c>`) + raw(5, "{c4}", `<c r="REF" t="str"><f>A1</f><v></v></c>`)
	f.Add(fill(sheet), fill(table("{s1}")))
	f.Add(fill(`<worksheet><cols><col min="1" max="2" hidden="1"/></cols><sheetData>`+sheet+`</sheetData><autoFilter ref="A1:B9"/><mergeCells><mergeCell ref="A2:A3"/></mergeCells></worksheet>`), "")
	f.Add(fill(`<row><c t="inlineStr"><is><r><t>customer_id</t></r><rPh><t>x</t></rPh></is></c><c t="str"><v>sub_client_id</v></c></row><row r="9"><c r="B9" t="e"><v>#N/A</v></c></row>`), "<sst><si/></sst>")
	f.Fuzz(func(t *testing.T, sheet, texts string) {
		o := testOptions()
		o.TempDir = t.TempDir()
		soundness(t, zipped(bookParts(texts, tab{name: "S", xml: sheet})...), o)
	})
}

func FuzzZip(f *testing.F) {
	f.Add([]byte(book(headRow + inline(2, "{c1}", "{s1}"))))
	f.Add([]byte(gzipped(head)))
	f.Fuzz(func(t *testing.T, file []byte) {
		o := testOptions()
		o.TempDir, o.MaxBytes = t.TempDir(), 8<<20
		soundness(t, string(file), o)
	})
}
