package reconcile

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Guards are the bounds a plan must keep to. The zero value has the default ones.
type Guards struct {
	MaxDisassociate Ceiling  // zero: a tenth of the input's rows, but at least ten
	MaxChanges      Ceiling  // zero: none
	AllowEmptying   []string // ids of sub-clients whose last customers may be disassociated, or "all"
	SkipInvalid     bool     // work on the good rows, even where most of the input is unknown to the account
}

// Refusal is a reason not to carry out a plan.
type Refusal struct {
	Code     string // a short word for programs
	Message  string // a sentence for people, without a full stop
	Override string // the one flag that permits just this, as to be typed; "" when nothing does
}

// Ceiling is an upper bound: a number of rows or a share of the input's. Its zero value is no bound of its own.
type Ceiling struct {
	set     bool
	rows    int
	percent float64 // of the input's rows when positive or rows is -1
}

// ParseCeiling reads "50" or "20%".
func ParseCeiling(s string) (Ceiling, error) {
	text, share := strings.CutSuffix(strings.TrimSpace(s), "%")
	if share {
		p, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(p) || p < 0 || p > 100 {
			return Ceiling{}, fmt.Errorf("read %q: a share is a number from 0 to 100 and %%, like 20%%", s)
		}
		return Ceiling{set: true, rows: -1, percent: p}, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return Ceiling{}, fmt.Errorf("read %q: a bound is a number of rows like 50, or a share like 20%%", s)
	}
	return Ceiling{set: true, rows: n}, nil
}

// String writes the ceiling as [ParseCeiling] reads it, "" when there is none.
func (c Ceiling) String() string {
	switch {
	case !c.set:
		return ""
	case c.rows < 0:
		return strconv.FormatFloat(c.percent, 'f', -1, 64) + "%"
	}
	return strconv.Itoa(c.rows)
}

// of returns the bound for an input with so many rows.
func (c Ceiling) of(rows int) int {
	if c.rows < 0 {
		return int(float64(rows) * c.percent / 100)
	}
	return c.rows
}

const (
	emptyingFrom = 5  // a sub-client with fewer customers may be emptied without being asked
	sanityFrom   = 10 // below so many customers a share of them says nothing
)

// Check returns the reasons not to carry out the plan, the gravest first; none when there is none. A plan without changes is refused
// only when it is likely that the wrong account or columns were read.
func (p *Plan) Check(g Guards) []Refusal {
	var all []Refusal
	all = append(all, p.checkSanity(g)...)
	all = append(all, p.checkPrune(g)...)
	all = append(all, p.checkCounts(g)...)
	all = append(all, p.checkEmptying(g)...)
	if n := p.Counts().Status[Conflict]; n > 0 && p.policy.OnConflict == FailRun {
		all = append(all, Refusal{"conflict", fmt.Sprintf("%s changed by somebody else since they were read", counted(n, "row was", "rows were")), "--on-conflict skip"})
	}
	return all
}

// checkSanity finds the wrong account and swapped columns: mistakes that make nonsense of every row.
func (p *Plan) checkSanity(g Guards) []Refusal {
	f := p.facts
	var all []Refusal
	if f.subClients >= 3 && 2*f.subClients > f.customers {
		all = append(all, Refusal{"swapped_columns", fmt.Sprintf(
			"%d of the %d customers are sub-clients: the two columns are most likely swapped", f.subClients, f.customers), "--customer-column"})
	}
	if f.unknown >= sanityFrom && 2*f.unknown > f.customers && !g.SkipInvalid {
		all = append(all, Refusal{"unknown_customers", fmt.Sprintf(
			"this account does not have %d of the %d customers: most likely the environment or the key is another account's", f.unknown, f.customers), "--skip-invalid"})
	}
	return all
}

// checkPrune refuses to prune beside rows that can't be used: the customer meant by a mistyped id looks unlisted, and would be
// disassociated for it.
func (p *Plan) checkPrune(g Guards) []Refusal {
	pruned, invalid := 0, 0
	for i := range p.Rows {
		switch r := &p.Rows[i]; {
		case r.Row == 0 && r.Action == Disassociate && sends(r):
			pruned++
		case r.Status == Invalid || r.ErrorCode == "not_read":
			invalid++
		}
	}
	if pruned == 0 || invalid == 0 || g.SkipInvalid {
		return nil
	}
	return []Refusal{{"prune_invalid", fmt.Sprintf("%s would be disassociated while %s not usable: a mistyped id makes the customer that was meant look unlisted",
		counted(pruned, "unlisted customer", "unlisted customers"), counted(invalid, "row is", "rows are")), "--skip-invalid"}}
}

// checkCounts holds the plan against --max-changes and --max-disassociate.
func (p *Plan) checkCounts(g Guards) []Refusal {
	rows, changes, leaving := 0, 0, 0
	for i := range p.Rows {
		r := &p.Rows[i]
		if r.Row != 0 {
			rows++
		}
		if !sends(r) {
			continue
		}
		changes++
		if r.Action == Disassociate {
			leaving++
		}
	}
	var all []Refusal
	if bound := g.MaxChanges.of(rows); g.MaxChanges.set && changes > bound {
		all = append(all, Refusal{"max_changes", fmt.Sprintf("%d changes are more than the %d permitted", changes, bound), fmt.Sprintf("--max-changes %d", changes)})
	}
	bound := max(rows/10, 10)
	if g.MaxDisassociate.set {
		bound = g.MaxDisassociate.of(rows)
	}
	if leaving > bound {
		all = append(all, Refusal{
			"max_disassociate", fmt.Sprintf("%d customers would be disassociated, more than the %d permitted for %d rows", leaving, bound, rows),
			fmt.Sprintf("--max-disassociate %d", leaving),
		})
	}
	return all
}

// checkEmptying refuses to disassociate the last customers of a sub-client that has five or more. Where its size is not known, five
// leaving at once are taken for its last.
func (p *Plan) checkEmptying(g Guards) []Refusal {
	leaving := map[string]int{}
	for i := range p.Rows {
		if r := &p.Rows[i]; sends(r) && r.Action == Disassociate {
			leaving[r.PreviousID]++
		}
	}
	var all []Refusal
	for _, t := range p.SubClients {
		n := leaving[t.ID]
		if n == 0 || slices.Contains(g.AllowEmptying, "all") || slices.Contains(g.AllowEmptying, t.ID) {
			continue
		}
		switch {
		case t.Opening >= emptyingFrom && t.Expected <= 0:
			all = append(all, Refusal{"emptying", fmt.Sprintf("%s (%s) would lose the last of its %d customers", t.Name, t.ID, t.Opening), "--allow-emptying " + t.ID})
		case t.Opening < 0 && n >= emptyingFrom:
			all = append(all, Refusal{"emptying", fmt.Sprintf("%s (%s) would lose %d customers, and nobody knows how many it has", t.Name, t.ID, n), "--allow-emptying " + t.ID})
		}
	}
	return all
}

// factsOf counts what the guards must know of the input's customers.
func factsOf(rows []Result, seen *Observation) planFacts {
	var f planFacts
	for i := range rows {
		r := &rows[i]
		if r.Row == 0 || r.Same != 0 || r.Keep || r.Problem != nil {
			continue
		}
		f.customers++
		s, ok := seen.Customer(r.CustomerID)
		_, listed := seen.SubClient(r.CustomerID)
		switch {
		case listed || ok && s.Customer.IsSubClient:
			f.subClients++
		case !ok:
			f.unknown++
		}
	}
	return f
}
