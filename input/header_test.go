package input

import (
	"strings"
	"testing"
)

func TestAColumnOfRowNumbersMayBeCalledHash(t *testing.T) {
	c, s := testID(1), testID(2)
	letters := Options{CustomerColumn: "B", SubClientColumn: "C"}
	tests := []struct {
		name, file string
		o          Options
		header     int32
	}{
		{"row numbers", "#,customer_id,sub_client_id\n1," + c + "," + s + "\n", Options{}, 1},
		{"row numbers with a word", "# row,customer_id,sub_client_id\n1," + c + "," + s + "\n", Options{}, 1},
		{"row numbers, columns by letter", "#,who,target\n1," + c + "," + s + "\n", letters, 1},
		{"a remark, columns by letter", "# made,by,ERP\nno,who,target\n1," + c + "," + s + "\n", letters, 2},
		{"a remark with one of the names", "# the,customer_id,is ours\nno,customer_id,sub_client_id\n1," + c + "," + s + "\n", Options{}, 2},
	}
	for _, tt := range tests {
		tt.o.Now = testOptions().Now
		table, err := Read(strings.NewReader(tt.file), "in.csv", tt.o)
		if err != nil || len(table.Problems) > 0 || table.Rows != 1 || table.Source.Header != tt.header {
			t.Errorf("%s: header in row %d\n%s", tt.name, table.Source.Header, show(table, err))
		}
	}
	o := letters
	o.Now = testOptions().Now
	_, err := Read(strings.NewReader("# made,by,ERP\n"), "in.csv", o)
	if err == nil || !strings.Contains(err.Error(), `no column "B" (--customer-column) and "C" (--sub-client-column)`) {
		t.Errorf("a file of remarks: %v", err)
	}
}

func TestOfSeveralMisspeltColumnsNoneIsSuggested(t *testing.T) {
	_, err := Read(strings.NewReader("customer_id,old_sub_cliend_id,subclient_idx,sub_cliend_id\n"+testID(1)+","+testID(2)+",,\n"), "in.csv", testOptions())
	want := `2 columns are nearly called sub_client_id: C ("subclient_idx"), D ("sub_cliend_id"); rename the one that is meant, or say which with --sub-client-column`
	if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "did you mean") {
		t.Error(err)
	}
}

func TestAFileThatIsNotEmptyIsNeverCalledEmpty(t *testing.T) {
	rows := "customer_id,sub_client_id\n" + testID(1) + "," + testID(2) + "\n"
	tests := []struct{ name, file, want string }{
		{"a quote in the title", "\"Customers of May\n" + rows, `in:A1: a quote opens here and is never closed: it hides all rows after it: close the quote, or take it away`},
		{"a quote below a title", "Customers\n\nMay,\"x\n" + rows, `in:B3: a quote opens here and is never closed`},
		{"a quote in the header", "\"customer_id,sub_client_id\n" + testID(1) + "," + testID(2) + "\n", `in:A1: a quote opens here and is never closed`},
		{"empty lines", strings.Repeat("\n", 11) + rows, `in:row 12: the first ten rows are empty; the file begins only here: the header must stand in one of the first ten rows: delete empty rows above it`},
		{"ten rows of delimiters", strings.Repeat(",\n", 10) + rows, `no header with customer_id and sub_client_id among the first ten rows`},
		{"only a stray quote", "a \"b", `none of the first ten rows can be read as a header`},
		{"very many empty lines", strings.Repeat("\n", maxHead) + rows, `none of the first ten rows can be read as a header`},
		{"a workbook's row 11", book(inline(11, "customer_id", "sub_client_id") + fill(inline(12, "{c1}", "{s1}"))), `in:Sheet1!row 11: the first ten rows are empty`},
		{"a workbook's row 12 below spaces", book(inline(10, "\u00a0") + inline(11, " ") + inline(12, "customer_id", "sub_client_id")), `in:Sheet1!row 12: the first ten rows are empty`},
	}
	for _, tt := range tests {
		_, err := Read(strings.NewReader(tt.file), "in", testOptions())
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
