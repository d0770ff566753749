package input

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// xmlReader reads XML strictly, token by token: every element is closed by its own end, nothing stands after the last, and no token is
// longer than 1 MiB.
type xmlReader struct {
	d     *xml.Decoder
	meter *meter
	stack []string
	root  bool // the root element was seen
}

// meter limits what may be read for one token.
type meter struct {
	src  io.Reader
	left int
}

var errLongToken = errors.New("a text or tag is longer than 1 MiB")

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, errLongToken
	}
	n, err := m.src.Read(p)
	m.left -= n
	return n, err
}

func newXMLReader(src io.Reader) *xmlReader {
	m := &meter{src: src, left: maxRecord}
	return &xmlReader{d: xml.NewDecoder(m), meter: m}
}

// next returns the next token, io.EOF when the document has ended as it should. An end element's name is checked against its start's.
func (x *xmlReader) next() (xml.Token, error) {
	x.meter.left = maxRecord
	t, err := x.d.RawToken()
	if err == io.EOF && (len(x.stack) > 0 || !x.root) {
		return nil, io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	switch e := t.(type) {
	case xml.StartElement:
		if len(x.stack) == 0 && x.root {
			return nil, errors.New("something stands after its end")
		}
		x.root = true
		if x.stack = append(x.stack, e.Name.Local); len(x.stack) > 100 {
			return nil, errors.New("its elements are nested too deeply")
		}
	case xml.EndElement:
		n := len(x.stack) - 1
		if n < 0 || x.stack[n] != e.Name.Local {
			return nil, fmt.Errorf("the end of %s stands where another is expected", clip(e.Name.Local))
		}
		x.stack = x.stack[:n]
	case xml.Directive:
		return nil, errors.New("it has a document type, which workbooks have not")
	}
	return t, nil
}

// parent is the element around the one that has just begun or ended; "" for none. up 0 is that element itself while it is open.
func (x *xmlReader) parent(up int) string {
	if n := len(x.stack) - 1 - up; n >= 0 {
		return x.stack[n]
	}
	return ""
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
