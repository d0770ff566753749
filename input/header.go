package input

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"dakota-reconcile/reconcile"
)

// columns are the two columns that matter, and the others, as the header tells.
type columns struct {
	row, line           int32 // of the header, from 1
	customer, subClient int   // from 0
	names               []string
	further             []int // from 0; the columns with a name that are not the two
	nameless            bool  // there are columns without a name
}

// role is what one of the two columns is called.
type role struct {
	name    string   // in messages
	flag    string   // that names it
	exact   string   // its usual name, as normal gives it
	aliases []string // taken when nothing has the usual name
}

var (
	customerRole  = role{"customer_id", "--customer-column", "customerid", []string{"customer", "dakotacustomerid"}}
	subClientRole = role{"sub_client_id", "--sub-client-column", "subclientid", []string{"subclient", "dakotasubclientid"}}
)

// normal is a name without what people vary: case, space, underscore, hyphen, dot, quotes, invisible characters.
func normal(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("_-.‐‑–\"'`*:", r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// candidates returns the columns, from 0, that may be the role's: those that the user named, else those with the usual name, else those
// with another name for it.
func (ro role) candidates(cells []string, wanted string) []int {
	if wanted != "" {
		if found := named(cells, func(n string) bool { return n == normal(wanted) }); len(found) > 0 {
			return found
		}
		if i := lettersColumn(wanted); i > 0 && i <= len(cells) && strings.TrimSpace(cells[i-1]) != "" {
			return []int{i - 1}
		}
		return nil
	}
	if found := named(cells, func(n string) bool { return n == ro.exact }); len(found) > 0 {
		return found
	}
	found := named(cells, func(n string) bool { return slices.Contains(ro.aliases, n) })
	if len(found) > 0 {
		// A misspelt sub_client_id beside a column of names called Sub-Client: the one that is spelt right must not win.
		near := named(cells, func(n string) bool { return distance(n, ro.exact) <= 2 && !slices.Contains(ro.aliases, n) })
		found = append(found, near...)
		slices.Sort(found)
	}
	return found
}

func named(cells []string, is func(string) bool) []int {
	var found []int
	for i, c := range cells {
		if n := normal(c); n != "" && is(n) {
			found = append(found, i)
		}
	}
	return found
}

// lettersColumn reads column letters (A = 1); 0 for what is none.
func lettersColumn(s string) int {
	n := 0
	for _, r := range strings.ToUpper(s) {
		if r < 'A' || r > 'Z' || n > maxColumns {
			return 0
		}
		n = n*26 + int(r-'A') + 1
	}
	return n
}

// headerIn reads a row as the header. Without a problem and with ok false the row is no header: it lacks one of the columns.
func headerIn(cells []string, o Options) (c columns, ok bool, p *Problem) {
	if len(cells) == 0 || strings.HasPrefix(strings.TrimSpace(cells[0]), "#") {
		return c, false, nil
	}
	customers := customerRole.candidates(cells, o.CustomerColumn)
	subClients := subClientRole.candidates(cells, o.SubClientColumn)
	switch {
	case len(customers) == 0 || len(subClients) == 0:
		return c, false, nil
	case len(customers) > 1:
		return c, false, ambiguous(customerRole, cells, customers)
	case len(subClients) > 1:
		return c, false, ambiguous(subClientRole, cells, subClients)
	case customers[0] == subClients[0]:
		return c, false, &Problem{Code: "same_column", Column: customers[0] + 1, Value: cells[customers[0]], Fatal: true,
			What: "one column can't be both customer_id and sub_client_id", Advice: "name two columns"}
	}
	for _, i := range []int{customers[0], subClients[0]} {
		if reconcile.CheckID(strings.TrimSpace(cells[i]), o.Now()) == nil {
			return c, false, &Problem{Code: "no_header", Column: i + 1, Value: cells[i], Fatal: true,
				What: "an id stands where the header is expected", Advice: "add a header row with customer_id and sub_client_id"}
		}
	}
	c = columns{customer: customers[0], subClient: subClients[0], names: cells}
	for i, name := range cells {
		switch {
		case i == c.customer || i == c.subClient:
		case strings.TrimSpace(name) == "":
			c.nameless = true
		default:
			c.further = append(c.further, i)
		}
	}
	return c, true, nil
}

func ambiguous(ro role, cells []string, found []int) *Problem {
	var list []string
	for _, i := range found {
		list = append(list, fmt.Sprintf("%s (%q)", columnLetters(i+1), clip(cells[i])))
	}
	return &Problem{Code: "ambiguous_column", Column: found[0] + 1, Fatal: true,
		What:   fmt.Sprintf("%d columns may be %s: %s", len(found), ro.name, strings.Join(list, ", ")),
		Advice: "say which with " + ro.flag + ", by name or letter"}
}

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
	if wanted := s.wanted(missing); wanted != "" {
		if score > s.score && strings.TrimSpace(strings.Join(cells, "")) != "" {
			s.score = score
			s.best = Problem{Code: "no_header", Row: number, Fatal: true, What: "no column " + wanted + " among the first ten rows", Value: clip(strings.Join(cells, " | ")),
				Advice: "name a column by its header or its letter"}
		}
		return
	}
	near, first := nearest(cells, missing)
	if score += near; score <= s.score || strings.TrimSpace(strings.Join(cells, "")) == "" {
		return
	}
	s.score = score
	s.best = Problem{Code: "no_header", Row: number, Fatal: true, What: "no header with " + roleNames(missing) + " among the first ten rows",
		Value: clip(strings.Join(cells, " | ")), Advice: "name the columns customer_id and sub_client_id, or say which they are with " +
			"--customer-column and --sub-client-column"}
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
