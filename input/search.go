package input

import (
	"fmt"
	"strings"
)

// headerSearch looks for the header among a file's first rows.
type headerSearch struct {
	o       Options
	found   columns
	ok      bool
	problem *Problem // a row that is a header but can't be used
	best    Problem  // what to say when nothing is found
	score   int      // of best
	quote   *Problem // a quote that is never closed and hides the rows after it
}

// swallowed takes down a quote among the first rows that is never closed: the header may stand inside it. raw begins in a row and ends
// where its reading did.
func (s *headerSearch) swallowed(number, line int32, raw []byte, delimiter rune) {
	column, below, what := quoteTrouble(raw, delimiter)
	if s.quote != nil || what != neverClosed {
		return
	}
	s.quote = &Problem{
		Code: "quote", Row: number, Column: column + 1, Cell: cellName(column+1, number), What: what + ": it hides all rows after it",
		Advice: "close the quote, or take it away",
	}
	if n := line + int32(below); n != number {
		s.quote.Line = int(n)
	}
}

// late takes down that nothing stands in the rows where the header is looked for, and something in a row below them.
func (s *headerSearch) late(number int32) {
	s.score = 1
	s.best = Problem{
		Code: "no_header", Row: number, Fatal: true, What: "the first ten rows are empty; the file begins only here",
		Advice: "the header must stand in one of the first ten rows: delete empty rows above it",
	}
}

// row offers the next row; it returns true when the search is over.
func (s *headerSearch) row(number, line int32, cells []string) bool {
	c, ok, p := headerIn(cells, s.o)
	if p != nil {
		p.Row, p.Value = number, clip(p.Value)
		if p.Column > 0 {
			p.Cell = cellName(p.Column, number)
		}
		s.problem = p
		return true
	}
	if ok {
		c.row, c.line = number, line
		s.found, s.ok = c, true
		return true
	}
	s.remember(number, cells)
	return number >= headerRows
}

// remember keeps the row that is most like a header, for the message when there is none.
func (s *headerSearch) remember(number int32, cells []string) {
	missing, score := []role{}, 1
	for _, w := range []struct {
		role
		wanted string
	}{{customerRole, s.o.CustomerColumn}, {subClientRole, s.o.SubClientColumn}} {
		if len(w.candidates(cells, w.wanted)) == 0 {
			missing = append(missing, w.role)
		} else {
			score += 10
		}
	}
	if len(missing) == 0 { // a remark with cells where the letters of both columns point
		missing = []role{customerRole, subClientRole}
	}
	if wanted := s.wanted(missing); wanted != "" {
		if score > s.score && strings.TrimSpace(strings.Join(cells, "")) != "" {
			s.score = score
			s.best = Problem{
				Code: "no_header", Row: number, Fatal: true, What: "no column " + wanted + " among the first ten rows", Value: clip(strings.Join(cells, " | ")),
				Advice: "name a column by its header or its letter",
			}
		}
		return
	}
	count, near := nearest(cells, missing)
	if score += count; score <= s.score || strings.TrimSpace(strings.Join(cells, "")) == "" {
		return
	}
	s.score = score
	s.best = Problem{
		Code: "no_header", Row: number, Fatal: true, What: "no header with " + roleNames(missing) + " among the first ten rows",
		Value: clip(strings.Join(cells, " | ")), Advice: "name the columns customer_id and sub_client_id, or say which they are with " +
			"--customer-column and --sub-client-column",
	}
	switch ro := missing[0]; {
	case len(near) == 1:
		i := near[0]
		s.best.Column, s.best.Cell = i+1, cellName(i+1, number)
		s.best.Value, s.best.Advice = clip(cells[i]), fmt.Sprintf("did you mean %s? rename the column, or say %s %s", ro.name, ro.flag, columnLetters(i+1))
	case len(near) > 1: // to suggest one of them is to guess, and the other one may hold the ids
		s.best.Advice = fmt.Sprintf("%d columns are nearly called %s: %s; rename the one that is meant, or say which with %s",
			len(near), ro.name, columnList(cells, near), ro.flag)
	}
}

// wanted names the missing columns that the user has asked for; "" when there are none.
func (s *headerSearch) wanted(missing []role) string {
	var list []string
	for _, r := range missing {
		name := s.o.CustomerColumn
		if r.exact == subClientRole.exact {
			name = s.o.SubClientColumn
		}
		if name != "" {
			list = append(list, fmt.Sprintf("%q (%s)", clip(name), r.flag))
		}
	}
	return strings.Join(list, " and ")
}

func roleNames(rs []role) string {
	var names []string
	for _, r := range rs {
		names = append(names, r.name)
	}
	return strings.Join(names, " and ")
}

// nearest looks for misspelt names: how many there are, and the columns, from 0, that are near the first missing role.
func nearest(cells []string, missing []role) (count int, first []int) {
	for n, r := range missing {
		for i, c := range cells {
			if distance(normal(c), r.exact) > 3 {
				continue
			}
			if count++; n == 0 {
				first = append(first, i)
			}
		}
	}
	return count, first
}

// distance is the number of characters to change, add or take away to make b of a (Levenshtein); long names are far from everything.
func distance(a, b string) int {
	if len(a) > 40 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			keep := diagonal
			if a[i] != b[j] {
				keep++
			}
			diagonal = row[j+1]
			row[j+1] = min(keep, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
