package input

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the corpus and what is expected of it anew")

const corpus = "../testdata/input"

// TestCorpus reads every file of the corpus and compares what it says, or what is wrong with it, with the text beside it.
func TestCorpus(t *testing.T) {
	all := specimens()
	if len(all) < 60 {
		t.Fatalf("the corpus has %d files", len(all))
	}
	for _, s := range all {
		t.Run(s.file, func(t *testing.T) {
			path := filepath.Join(corpus, s.file)
			if *update {
				write(t, path, s.text)
			}
			f, err := os.Open(path)
			if err != nil {
				t.Fatalf("%v (make it with -update)", err)
			}
			defer f.Close()
			table, err := Read(f, filepath.Base(s.file), s.o)
			got := said(s.o, table, err)
			if *update {
				write(t, path+".want.txt", got)
			}
			want, e := os.ReadFile(path + ".want.txt")
			if e != nil {
				t.Fatal(e)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
			good := err == nil && len(table.Problems) == 0
			if good != strings.HasPrefix(s.file, "good/") {
				t.Errorf("the file stands in the wrong folder:\n%s", got)
			}
		})
	}
}

// TestCheckFindsWhatReadFinds compares the two over the corpus.
func TestCheckFindsWhatReadFinds(t *testing.T) {
	for _, s := range specimens() {
		read, err1 := Read(strings.NewReader(s.text), "x", s.o)
		check, err2 := Check(strings.NewReader(s.text), "x", s.o)
		if len(check.Assignments) > 0 || check.Original != nil {
			t.Errorf("%s: Check keeps rows", s.file)
		}
		read.Assignments, read.Original = nil, nil
		if diff := cmp.Diff(said(s.o, read, err1), said(s.o, check, err2)); diff != "" {
			t.Errorf("%s: %s", s.file, diff)
		}
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// said is everything a reading gives, as text.
func said(o Options, table *Table, err error) string {
	var b strings.Builder
	s := table.Source
	fmt.Fprintf(&b, "options: sheet %q, customer %q, sub-client %q, blank %v (said %v)\n", o.Sheet, o.CustomerColumn, o.SubClientColumn, o.Blank, o.BlankSaid)
	fmt.Fprintf(&b, "source: format %q, sheet %q, header %d, customer %d %q, sub-client %d %q, further %q at %v\n", s.Format, s.Sheet, s.Header, s.Customer,
		s.CustomerName, s.SubClient, s.SubClientName, s.Columns, s.Places)
	fmt.Fprintf(&b, "rows %d, invalid %d, blanks %d, repeats %d\n", table.Rows, table.Invalid, table.Blanks, table.Repeats)
	var refused *Error
	if errors.As(err, &refused) {
		fmt.Fprintf(&b, "REFUSED %s: %s\n", refused.Code, refused.Error())
	} else if err != nil {
		fmt.Fprintf(&b, "NOT AN *Error: %v\n", err)
	}
	for _, a := range table.Assignments {
		wish := a.SubClientID
		switch {
		case a.Problem != nil:
			wish = fmt.Sprintf("%q [%s] %s", wish, a.Problem.Code, a.Problem.Message)
		case a.Keep:
			wish = "KEEP"
		case wish == "":
			wish = "NONE"
		}
		fmt.Fprintf(&b, "row %d: %s → %s", a.Row, a.CustomerID, wish)
		if a.Same != 0 {
			fmt.Fprintf(&b, " as row %d", a.Same)
		}
		if len(a.Further) > 0 {
			fmt.Fprintf(&b, " %q", a.Further)
		}
		b.WriteString("\n")
	}
	for _, p := range table.Problems {
		fmt.Fprintf(&b, "problem %s: %s\n", p.Code, p.Error())
	}
	for _, p := range table.Notices {
		fmt.Fprintf(&b, "notice %s: %s\n", p.Code, p.Error())
	}
	fmt.Fprintf(&b, "more: %d problems, %d notices\n", table.ProblemsMore, table.NoticesMore)
	return b.String()
}
