package report

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"dakota-reconcile/reconcile"
)

// Kind is a form in which a report can be written. The ending of a file's name chooses it.
type Kind string

const (
	CSV      Kind = ".csv"   // the columns of the contract, one line a row
	XLSX     Kind = ".xlsx"  // a workbook: the user's own with result columns, or a new one
	HTML     Kind = ".html"  // one page that opens offline
	JSONL    Kind = ".jsonl" // one JSON object a row
	Markdown Kind = ".md"    // short: for a pull request or a job summary
	JUnit    Kind = ".xml"   // test results: CI shows the rows that went wrong
)

// Kinds are all kinds in the order in which messages list them.
var Kinds = []Kind{CSV, XLSX, HTML, JSONL, Markdown, JUnit}

// KindOf returns the kind that the ending of path stands for, upper and lower case alike. The error lists the endings that can be had.
func KindOf(path string) (Kind, error) {
	ending := strings.ToLower(filepath.Ext(path))
	for _, k := range Kinds {
		if ending == string(k) {
			return k, nil
		}
	}
	if ending == "" {
		return "", fmt.Errorf("report %q has no ending to choose its format by: use one of %s", path, listed())
	}
	return "", fmt.Errorf("report %q: no report is written as %s: use one of %s", path, ending, listed())
}

func listed() string {
	names := make([]string, len(Kinds))
	for i, k := range Kinds {
		names[i] = string(k)
	}
	names[len(names)-1] = names[len(names)-1] + " (JUnit)"
	return strings.Join(names, " ")
}

// Options are what a report needs besides the run.
type Options struct {
	// Original is the workbook that was read, byte for byte. An XLSX report of a run whose Source.Format is xlsx is written into a
	// copy of it. Nil when it is not at hand: the report is then a workbook of its own.
	Original []byte
}

// renderers are the formats: to add one, add its Kind and a function here.
var renderers = map[Kind]func(io.Writer, reconcile.Run, Options) error{
	CSV: writeCSV, XLSX: writeXLSX, HTML: writeHTML, JSONL: writeJSONL, Markdown: writeMarkdown, JUnit: writeJUnit,
}

// Write renders the run in the form k. Errors come from w, from a workbook in o that can't be opened, or name an unknown kind.
func Write(w io.Writer, k Kind, run reconcile.Run, o Options) error {
	render, ok := renderers[k]
	if !ok {
		return fmt.Errorf("write report: unknown format %q: use one of %s", k, listed())
	}
	if err := render(w, run, o); err != nil {
		return fmt.Errorf("write %s report: %w", k, err)
	}
	return nil
}
