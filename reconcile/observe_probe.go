package reconcile

import "context"

// existence is what is known of whether what is wanted exists at all. Reading the whole account only pays for those that do: the others
// have to be looked up afterwards, one by one.
type existence struct {
	asked, there int     // lookups, and those that found somebody
	due, shown   float64 // customers that pages should have shown by chance, and that they did show
	lacking      float64 // the lack of shown ones from which on the next lookup is worth it
}

const (
	firstProbes  = 2 // lookups before the account is read from end to end, unless its pages show already what they should
	firstLacking = 8
)

// share is the share of wanted customers that are believed to exist.
func (e existence) share() float64 { return float64(e.there+1) / float64(e.asked+1) }

// doubtful tells whether to look one of the wanted up before reading on: at first, and whenever pages show far less than they should.
func (s *search) doubtful() bool {
	e := &s.exist
	if confirmed := e.due >= firstProbes && e.shown >= e.due/2; e.asked < firstProbes && !confirmed {
		return true
	}
	if e.due-e.shown > max(e.lacking, firstLacking) {
		e.lacking = 3 * (e.due - e.shown)
		return true
	}
	return false
}

// probe looks up one of those that are left. It is never in vain: what it finds is found.
func (s *search) probe(ctx context.Context) error {
	golden := float64(s.exist.asked+1) * 0.618
	nth := int(float64(s.left) * (golden - float64(int(golden))))
	for i := range s.want {
		if s.want[i].settled() {
			continue
		}
		if nth == 0 {
			s.exist.asked++
			err := s.lookUp(ctx, []int{i})
			if c, ok := s.obs.seen[s.want[i].id]; ok {
				s.exist.there++
				s.times.learn([]int64{c.Customer.CreatedAt - s.want[i].second}, 0)
			}
			return err
		}
		nth--
	}
	return nil
}
