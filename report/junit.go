package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"

	"dakota-reconcile/reconcile"
)

// testSuite is a run as JUnit has it: each row is a test, so that CI shows the rows that went wrong where it shows failed tests.
type testSuite struct {
	Name      string     `xml:"name,attr"`
	Tests     int        `xml:"tests,attr"`
	Failures  int        `xml:"failures,attr"`
	Errors    int        `xml:"errors,attr"`
	Skipped   int        `xml:"skipped,attr"`
	Time      string     `xml:"time,attr"`
	Timestamp string     `xml:"timestamp,attr,omitempty"`
	Cases     []testCase `xml:"testcase"`
}

type testCase struct {
	Class   string       `xml:"classname,attr"`
	Name    string       `xml:"name,attr"`
	Failure *testFailure `xml:"failure"`
	Skipped *testFailure `xml:"skipped"`
}

type testFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// writeJUnit writes one suite. Failed, conflicting, invalid and doubtful rows are failures; refused and unreached ones are skipped.
// encoding/xml replaces the characters that XML 1.0 forbids.
func writeJUnit(w io.Writer, run reconcile.Run, _ Options) error {
	suite := suiteOf(run)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(struct {
		XMLName xml.Name  `xml:"testsuites"`
		Suite   testSuite `xml:"testsuite"`
	}{Suite: suite}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func suiteOf(run reconcile.Run) testSuite {
	s := testSuite{
		Name: oneLine("dakota-reconcile " + run.Command + " " + run.Source.Name), Tests: len(run.Results),
		Time: seconds(run), Timestamp: isoSeconds(run), Cases: make([]testCase, len(run.Results)),
	}
	class := oneLine("dakota-reconcile." + run.Command)
	for i, r := range run.Results {
		c := testCase{Class: class, Name: caseName(r)}
		switch r.Status {
		case reconcile.Failed, reconcile.Conflict, reconcile.Invalid, reconcile.InDoubt:
			c.Failure = failureOf(r)
			s.Failures++
		case reconcile.Refused, reconcile.NotAttempted, reconcile.Unlisted:
			if !amiss(run, r.Status) {
				break
			}
			c.Skipped = &testFailure{Message: cut(message(r), 300)}
			s.Skipped++
		}
		s.Cases[i] = c
	}
	return s
}

func caseName(r reconcile.Result) string {
	place := "row " + strconv.Itoa(int(r.Row))
	if r.Row == 0 {
		place = "not in the input"
	}
	return cut(oneLine(fmt.Sprintf("%s: %s %s", place, r.CustomerID, r.CustomerName)), 200)
}

func failureOf(r reconcile.Result) *testFailure {
	l := lineOf(r)
	return &testFailure{
		Message: cut(message(r), 300), Type: l.Status,
		Text: fmt.Sprintf("%s: %s\ncustomer %s, sub-client wished %q, before %q\nhttp status %s, request id %s, attempts %s\n%s",
			orDash(l.ErrorCode), cut(orDash(l.Error), 1000), l.CustomerID, l.SubClientID, l.PreviousID,
			orDash(l.HTTPStatus), orDash(l.RequestID), l.Attempts, adviceFor(r).Do),
	}
}

// message returns what is wrong with the row, in one line.
func message(r reconcile.Result) string {
	if e := oneLine(r.Error); e != "" {
		return e
	}
	return adviceFor(r).Title
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// seconds returns how long the run took; "0.000" when it was killed.
func seconds(run reconcile.Run) string {
	if run.Finished.IsZero() || run.Started.IsZero() {
		return "0.000"
	}
	return strconv.FormatFloat(run.Finished.Sub(run.Started).Seconds(), 'f', 3, 64)
}

// isoSeconds returns the start as the JUnit schema has it: UTC without a zone.
func isoSeconds(run reconcile.Run) string {
	if run.Started.IsZero() {
		return ""
	}
	return run.Started.UTC().Format("2006-01-02T15:04:05")
}
