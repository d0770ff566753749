package input

import (
	"strings"
	"testing"

	"dakota-reconcile/reconcile"
)

func TestCleanedTakesAwayOnlyWhatNobodySees(t *testing.T) {
	tests := []struct{ in, out, did string }{
		{"abc", "abc", ""},
		{" abc\t", "abc", "surrounding space"},
		{"\u00a0abc\u202f", "abc", "surrounding space"},
		{"a\u200bb\ufeffc", "abc", "invisible characters"},
		{"'abc", "abc", "quotes"},
		{"“abc”", "abc", "quotes"},
		{" \" abc \" ", "abc", "surrounding space and quotes"},
		{"a b", "a b", ""}, // space inside is a mistake to be shown
		{"a'b", "a'b", ""}, // so is a quote inside
		{"\"\"", "", "quotes"},
		{"\u00a0", "", "surrounding space"},
	}
	for _, tt := range tests {
		if out, did := cleaned(tt.in); out != tt.out || did != tt.did {
			t.Errorf("cleaned(%q) = %q, %q; want %q, %q", tt.in, out, did, tt.out, tt.did)
		}
	}
}

func TestWellFormedAgreesWithCheckID(t *testing.T) {
	last := latest(testNow)
	good := testID(1)
	ids := []string{good, last, "", good[:26], good + "x", strings.Repeat("0", 27), strings.Repeat("z", 27), "!" + good[1:], good[:26] + "é", "a" + last[1:], last[:26] + "~"}
	for i := range good {
		for _, c := range []byte("0Zz!/:@[`{ \x00\xff") {
			ids = append(ids, good[:i]+string([]byte{c})+good[i+1:])
		}
	}
	for _, s := range ids {
		if got, want := wellFormed(s, last), reconcile.CheckID(s, testNow) == nil; got != want {
			t.Errorf("wellFormed(%q) = %v, CheckID says %v", s, got, want)
		}
	}
}

func TestColumnLettersAndNumbersAgree(t *testing.T) {
	for n, letters := range map[int]string{1: "A", 26: "Z", 27: "AA", 52: "AZ", 702: "ZZ", 703: "AAA", 16384: "XFD"} {
		if got := columnLetters(n); got != letters {
			t.Errorf("columnLetters(%d) = %s, want %s", n, got, letters)
		}
		if got := lettersColumn(letters); got != n {
			t.Errorf("lettersColumn(%s) = %d, want %d", letters, got, n)
		}
	}
	for _, s := range []string{"A1", "", "Ä", "customer", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"} {
		if got := lettersColumn(s); got > 0 && got <= maxColumns {
			t.Errorf("lettersColumn(%q) = %d", s, got)
		}
	}
}

func TestDistanceCountsChanges(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"subclientid", "subclientid", 0}, {"subcliendid", "subclientid", 1}, {"subclientids", "subclientid", 1}, {"sbclientid", "subclientid", 1}, {"kitten", "sitting", 3}}
	for _, tt := range tests {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestParseBlankNamesTheChoices(t *testing.T) {
	for _, b := range []Blank{BlankDisassociate, BlankKeep, BlankError} {
		if got, err := ParseBlank(b.String()); err != nil || got != b {
			t.Errorf("ParseBlank(%q) = %v, %v", b, got, err)
		}
	}
	if _, err := ParseBlank("delete"); err == nil || !strings.Contains(err.Error(), "disassociate, keep, error") {
		t.Error(err)
	}
}

func TestClipBoundsValues(t *testing.T) {
	long := strings.Repeat("ü", 200)
	if got := []rune(clip(long)); len(got) != 80 || got[79] != '…' {
		t.Errorf("%d characters: %s", len(got), string(got))
	}
	if clip("short") != "short" {
		t.Error(clip("short"))
	}
}
