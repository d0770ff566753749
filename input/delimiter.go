package input

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

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
	var quote *Problem
	var found []rune
	skip := 0
	for _, d := range try {
		s, at := searchText(head[from:], line, d, r.o)
		if quote == nil {
			quote = s.quote
		}
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
		return 0, 0, r.fatal(Problem{
			Row: best.found.row, Code: "ambiguous_delimiter", What: fmt.Sprintf("the header can be read with %q and with %q between its cells", found[0], found[1]),
			Advice: fmt.Sprintf("write sep=%c alone in the first line, or name the columns with --customer-column and --sub-client-column", found[0]),
		})
	case problem != nil:
		return 0, 0, r.fatal(*problem.problem)
	case quote != nil && best.score < 10: // no row has either of the columns
		return 0, 0, r.fatal(*quote)
	case best.score == 0 && (len(bytes.TrimSpace(head[from:])) > 0 || len(head) == maxHead):
		return 0, 0, r.fatal(Problem{
			Code: "no_header", What: "none of the first ten rows can be read as a header",
			Advice: "customer_id and sub_client_id must stand in one of them: look for stray quotes and for empty rows above the header",
		})
	case best.score == 0:
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
		begin := from + blankBytes(head[from:])
		if row > headerRows {
			if s.score == 0 && strings.TrimSpace(strings.Join(cells, "")) != "" {
				s.late(row)
			}
			return s, 0
		}
		if err != nil {
			s.swallowed(row, line+int32(bytes.Count(head[:begin], []byte("\n"))), head[begin:c.InputOffset()], delimiter)
			continue // a title with a quote in it; a header like that is none
		}
		at, _ := c.FieldPos(0)
		for i, cell := range cells {
			if !utf8.ValidString(cell) {
				cells[i] = fromWindows(cell)
			}
		}
		if s.row(row, line-1+int32(at), cells) {
			return s, begin
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
