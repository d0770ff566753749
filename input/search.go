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
	near, first := nearest(cells, missing)
	if score += near; score <= s.score || strings.TrimSpace(strings.Join(cells, "")) == "" {
		return
	}
	s.score = score
	s.best = Problem{
		Code: "no_header", Row: number, Fatal: true, What: "no header with " + roleNames(missing) + " among the first ten rows",
		Value: clip(strings.Join(cells, " | ")), Advice: "name the columns customer_id and sub_client_id, or say which they are with " +
			"--customer-column and --sub-client-column",
	}
	if first >= 0 {
		s.best.Column, s.best.Cell = first+1, cellName(first+1, number)
		s.best.Value, s.best.Advice = clip(cells[first]), fmt.Sprintf("did you mean %s? rename the column, or say %s %s",
			missing[0].name, missing[0].flag, columnLetters(first+1))
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

// nearest looks for a misspelt name: how many there are, and the column, from 0, of the first that is near the first missing role.
func nearest(cells []string, missing []role) (count, first int) {
	first = -1
	for n, r := range missing {
		for i, c := range cells {
			if distance(normal(c), r.exact) <= 3 {
				count++
				if n == 0 && first < 0 {
					first = i
				}
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
