package report

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// numeric matches what a spreadsheet takes for a number although it begins like a formula: -12.50, +49123, -1,234.5, -1.5E+3, -5%.
var numeric = regexp.MustCompile(`^[+-]\d[\d.,]*([eE][+-]?\d+)?%?$`)

// neutral returns s so that no spreadsheet runs it: text that begins like a formula gets an apostrophe before it, also when the sign
// stands behind blanks or invisible characters or is written full-width (＝). Numbers stay as they are.
// See https://owasp.org/www-community/attacks/CSV_Injection.
func neutral(s string) string {
	if s == "" || numeric.MatchString(s) {
		return s
	}
	if s[0] == '\t' || s[0] == '\r' || startsFormula(s) {
		return "'" + s
	}
	return s
}

// neutralInside is neutral for a cell of a CSV. A spreadsheet set to another separator (Excel in half of Europe) splits a cell at it, and
// what follows a semicolon, a tab or a line end within the text becomes a cell of its own: it must not begin like a formula either.
func neutralInside(s string) string {
	s = neutral(s)
	if !strings.ContainsAny(s, ";\t\r\n") {
		return s
	}
	var b strings.Builder
	for start := 0; start < len(s); {
		end := start + strings.IndexAny(s[start:], ";\t\r\n") + 1
		if end == start {
			end = len(s)
		}
		part := s[start:end]
		if start > 0 && startsFormula(part) && !numeric.MatchString(strings.TrimRight(part, ";\t\r\n")) {
			b.WriteByte('\'')
		}
		b.WriteString(part)
		start = end
	}
	return b.String()
}

// startsFormula reports whether the first visible character of s is one that makes a spreadsheet calculate.
func startsFormula(s string) bool {
	for _, r := range s {
		switch {
		case strings.ContainsRune("=+-@＝＋－＠﹦﹢﹣﹫−", r):
			return true
		case r == '"' || unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			continue // skipped by spreadsheets when they look what a cell is; a quote, when they split at another separator than ours
		default:
			return false
		}
	}
	return false
}

// oneLine returns a name or a message as one line of plain text: line ends and tabs become blanks; escape sequences and the marks that
// turn the direction of the text around them lose their effect; bytes that are not UTF-8 become U+FFFD. Letters of every script stay.
func oneLine(s string) string {
	if plain(s) {
		return s
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case turns(r):
			return -1
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
}

// idText returns a cell that is or should be an id as one line. What is refused must stay refused when the file is fed in again: a
// character that nobody can see becomes a question mark, or a cell of nothing else would read as empty and disassociate the customer, and
// an id with one at its end would read as the id.
func idText(s string) string {
	if plain(s) {
		return s
	}
	s = oneLine(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
	if strings.IndexFunc(s, visible) < 0 {
		return "?"
	}
	return s
}

// visible reports whether people see r; the rest is what the next run cleans away.
func visible(r rune) bool { return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) }

// plain reports whether s is printable ASCII without blanks at its ends, which nearly every text is.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return s == "" || (s[0] != ' ' && s[len(s)-1] != ' ')
}

// turns reports whether r changes the direction of the text after it: U+202E makes "gpj.exe" of "exe.jpg".
func turns(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// cell returns a cell of the input as it was, without what would harm a terminal that shows it: control characters other than tab and
// line end, and marks that turn the text's direction.
func cell(s string) string {
	if plain(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if turns(r) || (unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r') {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// cut returns at most n characters of s, the last one an ellipsis when there were more.
func cut(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
