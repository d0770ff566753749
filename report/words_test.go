package report

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"dakota-reconcile/reconcile"
)

func TestVerdictSaysInOneLineWhatTheRunCameTo(t *testing.T) {
	row := func(row int32, s reconcile.Status) reconcile.Result {
		r := ready(row, "x", "", north)
		r.Status = s
		return r
	}
	again := row(3, reconcile.Applied)
	again.Same = 2
	for _, c := range []struct {
		why  string
		run  reconcile.Run
		tone string
		want string
	}{
		{"nothing differs", reconcile.Run{Results: []reconcile.Result{row(2, reconcile.Unchanged)}}, "good", "Nothing to do: everything is already as wished"},
		{"no rows at all", reconcile.Run{}, "good", "Nothing to do: everything is already as wished"},
		{"all made", reconcile.Run{Results: []reconcile.Result{row(2, reconcile.Applied)}}, "good", "All done: 1 change made"},
		{"a row said twice is one change", reconcile.Run{Results: []reconcile.Result{row(2, reconcile.Applied), again}}, "good", "All done: 1 change made"},
		{"a plan", reconcile.Run{Results: []reconcile.Result{row(2, reconcile.Planned), row(3, reconcile.Planned)}}, "plan", "2 changes to be made"},
		{"a row failed", reconcile.Run{Results: []reconcile.Result{row(2, reconcile.Applied), row(3, reconcile.Failed)}}, "warn", "1 of 2 changes made; 1 row needs attention"},
		{"rows can't be used", reconcile.Run{Results: []reconcile.Result{row(2, reconcile.Invalid), row(3, reconcile.Invalid)}}, "warn", "0 of 0 changes made; 2 rows need attention"},
		{"stopped", reconcile.Run{Stopped: "budget", Results: []reconcile.Result{row(2, reconcile.Applied), row(3, reconcile.NotAttempted)}}, "bad", "Stopped early: 1 of 2 changes made"},
		{"in doubt", reconcile.Run{Results: []reconcile.Result{row(2, reconcile.InDoubt)}}, "bad", "Stopped early: 0 of 1 change made"},
		{"a guard", reconcile.Run{ExitCode: 4, Results: []reconcile.Result{row(2, reconcile.Planned)}}, "bad", "Refused: nothing was changed"},
		{"checked", reconcile.Run{Command: "validate", Results: []reconcile.Result{row(2, reconcile.NotAttempted)}}, "good", "1 row checked, all can be used"},
		{"checked with problems", reconcile.Run{Command: "validate", Results: []reconcile.Result{row(2, reconcile.NotAttempted), row(3, reconcile.Invalid)}}, "bad", "1 of 2 rows can't be used"},
		{"a file without a header", reconcile.Run{Command: "validate", Results: []reconcile.Result{row(0, reconcile.Invalid)}}, "bad", "The file can't be used: 1 problem"},
	} {
		if v := verdictOf(c.run); v.Title != c.want || v.Tone != c.tone {
			t.Errorf("%s: %s %q, want %s %q", c.why, v.Tone, v.Title, c.tone, c.want)
		}
	}
}

func TestCheckedFileIsNotToldToResume(t *testing.T) {
	run := applied()
	run.Command, run.Resumable = "validate", false
	for i := range run.Results {
		run.Results[i].Status = reconcile.NotAttempted
		run.Results[i].ErrorCode, run.Results[i].Error = "", ""
	}
	for _, k := range textKinds {
		text := string(render(t, k, run))
		if k == HTML {
			text = text[strings.Index(text, "<body>"):strings.Index(text, "<script>")]
		}
		if strings.Contains(text, "esume the run") || strings.Contains(text, "<skipped") {
			t.Errorf("%s calls sound rows of a checked file not reached", k)
		}
	}
	if n := len(rejected(run)) - 1; n != 0 {
		t.Errorf("%d sound rows are to be fed in again", n)
	}
}

