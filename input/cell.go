package input

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"dakota-reconcile/reconcile"
)

// kind is what a cell holds besides its text. A text file has only text.
type kind uint8

const (
	text         kind = iota
	number            // a number or a date
	boolean           // TRUE or FALSE
	errorValue        // #N/A, #REF! …
	uncalculated      // a formula without a stored value
	emptyResult       // a formula whose stored value is the empty text
	noString          // a reference to a string that the workbook does not have
)

// cell is one of the two cells of a row that matter.
type cell struct {
	text string
	kind kind
}

// finding is what is wrong with a cell.
type finding struct{ code, what, advice string }

// byKind says what is wrong with a cell that holds no text.
func (c cell) byKind() (finding, bool) {
	asText := "format the column as text, then put the ids in again from where they came"
	paste := "paste the column as values; leave cells empty that shall be empty"
	switch c.kind {
	case number:
		return finding{"number", "the cell holds a number or a date, not text", asText}, true
	case boolean:
		return finding{"number", "the cell holds TRUE or FALSE, not text", asText}, true
	case errorValue:
		return finding{"formula_error", "the cell holds a formula's error", "mend the formula, or " + paste}, true
	case uncalculated:
		return finding{"formula", "the cell holds a formula that nobody has calculated", "open the file in a spreadsheet program and save it, or " + paste}, true
	case emptyResult:
		return finding{"formula", "the cell holds a formula whose result is empty: nobody can tell whether it found nothing or failed", paste}, true
	case noString:
		return finding{"damaged", "the cell refers to a text that the workbook does not hold", "the file is damaged: save it again from the program it comes from"}, true
	}
	return finding{}, false
}

// unseen reports whether people see nothing of a text.
func unseen(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) }) < 0
}

// cleaned takes away what people never see: invisible characters anywhere, space and quotes around. did names what was taken away.
func cleaned(s string) (out, did string) {
	out = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
	var done []string
	if out != s {
		done = append(done, "invisible characters")
	}
	if t := strings.TrimSpace(out); t != out {
		out, done = t, append(done, "surrounding space")
	}
	if t := strings.TrimSpace(strings.Trim(out, "\"'`´‘’‚“”„«»‹›")); t != out {
		out, done = t, append(done, "quotes")
	}
	return out, strings.Join(done, " and ")
}

var (
	placeholders = words("null (null) n/a na n.a. none (none) nil - -- --- – — 0 . ? / \\n undefined nan empty (empty) blank (blank) false no unassigned tbd x")
	errorValues  = words("#n/a #ref! #name? #value! #div/0! #null! #num! #spill! #calc! #nv #bezug! #wert! #getting_data err:502 err:508 err:509 err:511 err:522 err:523")
	scientific   = regexp.MustCompile(`^[+-]?\d+([.,]\d+)?[eE][+-]?\d+$`)
	numeric      = regexp.MustCompile(`^[+-]?[\d.,' ]*\d$`)
	date         = regexp.MustCompile(`^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?$`)
	uuid         = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	hashes       = regexp.MustCompile(`^#+$`)
)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// emptied says what an empty cell does.
var emptied = map[Blank]string{BlankDisassociate: "leave the cell empty to disassociate the customer; ", BlankKeep: "leave the cell empty to leave the customer as it is; "}

// judge says what is wrong with a cleaned text that shall be an id. malformed is what reconcile.CheckID says about it.
func judge(ro role, s string, blank Blank, malformed *reconcile.Problem) finding {
	again := "format the column as text, then put the ids in again from where they came"
	lower := strings.ToLower(s)
	switch {
	case placeholders[lower] && ro.exact == customerRole.exact:
		return finding{"placeholder", "the cell holds a word for nothing where a customer_id is needed", "write the customer's id, or remove the row"}
	case placeholders[lower]:
		return finding{"placeholder", "the cell holds a word for nothing", emptied[blank] + "write the sub-client's id to associate the customer"}
	case errorValues[lower]:
		return finding{"formula_error", "the cell holds a formula's error", "mend the formula and paste the column as values"}
	case strings.HasPrefix(s, `="`):
		return finding{"formula", guarded, guardedAdvice}
	case strings.ContainsRune("=+@-", rune(s[0])):
		return finding{"formula", "the cell begins like a formula", "paste the column as values, so that it holds the id alone"}
	case hashes.MatchString(s):
		return finding{"number", "the column was too narrow to show its value when the file was made", "widen the column and save the file again"}
	case scientific.MatchString(s):
		return finding{"number", "a spreadsheet program turned the id into a number; its characters are lost", again}
	case numeric.MatchString(s) || date.MatchString(s):
		return finding{"number", "the cell holds a number or a date", again}
	case uuid.MatchString(s):
		return finding{"bad_id", "this is a UUID, an id of another system", "write the id that Dakota shows, 27 letters and digits"}
	case normal(s) == ro.exact:
		return finding{"repeated_header", "the header stands here again", "remove the row"}
	}
	return judgeCharacters(s, malformed)
}

// judgeCharacters is judge for a text that might have been meant as an id.
func judgeCharacters(s string, malformed *reconcile.Problem) finding {
	copyAgain := "copy the id again from where it came"
	for i, r := range []rune(s) {
		if like, script := lookAlike(r); like != 0 {
			return finding{"bad_id", fmt.Sprintf("character %d is the %s %q that only looks like %q", i+1, script, r, like), "type that character again, or " + copyAgain}
		}
	}
	if strings.Contains(s, "@") && strings.Contains(s, ".") {
		return finding{"bad_id", "this is an e-mail address", "write the id that Dakota shows, 27 letters and digits"}
	}
	return finding{malformed.Code, malformed.Message, copyAgain}
}

// lookAlikes pairs letters of other scripts with the Latin letter that looks the same.
const lookAlikes = "АAВBЕEЗ3КKМMНHОOРPСCТTУYХXаaеeоoрpсcуyхxѕsіiјjԁdɡgһhӏlΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXοoνvıi"

// lookAlike returns the Latin letter or digit that a character of another script looks like, and that script's name; 0 for none.
func lookAlike(r rune) (like rune, script string) {
	if r >= '！' && r <= '～' {
		return r - '！' + '!', "full-width"
	}
	rs := []rune(lookAlikes)
	for i := 0; i < len(rs); i += 2 {
		if rs[i] != r {
			continue
		}
		switch {
		case unicode.Is(unicode.Cyrillic, r):
			return rs[i+1], "Cyrillic"
		case unicode.Is(unicode.Greek, r):
			return rs[i+1], "Greek"
		}
		return rs[i+1], "foreign"
	}
	return 0, ""
}
