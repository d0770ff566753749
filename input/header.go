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

// remark reports whether a row only tells something: its first cell begins with #. A column of row numbers is called # too, so a row that
// names both columns is the header all the same. A column given by its letter is in any row: then the # must stand alone.
func remark(cells []string, o Options) bool {
	first := strings.TrimSpace(cells[0])
	if !strings.HasPrefix(first, "#") {
		return false
	}
	if len(customerRole.candidates(cells, o.CustomerColumn)) == 0 || len(subClientRole.candidates(cells, o.SubClientColumn)) == 0 {
		return true
	}
	byLetter := func(wanted string) bool {
		return wanted != "" && len(named(cells, func(n string) bool { return n == normal(wanted) })) == 0
	}
	return first != "#" && (byLetter(o.CustomerColumn) || byLetter(o.SubClientColumn))
}

// headerIn reads a row as the header. Without a problem and with ok false the row is no header: it lacks one of the columns.
func headerIn(cells []string, o Options) (c columns, ok bool, p *Problem) {
	if len(cells) == 0 || remark(cells, o) {
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
		return c, false, &Problem{
			Code: "same_column", Column: customers[0] + 1, Value: cells[customers[0]], Fatal: true,
			What: "one column can't be both customer_id and sub_client_id", Advice: "name two columns",
		}
	}
	for _, i := range []int{customers[0], subClients[0]} {
		if reconcile.CheckID(strings.TrimSpace(cells[i]), o.Now()) == nil {
			return c, false, &Problem{
				Code: "no_header", Column: i + 1, Value: cells[i], Fatal: true,
				What: "an id stands where the header is expected", Advice: "add a header row with customer_id and sub_client_id",
			}
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
	return &Problem{
		Code: "ambiguous_column", Column: found[0] + 1, Fatal: true,
		What:   fmt.Sprintf("%d columns may be %s: %s", len(found), ro.name, columnList(cells, found)),
		Advice: "say which with " + ro.flag + ", by name or letter",
	}
}

// columnList names columns, counted from 0, by their letters and their headers.
func columnList(cells []string, columns []int) string {
	var list []string
	for _, i := range columns {
		list = append(list, fmt.Sprintf("%s (%q)", columnLetters(i+1), clip(cells[i])))
	}
	return strings.Join(list, ", ")
}
