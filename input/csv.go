package input

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

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

// delimiters that a header line may have.
var delimiters = []rune{',', ';', '\t', '|'}

// findHeader decides the delimiter by the header line, which is the first line that has both columns with it. It takes the header down
// and returns where its row begins.
func (r *reading) findHeader(head []byte) (rune, int, *Error) {
	from, line := 0, int32(1)
	try := delimiters
	if said, n := separator(head); said != 0 {
		try, from, line = []rune{said}, n, 2
	}
	var best, problem *headerSearch
	var found []rune
	skip := 0
	for _, d := range try {
		s, at := searchText(head[from:], line, d, r.o)
		switch {
		case s.ok && (len(found) == 0 || at < skip):
			best, found, skip = s, []rune{d}, at
		case s.ok && at == skip:
			found = append(found, d)
		case s.problem != nil && problem == nil:
			problem = s
		case len(found) == 0 && (best == nil || s.score > best.score):
			best = s
		}
	}
	switch {
	case len(found) == 1:
		r.headed(best.found)
		return found[0], from + skip, nil
	case len(found) > 1:
		return 0, 0, r.fatal(Problem{Row: best.found.row, Code: "ambiguous_delimiter", What: fmt.Sprintf("the header can be read with %q and with %q between its cells", found[0], found[1]),
			Advice: fmt.Sprintf("write sep=%c alone in the first line, or name the columns with --customer-column and --sub-client-column", found[0])})
	case problem != nil:
		return 0, 0, r.fatal(*problem.problem)
	case best == nil || best.score == 0:
		return 0, 0, r.fatal(Problem{Code: "empty", What: "the file is empty", Advice: "give a file with the columns customer_id and sub_client_id"})
	}
	return 0, 0, r.fatal(best.best)
}

// searchText looks for the header in the first rows, which need not have the same number of cells. It returns the search and where the
// header's row begins.
func searchText(head []byte, line int32, delimiter rune, o Options) (*headerSearch, int) {
	c := csv.NewReader(bytes.NewReader(head))
	c.Comma, c.FieldsPerRecord = delimiter, -1
	s := &headerSearch{o: o}
	row := int32(0)
	for {
		from := int(c.InputOffset())
		cells, err := c.Read()
		if err == io.EOF {
			return s, 0
		}
		blank := blankLines(head[from:])
		row += blank + 1
		if row > headerRows {
			return s, 0
		}
		if err != nil {
			continue // a title with a quote in it; a header like that is none
		}
		at, _ := c.FieldPos(0)
		for i, cell := range cells {
			if !utf8.ValidString(cell) {
				cells[i] = fromWindows(cell)
			}
		}
		if s.row(row, line-1+int32(at), cells) {
			return s, from + int(blankBytes(head[from:]))
		}
	}
}

// blankLines counts the empty lines with which b begins; a csv.Reader passes over them, a spreadsheet program does not.
func blankLines(b []byte) int32 { return int32(bytes.Count(b[:blankBytes(b)], []byte("\n"))) }

func blankBytes(b []byte) int {
	n := 0
	for n < len(b) {
		switch {
		case b[n] == '\n':
			n++
		case b[n] == '\r' && n+1 < len(b) && b[n+1] == '\n':
			n += 2
		default:
			return n
		}
	}
	return n
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
	*l = line{row: t.row, customer: cell{text: rec.CustomerID}, subClient: cell{text: rec.SubClientID}, further: further,
		line: t.line, lineOf: t.lineOf, torn: raw[len(raw)-1] != '\n'}
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

// lineOf is the physical line on which a cell of the row at hand begins.
func (t *sheetText) cellLine(column int) int {
	n, _ := t.csv.FieldPos(column)
	return t.above + n
}

// empty says whether a row has nothing but delimiters, space and quotes.
func (t *sheetText) empty(raw []byte) bool {
	return bytes.IndexFunc(raw, func(r rune) bool { return r != t.csv.Comma && r != '"' && !unicode.IsSpace(r) }) < 0
}

// bytes looks at a row's bytes: are they text, and in which encoding?
func (t *sheetText) bytes(raw []byte, l *line) {
	if bytes.IndexByte(raw, 0) >= 0 {
		l.damage = &finding{"damaged", "the row has a NUL byte in it: it is no text, or text in UTF-16 without its mark", "save the file again as CSV UTF-8"}
		return
	}
	if ascii(raw) {
		return
	}
	if bytes.Contains(raw, []byte("\xef\xbf\xbd")) || t.charset.marked && !utf8.Valid(raw) {
		l.damage = &finding{"damaged", "the row has characters in it that were lost in a conversion", "get the file again, or correct the row"}
		return
	}
	windows, first := t.charset.sees(raw)
	if first {
		p := t.r.place(l, -1, finding{"windows_1252", "the file is not UTF-8 from here on and was read as Windows-1252", "save it as CSV UTF-8 if names look wrong"}, "")
		t.r.t.Notices = append(t.r.t.Notices, p)
	}
	if windows {
		l.customer.text, l.subClient.text = fromWindows(l.customer.text), fromWindows(l.subClient.text)
		for i, s := range l.further {
			l.further[i] = fromWindows(s)
		}
	}
}

// ragged reads a row again that has not as many cells as the header.
func (t *sheetText) ragged(raw []byte) error {
	if t.empty(raw) {
		return nil
	}
	cells, err := t.again(raw)
	if err != nil {
		return err
	}
	t.r.ragged(&line{row: t.row, line: t.line, customer: cell{text: at(cells, t.r.cols.customer)}}, len(cells))
	return nil
}

// again reads a row's text once more, whatever its number of cells.
func (t *sheetText) again(raw []byte) ([]string, error) {
	c := csv.NewReader(bytes.NewReader(raw))
	c.Comma, c.FieldsPerRecord = t.csv.Comma, -1
	cells, err := c.Read()
	if err != nil {
		return nil, fmt.Errorf("read row %d again: %w", t.row, err)
	}
	return cells, nil
}

// nameless gives a row's cells in columns that the header does not name.
func (t *sheetText) nameless(raw []byte) []string {
	cells, _ := t.again(raw) // it was read without an error once
	var list []string
	for i, c := range cells {
		if strings.TrimSpace(t.r.cols.names[i]) == "" {
			list = append(list, c)
		}
	}
	return list
}

// broken says why the file can't be read on. Where a quote is the cause, nothing that stands after it can be trusted.
func (t *sheetText) broken(err error) error {
	place := Problem{Row: t.row, Code: "unreadable", What: "the file can't be read on from here: " + err.Error(), Advice: "get the file again"}
	var e *Error
	var parse *csv.ParseError
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, errLongRecord):
		place.Code, place.What, place.Advice = "too_long", "the row is longer than 1 MiB", "look for a quote that is not closed"
	case errors.As(err, &parse):
		place.Code = "quote"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, gzip.ErrChecksum):
		place.Code, place.What = "damaged", "the file is damaged or cut off: "+err.Error()
		return t.r.fatal(place)
	default:
		return t.r.fatal(place)
	}
	column, lines, what := quoteTrouble(t.tape.rest(), t.csv.Comma)
	if column < 0 {
		return t.r.fatal(place)
	}
	place.Column, place.Cell = column+1, cellName(column+1, place.Row)
	if column < len(t.r.cols.names) {
		place.ColumnName = clip(t.r.cols.names[column])
	}
	place.What = what
	place.Advice = "put a quote that belongs to the text twice, inside a cell that begins and ends with one"
	if n := t.line + lines; n != int(place.Row) {
		place.Line = n
	}
	return t.r.fatal(place)
}
