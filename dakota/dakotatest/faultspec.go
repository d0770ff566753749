package dakotatest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FaultSyntax explains what ParseFaults reads, for a manual.
const FaultSyntax = `A fault is a list of words, separated by commas: which requests it hits, and what happens to them.
  which:  kind=list|get|summary|patch  customer=ID  every=N  first=N (attempts of each request)  after=N (requests)
          rate=0.05 seed=1 (by chance)  from=10s for=30s (an outage, counted from the start)
  what:   status=500 made form=problem|old|nested|html|plain|none  drop=before|after  hang=before|after|body hang-for=30s
          delay=2s  truncate  garble  pad=BYTES  redirect=URL  wrong-customer  ignore-change  stale-read  late=5s
For example: kind=patch,rate=0.05,drop=after`

// faultSpec is a fault as it was written.
type faultSpec struct {
	fault              Fault
	kinds              []Kind
	customer           string
	every, first, over int
	rate               float64
	chance             bool
	seed               uint64
	from, length       time.Duration
}

// ParseFaults reads faults as FaultSyntax has it. Of several, the first that hits a request decides. Outages are counted from now.
func ParseFaults(specs ...string) (FaultFunc, error) {
	now := time.Now()
	all := make([]FaultFunc, 0, len(specs))
	for _, text := range specs {
		spec := faultSpec{seed: 1}
		for _, word := range strings.Split(text, ",") {
			name, value, valued := strings.Cut(strings.TrimSpace(word), "=")
			if err := spec.set(name, value, valued); err != nil {
				return nil, fmt.Errorf("read the fault %q: %s: %w", text, name, err)
			}
		}
		if spec.fault.none() {
			return nil, fmt.Errorf("read the fault %q: it says which requests it hits, but not what happens to them", text)
		}
		all = append(all, spec.compile(now))
	}
	return First(all...), nil
}

// compile makes a function of the words.
func (p faultSpec) compile(now time.Time) FaultFunc {
	f := Always(p.fault)
	narrow := func(hit func(Request) bool) {
		inner := f
		f = func(r Request) Fault {
			if !hit(r) {
				return Fault{}
			}
			return inner(r)
		}
	}
	if p.every > 0 { // innermost: it counts those that everything else has let through
		f = Every(p.every, p.fault)
	}
	if p.chance {
		narrow(func(r Request) bool { return r.Chance(p.seed) < p.rate })
	}
	if p.first > 0 {
		narrow(func(r Request) bool { return r.Attempt <= p.first })
	}
	if p.over > 0 {
		narrow(func(r Request) bool { return r.N > p.over })
	}
	if p.from > 0 || p.length > 0 {
		narrow(func(r Request) bool {
			since := r.At.Sub(now)
			return since >= p.from && (p.length == 0 || since < p.from+p.length)
		})
	}
	if p.customer != "" {
		narrow(func(r Request) bool { return r.CustomerID == p.customer })
	}
	if len(p.kinds) > 0 {
		narrow(func(r Request) bool { return slices.Contains(p.kinds, r.Kind) })
	}
	return f
}

// flag is where a word without a value is kept; nil when it is no such word.
func (p *faultSpec) flag(name string) *bool {
	f := &p.fault
	return map[string]*bool{
		"made": &f.Made, "truncate": &f.Truncate, "garble": &f.Garble, "wrong-customer": &f.WrongCustomer,
		"ignore-change": &f.IgnoreChange, "stale-read": &f.StaleRead,
	}[name]
}

// set takes one word in.
func (p *faultSpec) set(name, value string, valued bool) error {
	switch flag := p.flag(name); {
	case flag != nil && valued:
		return fmt.Errorf("takes no value")
	case flag != nil:
		*flag = true
		return nil
	case !valued:
		return fmt.Errorf("is not known, or needs a value")
	}
	return p.setValue(name, value)
}

// setValue takes in one word that has a value.
func (p *faultSpec) setValue(name, value string) (err error) {
	f := &p.fault
	switch name {
	case "every", "first", "after", "status", "pad":
		return p.setNumber(name, value)
	case "from", "for", "delay", "hang-for", "late":
		return p.setDuration(name, value)
	case "kind":
		return p.setKind(value)
	case "customer":
		return setID(&p.customer, value)
	case "rate":
		p.chance = true
		if p.rate, err = strconv.ParseFloat(value, 64); err != nil || !(p.rate >= 0 && p.rate <= 1) { // so that NaN is refused
			return fmt.Errorf("%q is not a share from 0 to 1", value)
		}
	case "seed":
		p.seed, err = strconv.ParseUint(value, 10, 64)
	case "form":
		return choose(&f.Form, value, forms)
	case "drop":
		return choose(&f.Drop, value, drops)
	case "hang":
		return choose(&f.Hang, value, hangs)
	case "redirect":
		return setText(&f.Redirect, value)
	default:
		return fmt.Errorf("is not known")
	}
	return err
}

func (p *faultSpec) setKind(value string) error {
	k := Kind(value)
	if method(k) == "" {
		return fmt.Errorf("%q is none of list, get, summary, patch", value)
	}
	p.kinds = append(p.kinds, k)
	return nil
}

func (p *faultSpec) setNumber(name, value string) error {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		return fmt.Errorf("%q is not a whole number from 1", value)
	}
	switch name {
	case "every":
		p.every = n
	case "first":
		p.first = n
	case "after":
		p.over = n
	case "pad":
		p.fault.Pad = int64(n)
	case "status":
		if n < 200 || n > 599 {
			return fmt.Errorf("%d is not a status from 200 to 599", n)
		}
		p.fault.Status = n
	}
	return nil
}

func (p *faultSpec) setDuration(name, value string) error {
	d, err := time.ParseDuration(value)
	if err != nil || d < 0 {
		return fmt.Errorf("%q is not a length of time such as 30s", value)
	}
	*map[string]*time.Duration{
		"from": &p.from, "for": &p.length, "delay": &p.fault.Delay, "hang-for": &p.fault.HangFor, "late": &p.fault.LateLanding,
	}[name] = d
	return nil
}

// The words for the values of the enumerations.
var (
	forms = []choice[Form]{{"problem", Problem}, {"old", Old}, {"nested", OldNested}, {"html", HTML}, {"plain", Plain}, {"none", NoBody}}
	drops = []choice[Drop]{{"before", DropBefore}, {"after", DropAfter}}
	hangs = []choice[Hang]{{"before", HangBefore}, {"after", HangAfter}, {"body", HangBody}}
)

// choice is a value and its word.
type choice[T any] struct {
	word  string
	value T
}

func choose[T any](to *T, word string, choices []choice[T]) error {
	var words []string
	for _, c := range choices {
		if c.word == word {
			*to = c.value
			return nil
		}
		words = append(words, c.word)
	}
	return fmt.Errorf("%q is none of %s", word, strings.Join(words, ", "))
}
