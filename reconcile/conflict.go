package reconcile

import "fmt"

// ConflictPolicy is what apply does with a customer that somebody else changed since it was read.
type ConflictPolicy int

const (
	Skip      ConflictPolicy = iota // leave the customer as it is; its row ends as [Conflict]
	FailRun                         // as Skip, and stop the run
	Overwrite                       // set the wished sub-client all the same
)

// ParseConflictPolicy reads skip, fail or overwrite.
func ParseConflictPolicy(s string) (ConflictPolicy, error) {
	for p, name := range conflictPolicies {
		if s == name {
			return ConflictPolicy(p), nil
		}
	}
	return Skip, fmt.Errorf("read the conflict policy %q: it is one of skip, fail and overwrite", s)
}

// String returns the word that ParseConflictPolicy reads.
func (p ConflictPolicy) String() string {
	if p < 0 || int(p) >= len(conflictPolicies) {
		return fmt.Sprintf("ConflictPolicy(%d)", int(p))
	}
	return conflictPolicies[p]
}

var conflictPolicies = []string{Skip: "skip", FailRun: "fail", Overwrite: "overwrite"}
