package cli

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestTextFromOutsideIsHarmlessToATerminal(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"colour":                 {"\x1b[31mred\x1b[0m", "·[31mred·[0m"},
		"title of the window":    {"\x1b]0;owned\x07", "·]0;owned·"},
		"C1 control sequence":    {"\u009b31mred", "·31mred"},
		"clear by carriage back": {"good\rbad", "good bad"},
		"new line":               {"one\ntwo", "one two"},
		"right-to-left override": {"\u202Etxt.exe", "txt.exe"},
		"zero width":             {"a\u200Bb\uFEFF", "ab"},
		"broken UTF-8":           {"a\xffb", "a·b"},
		"names of all countries": {"Łódź קפה 株式会社", "Łódź קפה 株式会社"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := clean(test.in, oneLine); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b[2J\u202e\u2028name\r\n")
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s, oneLine)
		if !utf8.ValidString(got) {
			t.Errorf("%q is no valid UTF-8", got)
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }); i >= 0 {
			t.Errorf("%q still has a control character at %d", got, i)
		}
	})
}

func TestNamesAreNeverEmptyAndNeverLong(t *testing.T) {
	for name, test := range map[string]struct{ name, id, want string }{
		"a name":            {"Acme", "id", "Acme"},
		"no name":           {"", "id", "id"},
		"nothing visible":   {" \u200b", "id", "id"},
		"no sub-client":     {"", "", "none"},
		"ten thousand long": {strings.Repeat("é", 10_000), "id", strings.Repeat("é", 39) + "…"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := shown(test.name, test.id); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
