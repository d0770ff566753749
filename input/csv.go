package input

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"unicode"

	"github.com/gocarina/gocsv"
)

// record is what gocsv makes of a row. The header is renamed to these names before the first row is read, so that no other column can
// bear them.
type record struct {
	CustomerID  string `csv:"customer_id"`
	SubClientID string `csv:"sub_client_id"`
}

// sheetText is a text file from its header on.
type sheetText struct {
	r        *reading
	tape     *tape
	csv      *csv.Reader
	rows     *gocsv.Unmarshaller
	further  bool // cells of further columns are wanted
	charset  charset
	row      int32
	above    int // physical lines above the header
	line     int // on which the row at hand begins
	nextLine int // on which the next one does, or a blank line before it
	ended    bool
	l        line // the row at hand
	lineOf   func(column int) int
}

// readText reads a text file that has been unpacked.
func (r *reading) readText(src *bufio.Reader) error {
	src, set := decoded(src)
	src = lineEnds(src)
	head, err := src.Peek(maxHead)
	if err != nil && err != io.EOF {
		return err
	}
	if bytes.IndexByte(head[:min(len(head), 1000)], 0) >= 0 {
		return r.fatal(Problem{Code: "damaged", What: "the file has NUL bytes in it: it is no text, or text in UTF-16 without its mark", Advice: "save it again as CSV UTF-8"})
	}
	delimiter, skip, e := r.findHeader(head)
	if e != nil {
		return e
	}
	if _, err := src.Discard(skip); err != nil {
		return err
	}
	t, err := r.open(src, delimiter, set)
	if err != nil {
		return err
	}
	for !t.ended {
		if err := t.next(); err != nil {
			return err
		}
	}
	return nil
}

// open starts gocsv at the header's row.
func (r *reading) open(src io.Reader, delimiter rune, set charset) (*sheetText, error) {
	t := &sheetText{r: r, tape: &tape{src: src}, charset: set, row: r.cols.row, above: int(r.cols.line) - 1, line: int(r.cols.line)}
	r.t.Source.Format = "csv"
	if delimiter == '\t' {
		r.t.Source.Format = "tsv"
	}
	t.lineOf = t.cellLine
	t.csv = csv.NewReader(bufio.NewReaderSize(t.tape, 64<<10))
	t.csv.Comma, t.csv.ReuseRecord = delimiter, true
	rows, err := gocsv.NewUnmarshaller(t.csv, &record{})
	if err != nil {
		return nil, t.broken(err)
	}
	t.rows = rows
	t.further = r.keep && len(r.cols.further) > 0
	if err := rows.RenormalizeHeaders(r.cols.rename); err != nil {
		return nil, fmt.Errorf("rename the header: %w", err)
	}
	if len(rows.MismatchedStructFields) > 0 || len(rows.Headers) != len(r.cols.names) {
		return nil, r.fatal(Problem{Row: r.cols.row, Code: "no_header", What: "the header is not what it was when it was found", Advice: "this is a mistake of this program"})
	}
	if len(r.cols.names) > maxColumns {
		return nil, r.fatal(Problem{Row: r.cols.row, Code: "too_wide", What: fmt.Sprintf("the header has %d cells", len(r.cols.names)), Advice: "remove columns that are not needed"})
	}
	t.nextLine = int(r.cols.line) + bytes.Count(t.tape.cut(t.csv.InputOffset()), []byte("\n"))
	return t, nil
}

// rename gives each column a name of its own: the two their fields', the others their numbers.
func (c columns) rename([]string) []string {
	names := make([]string, len(c.names))
	for i := range names {
		names[i] = place(i)
	}
	names[c.customer], names[c.subClient] = "customer_id", "sub_client_id"
	return names
}

func place(i int) string { return fmt.Sprintf("#%d", i) }

// next reads one row into the table.
func (t *sheetText) next() error {
	rec, further, err := t.read()
	if err == io.EOF {
		t.ended = true
		return nil
	}
	raw := t.tape.cut(t.csv.InputOffset())
	blank := blankBytes(raw)
	t.row += int32(bytes.Count(raw[:blank], []byte("\n"))) + 1
	t.line = t.nextLine + bytes.Count(raw[:blank], []byte("\n"))
	raw = raw[blank:]
	t.nextLine = t.line + bytes.Count(raw, []byte("\n"))
	if err != nil {
		if errors.Is(err, csv.ErrFieldCount) {
			return t.ragged(raw)
		}
		t.tape.start -= len(raw)
		return t.broken(err)
	}
	l := &t.l
	*l = line{
		row: t.row, customer: cell{text: rec.CustomerID}, subClient: cell{text: rec.SubClientID}, further: further,
		line: t.line, lineOf: t.lineOf, torn: raw[len(raw)-1] != '\n',
	}
	if len(rec.CustomerID) < 27 && len(rec.SubClientID) < 27 && t.empty(raw) {
		return nil
	}
	if t.r.cols.nameless {
		l.nameless = func() []string { return t.nameless(raw) }
	}
	t.bytes(raw, l)
	return t.r.add(l)
}

// read lets gocsv read a row. The cells of further columns come in the order of the header.
func (t *sheetText) read() (*record, []string, error) {
	if !t.further {
		rec, err := t.rows.Read()
		if err != nil {
			return nil, nil, err
		}
		return rec.(*record), nil, nil
	}
	rec, others, err := t.rows.ReadUnmatched()
	if err != nil {
		return nil, nil, err
	}
	further := make([]string, len(t.r.cols.further))
	for i, column := range t.r.cols.further {
		further[i] = others[place(column)]
	}
	return rec.(*record), further, nil
}

// cellLine is the physical line on which a cell of the row at hand begins.
func (t *sheetText) cellLine(column int) int {
	n, _ := t.csv.FieldPos(column)
	return t.above + n
}

// empty says whether a row has nothing but delimiters, space and quotes.
func (t *sheetText) empty(raw []byte) bool {
	return bytes.IndexFunc(raw, func(r rune) bool { return r != t.csv.Comma && r != '"' && !unicode.IsSpace(r) }) < 0
}
