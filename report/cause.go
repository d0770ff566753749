package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"dakota-reconcile/reconcile"
)

// cause is a reason that rows share: the same status for the same code.
type cause struct {
	Status  reconcile.Status
	Code    string
	Title   string
	Do      string // what the reader can do
	Message string // the first row's
	Rows    []*reconcile.Result
}

// causes groups the rows that are amiss: by status in the order of reconcile.Statuses, then the most frequent first.
func causes(run reconcile.Run) []cause {
	type key struct {
		status reconcile.Status
		code   string
		title  string // the same code can mean two things at different HTTP statuses
	}
	at := map[key]int{}
	var found []cause
	for i := range run.Results {
		r := &run.Results[i]
		if !amiss(run, r.Status) {
			continue
		}
		a := adviceFor(*r)
		k := key{r.Status, oneLine(r.ErrorCode), a.Title}
		place, ok := at[k]
		if !ok {
			place = len(found)
			at[k] = place
			found = append(found, cause{Status: r.Status, Code: k.code, Title: a.Title, Do: a.Do, Message: oneLine(r.Error)})
		}
		found[place].Rows = append(found[place].Rows, r)
	}
	slices.SortStableFunc(found, func(a, b cause) int {
		return cmp.Or(
			cmp.Compare(slices.Index(reconcile.Statuses, a.Status), slices.Index(reconcile.Statuses, b.Status)),
			cmp.Compare(len(b.Rows), len(a.Rows)),
			cmp.Compare(a.Code, b.Code),
		)
	})
	return found
}

// ranges returns the rows' numbers in words, runs of them joined: "4–9, 12, 15 and 30 more". Rows without a number are not named.
func (c cause) ranges(most int) string {
	var parts []string
	named := 0
	for i := 0; i < len(c.Rows); {
		j := i + 1
		for j < len(c.Rows) && c.Rows[j].Row == c.Rows[j-1].Row+1 {
			j++
		}
		from, to := c.Rows[i].Row, c.Rows[j-1].Row
		i = j
		if from == 0 || len(parts) == most {
			continue
		}
		named += int(to-from) + 1
		part := strconv.Itoa(int(from))
		if to > from {
			part += "–" + strconv.Itoa(int(to))
		}
		parts = append(parts, part)
	}
	text := strings.Join(parts, ", ")
	if rest := len(c.Rows) - named; rest > 0 && named > 0 {
		text += " and " + thousands(rest) + " more"
	}
	return text
}

// place says in words where the rows are: "row 12", "rows 4–9, 12"; "" when they have no numbers.
func (c cause) place() string {
	text := c.ranges(8)
	switch {
	case text == "":
		return ""
	case len(c.Rows) == 1:
		return "row " + text
	}
	return "rows " + text
}