// TestEveryCodeHasAdvice reads the codes out of the packages that give them: whoever adds one adds what the reader can do about it.
func TestEveryCodeHasAdvice(t *testing.T) {
	given := regexp.MustCompile(`(?:settle\([^"]*Problem|finding|&Problem|settled\(t, [A-Z]\w+, )\{?"([a-z_]+)"`)
	ofFile := map[string]bool{"swapped_columns": true, "empty_column": true} // of the whole file: the message says what to do
	found := 0
	for _, dir := range []string{"input", "reconcile"} {
		files, err := filepath.Glob(filepath.Join("..", dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range given.FindAllStringSubmatch(string(text), -1) {
				found++
				if _, ok := byCode[m[1]]; !ok && !ofFile[m[1]] {
					t.Errorf("%s gives the code %q, for which there is no advice", file, m[1])
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d codes were found: the expression does not fit the code any more", found)
	}
}

func TestCausesStandByStatusThenByNumber(t *testing.T) {
	var got []string
	for _, c := range causes(large(600, 5)) {
		got = append(got, string(c.Status)+" "+c.Title+" "+thousands(len(c.Rows)))
	}
	want := []string{
		"failed The API did not accept the change 9", "failed The API answered with an error of its own 1",
		"conflict Somebody else changed it meanwhile 5", "refused Left alone for its KYB status 5", "invalid Unknown customer 4",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("causes are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestPlacesOfACauseJoinRowsThatFollowOneAnother(t *testing.T) {
	for _, c := range []struct {
		rows []int32
		want string
	}{
		{[]int32{7}, "row 7"},
		{[]int32{4, 5, 6, 9, 12, 13}, "rows 4–6, 9, 12–13"},
		{[]int32{0, 0}, ""},
		{[]int32{1, 3, 5, 7, 9, 11, 13, 15, 17, 19}, "rows 1, 3, 5, 7, 9, 11, 13, 15 and 2 more"},
	} {
		var in cause
		for _, n := range c.rows {
			in.Rows = append(in.Rows, &reconcile.Result{Change: reconcile.Change{Assignment: reconcile.Assignment{Row: n}}})
		}
		if got := in.place(); got != c.want {
			t.Errorf("place of %v is %q, want %q", c.rows, got, c.want)
		}
	}
}

func TestUnreadableCellIsFedInAgainAsAQuestionNotAsADisassociation(t *testing.T) {
	for _, c := range []struct {
		why                       string
		customer, sub, code, text string
		want                      string
	}{
		{"a word for nothing", cust + "AA", "", "placeholder", "sub_client_id: the cell holds a word for nothing", "?"},
		{"a formula that nobody calculated", cust + "AA", "", "formula", "x", "?"},
		{"--blank error", cust + "AA", "", "blank", "the cell is empty", "?"},
		{"two problems, one may be the sub-client's", "1E5", "", "number", "customer_id is a number; sub_client_id is a number", "?"},
		{"the one problem is the customer's", "1E5", "", "number", "customer_id is a number", ""},
		{"the customer is unknown, the wish was read", cust + "AA", "", "customer_not_found", "x", ""},
		{"a cell that says something keeps it", cust + "AA", "1.2E+3", "number", "x", "1.2E+3"},
	} {
		r := reconcile.Result{Status: reconcile.Invalid, ErrorCode: c.code, Error: c.text}
		r.CustomerID, r.SubClientID = c.customer, c.sub
		if got := wishAgain(r); got != c.want {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
	disassociate := reconcile.Result{Status: reconcile.Failed}
	if got := wishAgain(disassociate); got != "" {
		t.Errorf("a disassociation that failed is asked for again as %q", got)
	}
}

func TestNumbersAndTimesInWords(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1234: "−1,234"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands(%d) = %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{40 * time.Second: "40s", 12*time.Minute + 3*time.Second: "12m 3s", 185 * time.Minute: "3h 5m"} {
		if got := took(d); got != want {
			t.Errorf("took(%s) = %q, want %q", d, got, want)
		}
	}
	for in, want := range map[string]string{"a.csv": "a.csv", "a b.csv": "'a b.csv'", "it's $(x)": `'it'\''s $(x)'`, "": "''"} {
		if got := shellWord(in); got != want {
			t.Errorf("shellWord(%q) = %q, want %q", in, got, want)
		}
	}
}
