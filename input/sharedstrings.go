package input

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxTexts bounds the characters of a workbook's texts; a million rows of two ids have a fifth of that.
const maxTexts = 256 << 20

var errTexts = errors.New("it holds too many texts")

// sharedStrings are a workbook's texts, end to end in one piece of memory.
type sharedStrings struct {
	text []byte
	ends []uint32
	void bits // entries that hold no text at all, not even an empty one
}

// readSharedStrings reads the table, with at most so many characters. Phonetic readings above a text are no part of it.
func readSharedStrings(src io.Reader, most int) (*sharedStrings, error) {
	s := &sharedStrings{}
	x := newXMLReader(src)
	held := false
	for {
		t, err := x.next()
		if err == io.EOF {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		switch e := t.(type) {
		case xml.StartElement:
			held = held && e.Name.Local != "si" || e.Name.Local == "t"
		case xml.CharData:
			if x.parent(0) == "t" && x.parent(1) != "rPh" {
				s.text = append(s.text, e...)
			}
		case xml.EndElement:
			if e.Name.Local == "si" {
				if !held {
					s.void.set(len(s.ends))
				}
				if len(s.text) > most || len(s.ends) > most/32 {
					return nil, errTexts
				}
				s.ends = append(s.ends, uint32(len(s.text)))
			}
		}
	}
}

// at returns the text with an index as a cell writes it.
func (s *sharedStrings) at(index string) (string, error) {
	n, err := strconv.Atoi(strings.TrimSpace(index))
	if err != nil || n < 0 || n >= len(s.ends) || s.void.has(n) {
		return "", fmt.Errorf("a cell refers to text %q of %d", clip(index), len(s.ends))
	}
	from := uint32(0)
	if n > 0 {
		from = s.ends[n-1]
	}
	return unescaped(string(s.text[from:s.ends[n]])), nil
}

// unescaped turns _x000D_ and the like, in which workbooks write characters that XML can't hold, into these characters.
func unescaped(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "_x")
		if i < 0 || len(s) < i+7 {
			break
		}
		n, err := strconv.ParseUint(s[i+2:i+6], 16, 16)
		if err != nil || s[i+6] != '_' {
			b.WriteString(s[:i+2])
			s = s[i+2:]
			continue
		}
		b.WriteString(s[:i])
		b.WriteRune(rune(n))
		s = s[i+7:]
	}
	b.WriteString(s)
	return b.String()
}
