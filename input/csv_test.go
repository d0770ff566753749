package input

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/ksuid"
)

// ids are made for tests: well-formed, and always the same.
func testID(n int) string {
	var payload [16]byte
	payload[0], payload[1], payload[2], payload[15] = byte(n>>16), byte(n>>8), byte(n), 7
	k, err := ksuid.FromParts(time.Unix(1700000000+int64(n)*10, 0), payload[:])
	if err != nil {
		panic(err)
	}
	return k.String()
}

var testNow = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func testOptions() Options { return Options{Now: func() time.Time { return testNow }} }

func show(t *Table, err error) string {
	var b strings.Builder
	for _, a := range t.Assignments {
		fmt.Fprintf(&b, "row %d %s → %q same %d keep %v %q", a.Row, a.CustomerID, a.SubClientID, a.Same, a.Keep, a.Further)
		if a.Problem != nil {
			fmt.Fprintf(&b, " [%s] %s", a.Problem.Code, a.Problem.Message)
		}
		b.WriteString("\n")
	}
	for _, p := range t.Problems {
		fmt.Fprintf(&b, "problem %s %s\n", p.Code, p.Error())
	}
	for _, p := range t.Notices {
		fmt.Fprintf(&b, "notice %s %s\n", p.Code, p.Error())
	}
	if err != nil {
		fmt.Fprintf(&b, "refused %v\n", err)
	}
	return b.String()
}

func TestAFormulasErrorIsNeverAdvisedToBeEmptied(t *testing.T) {
	for _, s := range []string{"#N/A", "#n/a", "#REF!", "#NV", "#NAME?"} {
		table, err := Read(strings.NewReader("customer_id,sub_client_id\n"+testID(1)+","+testID(2)+"\n"+testID(3)+","+s+"\n"), "in.csv", testOptions())
		if err != nil || len(table.Problems) != 1 || table.Problems[0].Code != "formula_error" || strings.Contains(table.Problems[0].Advice, "empty") {
			t.Errorf("%s\n%s", s, show(table, err))
		}
	}
}

func TestTheGuardOfTextsForExcelIsNamed(t *testing.T) {
	for _, file := range []string{
		"customer_id,sub_client_id\n" + testID(1) + `,="` + testID(2) + "\"\n",
		"customer_id;sub_client_id\n" + testID(3) + ";" + testID(2) + "\n" + testID(1) + `;"=""` + testID(2) + "\"\"\"\n",
	} {
		table, err := Read(strings.NewReader(file), "in.csv", testOptions())
		said := show(table, err)
		if !strings.Contains(said, `:B`) || !strings.Contains(said, `the cell is written ="…"`) || !strings.Contains(said, "paste it as values and save the file as .xlsx") {
			t.Errorf("%s\n%s", file, said)
		}
	}
}

func TestARowWithoutItsLastCellsIsRefusedAndSaysSo(t *testing.T) {
	table, err := Read(strings.NewReader("customer_id,sub_client_id,note\n"+testID(1)+"\n"+testID(3)+","+testID(2)+",x\n"), "in.csv", testOptions())
	want := "the row has 1 cell, fewer than the header's 3: its last cells are missing: if they are empty ones, add their delimiters"
	if err != nil || len(table.Problems) != 1 || !strings.Contains(table.Problems[0].Error(), want) {
		t.Error(show(table, err))
	}
}

func TestEmptyCellsAreBelievedOnlyWhereTheFileProvesThem(t *testing.T) {
	c, d, s := testID(1), testID(3), testID(2)
	tests := []struct {
		name, file string
		problems   string // codes, in order
		refused    string
	}{
		{"the last row is cut where the sub-client would stand", "customer_id,sub_client_id\n" + d + "," + s + "\n" + c + ",", "cut_off", ""},
		{"a sub-client is torn off into the next line", "customer_id,sub_client_id\n" + d + "," + s + "\n" + c + ",\n" + s + "\n", "cut_off ragged_row", ""},
		{"the whole column is empty", "customer_id,sub_client_id\n" + c + ",\n", "", "empty_column"},
		{"the column is misspelt", "customer_id,sub_cliend_id\n" + c + "," + s + "\n", "", "no_header"},
		{"an explicit empty cell is meant", "customer_id,sub_client_id\n" + d + "," + s + "\n" + c + ",\n", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			table, err := Read(strings.NewReader(tt.file), "in.csv", testOptions())
			var codes []string
			for _, p := range table.Problems {
				codes = append(codes, p.Code)
			}
			refused := ""
			if e, ok := err.(*Error); ok {
				refused = e.Code
			}
			if got := strings.Join(codes, " "); got != tt.problems || refused != tt.refused {
				t.Errorf("problems %q, refused %q; want %q, %q\n%s", got, refused, tt.problems, tt.refused, show(table, err))
			}
		})
	}
}
