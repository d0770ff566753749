package report

import (
	"testing"
)

func TestNeutralKeepsNumbersAndStopsFormulas(t *testing.T) {
	for _, c := range []struct{ in, want, why string }{
		{"", "", "nothing"},
		{"Acme", "Acme", "a name"},
		{"2ZdR0Yq1tLmN4pVx8KcB7aWe0AA", "2ZdR0Yq1tLmN4pVx8KcB7aWe0AA", "an id"},
		{"-12.50", "-12.50", "a negative amount"},
		{"+49123", "+49123", "a number with its sign"},
		{"-1,234.5", "-1,234.5", "thousands"},
		{"-1.5E+3", "-1.5E+3", "an exponent"},
		{"-5%", "-5%", "a percentage"},
		{"=1+1", "'=1+1", "a formula"},
		{"+1+1", "'+1+1", "a formula that begins like a number"},
		{"-2+cmd|' /C calc'!A0", "'-2+cmd|' /C calc'!A0", "a call of a program"},
		{"@SUM(A1)", "'@SUM(A1)", "a function of old"},
		{"\t=1", "'\t=1", "behind a tab"},
		{"\tx", "'\tx", "a tab"},
		{"\rx", "'\rx", "a carriage return"},
		{"  =1", "'  =1", "behind blanks"},
		{"\u00a0=1", "'\u00a0=1", "behind a blank that does not break"},
		{"\ufeff=1", "'\ufeff=1", "behind a byte order mark"},
		{"\u200b@a", "'\u200b@a", "behind a blank without width"},
		{"\n=1", "'\n=1", "on the second line, the first being empty"},
		{"＝1", "'＝1", "full-width"},
		{"＠a", "'＠a", "full-width"},
		{"a=1", "a=1", "a sign inside"},
		{"'=1", "'=1", "neutral already"},
	} {
		if got := neutral(c.in); got != c.want {
			t.Errorf("%s: neutral(%q) = %q, want %q", c.why, c.in, got, c.want)
		}
	}
}

func TestNeutralInsideStopsFormulasBehindForeignSeparators(t *testing.T) {
	for _, c := range []struct{ in, want, why string }{
		{"a;=1", "a;'=1", "Excel where the semicolon separates"},
		{"a; =1", "a;' =1", "behind a blank"},
		{`a;"=1`, `a;'"=1`, "behind a quote"},
		{"a\n=1", "a\n'=1", "where a quote is not honoured, a line begins a row"},
		{"a\t@x", "a\t'@x", "a tab separates"},
		{"a;-5", "a;-5", "a number"},
		{"a;b;c", "a;b;c", "a list"},
		{"=1;=2", "'=1;'=2", "at its start too"},
		{";", ";", "a separator alone"},
		{"a;", "a;", "a separator at the end"},
	} {
		if got := neutralInside(c.in); got != c.want {
			t.Errorf("%s: neutralInside(%q) = %q, want %q", c.why, c.in, got, c.want)
		}
	}
}

func TestOneLineTakesTheHarmAndLeavesTheLetters(t *testing.T) {
	for _, c := range []struct{ in, want, why string }{
		{"Müller 株式会社 שלום", "Müller 株式会社 שלום", "letters of every script"},
		{"a\nb\r\tc", "a b  c", "line ends and tabs"},
		{"\x1b[31mred\x1b[0m", "[31mred [0m", "an escape sequence without its escape is text"},
		{"a\u009b31mb", "a 31mb", "the one-character form of the same"},
		{"exe\u202egpj", "exegpj", "a mark that turns the text around"},
		{"a\u2028b", "a b", "a line separator"},
		{"a\xffb", "a\uFFFDb", "not UTF-8"},
		{"  a ", "a", "blanks around"},
		{"👩‍👧", "👩‍👧", "a joined emoji keeps its joiner"},
	} {
		if got := oneLine(c.in); got != c.want {
			t.Errorf("%s: oneLine(%q) = %q, want %q", c.why, c.in, got, c.want)
		}
	}
}

func TestCellKeepsLineEndsAndBlanks(t *testing.T) {
	if got, want := cell(" a\n\tb\x1b\u202ec "), " a\n\tbc "; got != want {
		t.Errorf("cell = %q, want %q", got, want)
	}
}
