package input

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// decoded gives the text of a file whose encoding its byte order mark tells. Without one the bytes pass as they are: what they mean is
// decided row by row (see charset), since ids and delimiters are ASCII in every encoding that is left.
func decoded(src *bufio.Reader) (*bufio.Reader, charset) {
	head, _ := src.Peek(3)
	marked := bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) || bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff"))
	if !marked {
		return src, charset{}
	}
	return bufio.NewReaderSize(transform.NewReader(src, unicode.BOMOverride(transform.Nop)), maxHead), charset{marked: true}
}

// charset reads the bytes of a file that has no byte order mark: UTF-8 until a row is none, Windows-1252 from there on.
type charset struct {
	marked  bool // by a byte order mark: the file is what it says, or it is damaged
	windows bool
}

// sees is told the bytes of each row and says whether the row's cells must be read as Windows-1252, and whether this is the first such.
func (c *charset) sees(row []byte) (windows, first bool) {
	if c.marked || ascii(row) {
		return false, false
	}
	if c.windows {
		return true, false
	}
	c.windows = !utf8.Valid(row)
	return c.windows, c.windows
}

func ascii(b []byte) bool {
	for len(b) >= 8 {
		if binary.NativeEndian.Uint64(b)&0x8080808080808080 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func fromWindows(s string) string {
	out, err := charmap.Windows1252.NewDecoder().String(s)
	if err != nil {
		return s // it can't: each byte has a meaning or becomes U+FFFD, which is refused
	}
	return out
}

// lineEnds turns a CR that is no part of a CRLF into LF, in a file whose first line ends with such a CR (a csv.Reader would see one line).
func lineEnds(src *bufio.Reader) *bufio.Reader {
	head, _ := src.Peek(maxHead)
	at := bytes.IndexAny(head, "\r\n")
	if at < 0 || head[at] == '\n' || at+1 < len(head) && head[at+1] == '\n' {
		return src
	}
	return bufio.NewReaderSize(&crReader{src: src}, maxHead)
}

type crReader struct {
	src *bufio.Reader
	cr  bool // the last byte was a CR, given out as LF: an LF after it is its second half
}

func (r *crReader) Read(p []byte) (int, error) {
	for {
		n, err := r.src.Read(p)
		out := p[:0]
		for _, c := range p[:n] {
			half := c == '\n' && r.cr
			if r.cr = c == '\r'; r.cr {
				c = '\n'
			}
			if !half {
				out = append(out, c)
			}
		}
		if len(out) > 0 || err != nil {
			return len(out), err
		}
	}
}

// separator reads a sep= line, which spreadsheet programs obey and do not show as a row. It returns the delimiter (0 without such a
// line) and the line's length.
func separator(head []byte) (rune, int) {
	end := bytes.IndexByte(head, '\n')
	if end < 0 {
		return 0, 0
	}
	line := bytes.Trim(bytes.TrimRight(head[:end], "\r"), `"`)
	if len(line) < 4 || !bytes.EqualFold(line[:4], []byte("sep=")) {
		return 0, 0
	}
	r, size := utf8.DecodeRune(line[4:])
	if size == 0 || size != len(line)-4 || r == utf8.RuneError || r == '\r' || r == '"' {
		return 0, 0
	}
	return r, end + 1
}

// limited fails after a number of bytes: a bomb in gzip, or a file that nobody meant.
type limited struct {
	src  io.Reader
	left int64
	err  error
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, l.err
	}
	n, err := l.src.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, l.err
	}
	return n, err
}
