package report

import (
	"fmt"
	"strconv"
	"strings"

	"dakota-reconcile/reconcile"
)

// verdict is a run in words: what a reader must know who reads nothing else.
type verdict struct {
	Tone    string // good, plan (waits for somebody), warn (rows need attention), bad (stopped before its end)
	Title   string // one line
	Text    string // the numbers behind it
	Cost    string // of a plan: what it takes in requests and time; "" otherwise
	Why     string // why it ended before its last row; "" when it did not
	Next    string // what to do now; "" for nothing
	Command string // that does it; "" when no command does
}

// score counts what the verdict speaks of. Rows that repeat an earlier one are not changes of their own.
type score struct {
	changes, applied, planned int // changes asked for, of these made, and of these only planned
	attention                 int // rows that somebody must look at: failed, conflict, invalid
	open                      int // rows that resume would settle: not_attempted, in_doubt
	whole                     int // problems of the whole file, which belong to no row
	rows                      int
}

func scoreOf(run reconcile.Run) score {
	var s score
	for _, r := range run.Results {
		s.rows++
		own := r.Same == 0
		switch r.Status {
		case reconcile.Planned:
			s.planned += count(own)
			s.changes += count(own)
		case reconcile.Applied:
			s.applied += count(own)
			s.changes += count(own)
		case reconcile.Failed, reconcile.Conflict:
			s.attention++
			s.changes += count(own)
		case reconcile.InDoubt, reconcile.NotAttempted:
			s.open++
			s.changes += count(own)
		case reconcile.Invalid:
			s.attention++
			s.whole += count(r.Row == 0)
		}
	}
	return s
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// verdictOf says what the run came to.
func verdictOf(run reconcile.Run) verdict {
	s := scoreOf(run)
	v := verdict{Text: inWords(run), Why: oneLine(run.Stopped)}
	v.Next, v.Command = next(run, s)
	switch {
	case run.Command == "validate":
		v.Tone, v.Title = s.checked()
		v.Why = "" // the title says it
	case refused(run):
		v.Tone, v.Title = "bad", "Refused: nothing was changed"
	case s.planned > 0:
		v.Tone, v.Title = "plan", plural(s.planned, "change")+" to be made"+s.trouble()
		v.Cost = billText(run.Bill)
	case run.Stopped != "" || s.open > 0:
		v.Tone, v.Title = "bad", fmt.Sprintf("Stopped early: %s of %s made", thousands(s.applied), plural(s.changes, "change"))
	case s.attention > 0:
		v.Tone, v.Title = "warn", fmt.Sprintf("%s of %s made%s", thousands(s.applied), plural(s.changes, "change"), s.trouble())
	case s.applied > 0:
		v.Tone, v.Title = "good", "All done: "+plural(s.applied, "change")+" made"
	default:
		v.Tone, v.Title = "good", "Nothing to do: everything is already as wished"
	}
	return v
}

// checked is the title of a file that was only checked. A problem without a row is one of the whole file.
func (s score) checked() (tone, title string) {
	switch {
	case s.whole > 0:
		return "bad", "The file can't be used: " + plural(s.attention, "problem")
	case s.attention > 0:
		return "bad", fmt.Sprintf("%s of %s can't be used", thousands(s.attention), plural(s.rows, "row"))
	}
	return "good", plural(s.rows, "row") + " checked, all can be used"
}

// refused reports whether a guard refused the run, or another run held the lock.
func refused(run reconcile.Run) bool { return run.ExitCode == 4 }

// trouble is the end of a title when rows need attention.
func (s score) trouble() string {
	switch {
	case s.attention == 1:
		return "; 1 row needs attention"
	case s.attention > 1:
		return "; " + plural(s.attention, "row") + " need attention"
	}
	return ""
}

// words say what the rows of a status are, behind their number.
var words = map[reconcile.Status]string{
	reconcile.Planned: "to be changed", reconcile.Applied: "changed", reconcile.Unchanged: "already as wished",
	reconcile.Failed: "failed", reconcile.Conflict: "changed by somebody else", reconcile.InDoubt: "in doubt",
	reconcile.Refused: "left alone on purpose", reconcile.Invalid: "not usable", reconcile.NotAttempted: "not reached",
	reconcile.Unlisted: "in a sub-client but not in the file",
}

// wordFor is words for the run: of a file that was only checked, a row that was not attempted is sound.
func wordFor(run reconcile.Run, s reconcile.Status) string {
	if run.Command == "validate" && s == reconcile.NotAttempted {
		return "sound"
	}
	return words[s]
}

// inWords lists the statuses that occur: "15 rows: 4 changed, 2 already as wished, 9 failed."
func inWords(run reconcile.Run) string {
	n := tally(run)
	var parts []string
	for _, s := range reconcile.Statuses {
		if n[s] > 0 {
			parts = append(parts, thousands(n[s])+" "+wordFor(run, s))
		}
	}
	if len(parts) == 0 {
		return "The file has no rows."
	}
	return plural(len(run.Results), "row") + ": " + strings.Join(parts, ", ") + "."
}

// next names the deed that follows, and the command that does it.
func next(run reconcile.Run, s score) (do, command string) {
	switch {
	case run.Command == "validate" && s.attention > 0:
		return "Correct the rows below and check the file again.", ""
	case run.Command == "validate":
		return "See what it would change:", "dakota-reconcile plan " + shellWord(run.Source.Name)
	case refused(run):
		return "Read why below and in the command's output, which names the flag that overrides it.", ""
	case run.Resumable:
		return "Finish it; nothing is done twice:", "dakota-reconcile resume " + shellWord(run.ID)
	case s.planned > 0:
		return "Review the changes, then make them:", "dakota-reconcile apply " + shellWord(run.Source.Name)
	case s.attention > 0:
		return "Correct the rows listed by cause below, then run only these again: they stand on the sheet “To fix” of the workbook" +
			" and in the file of --rejects.", ""
	}
	return "", ""
}

// plural returns "1 row", "2,300 rows".
func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return thousands(n) + " " + noun
}

// thousands returns n with a comma at every third digit.
func thousands(n int) string {
	s := strconv.Itoa(n)
	if n < 0 {
		return "−" + thousands(-n)
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// shellWord returns s as one word for a POSIX shell.
func shellWord(s string) string {
	s = oneLine(s)
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/+:@,") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
