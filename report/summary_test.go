package report

import (
	"testing"

	"pgregory.net/rapid"
)

func TestStatusesOfTheSummaryAddUpToItsRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := drawn(t)
		s := Summarize(run)
		sum := s.Planned + s.Applied + s.Unchanged + s.Failed + s.Conflict + s.InDoubt + s.Invalid + s.Refused + s.NotAttempted + s.Unlisted
		actions := 0
		for _, n := range s.Actions {
			actions += n
		}
		if sum != len(run.Results) || s.Rows != sum || actions != sum {
			t.Fatalf("%d rows, statuses add up to %d, actions to %d", len(run.Results), sum, actions)
		}
	})
}
