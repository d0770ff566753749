package cli

import (
	"io"
	"os"
	"strings"
	"sync/atomic"
	"unicode"

	"github.com/vbauerster/mpb/v8"
	"golang.org/x/term"
)

// What goes where. stdout carries what was asked for: the difference and the closing words, or with --json one JSON document and nothing
// else. stderr carries everything about the run: logs, progress, questions, errors. Text that came from a file or from the API is passed
// through clean before it is shown.

// screen is what is known of the streams.
type screen struct {
	in       io.Reader
	out, err io.Writer
	asks     bool // a person can be asked: input and error stream are terminals
	errTTY   bool
	redraws  bool    // the error stream is a terminal that can draw over what stands there
	stream   *stream // what err writes through
	colour   palette
	width    int // columns of the terminal; 0 off a terminal
}

// newScreen looks at the process's streams once.
func newScreen(p Process) screen {
	s := screen{in: p.In, out: p.Out, stream: &stream{to: p.Err}, errTTY: isTerminal(p.Err)}
	s.err = s.stream
	s.asks = s.errTTY && isTerminal(p.In)
	s.redraws = s.errTTY && p.Env("TERM") != "dumb"
	f, ok := p.Out.(*os.File)
	if !ok || !isTerminal(p.Out) {
		return s
	}
	s.colour.on = p.Env("NO_COLOR") == "" && p.Env("TERM") != "dumb"
	if w, _, err := term.GetSize(int(f.Fd())); err == nil {
		s.width = w
	}
	return s
}

// stream is the error stream. While a progress bar is drawn there, what is said goes above it: written past it, it would be drawn over.
type stream struct {
	to   io.Writer
	bars atomic.Pointer[mpb.Progress] // nil: none is drawn
}

func (s *stream) Write(p []byte) (int, error) {
	if bars := s.bars.Load(); bars != nil {
		if n, err := bars.Write(p); err == nil {
			return n, nil
		} // the bar has ended meanwhile
	}
	return s.to.Write(p)
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// lines says whether clean keeps line breaks.
type lines int

const (
	oneLine lines = iota
	multiline
)

// clean makes text from outside harmless to a terminal: control characters (and with them every escape sequence) become a dot, the
// characters that turn or hide text vanish. Line breaks stay only where the caller expects them.
func clean(s string, l lines) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && l == multiline:
			return r
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.IsControl(r) || r == unicode.ReplacementChar:
			return '·'
		case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r):
			return -1
		}
		return r
	}, s)
}

// shorten cuts text to n characters, the last of them an ellipsis.
func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

// shown is a name from the API as a terminal may show it; without a name the id, without an id "none".
func shown(name, id string) string {
	if name = strings.TrimSpace(clean(name, oneLine)); name != "" {
		return shorten(name, 40)
	}
	if id == "" {
		return "none"
	}
	return clean(id, oneLine)
}

// palette colours words when the terminal can; the zero palette leaves them plain.
type palette struct{ on bool }

func (p palette) paint(code, s string) string {
	if !p.on {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p palette) good(s string) string  { return p.paint("32", s) }
func (p palette) warn(s string) string  { return p.paint("33", s) }
func (p palette) bad(s string) string   { return p.paint("31", s) }
func (p palette) faint(s string) string { return p.paint("2", s) }
func (p palette) bold(s string) string  { return p.paint("1", s) }
