package reconcile

import (
	"testing"
	"time"

	"github.com/cenkalti/backoff/v5"
)

func TestBreakerOpensForManyRowsOnly(t *testing.T) {
	type said struct {
		row  int
		sign sign
	}
	rows := func(n int, s sign) (all []said) {
		for i := range n {
			all = append(all, said{i, s})
		}
		return all
	}
	tests := []struct {
		name string
		said []said
		open bool
	}{
		{"nothing said", nil, false},
		// One row says nothing of the others, however often it fails.
		{"one row again and again", []said{{1, down}, {1, down}, {1, down}, {1, down}, {1, down}, {1, down}}, false},
		{"four rows", rows(4, down), false},
		{"five rows", rows(5, down), true},
		{"a success in between", append(append(rows(4, down), said{9, up}), rows(4, down)...), false},
		{"readings in between", append(append(rows(4, down), said{9, silent}), said{8, down}), true},
		// Answers of 500 while readings work: more likely the rows' own fault.
		{"five rows with 500", rows(5, failing), false},
		{"nineteen rows with 500", rows(19, failing), false},
		{"twenty rows with 500", rows(20, failing), true},
		{"both kinds", append(rows(4, down), said{10, failing}, said{11, failing}), false},
		{"closed by a success", append(rows(5, down), said{0, up}), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBreaker(time.Minute, backoff.NewConstantBackOff(3*time.Second))
			now := time.Unix(1e9, 0)
			for _, s := range tt.said {
				now = now.Add(time.Second)
				b.note(s.row, s.sign, now)
			}
			if b.open != tt.open {
				t.Errorf("open: %t", b.open)
			}
			if b.open && !b.next.Equal(now.Add(3*time.Second)) {
				t.Errorf("the next probe is %s after the last failure, want 3s", b.next.Sub(now))
			}
		})
	}
}

func TestBreakerGivesUpOnlyAfterTheTimeAndEnoughFailures(t *testing.T) {
	start := time.Unix(1e9, 0)
	tests := []struct {
		name  string
		times []time.Duration // of failures of one row
		want  bool
	}{
		{"long enough, but twice only: a long wait for the quota", []time.Duration{0, time.Hour}, false},
		{"often, within the time", []time.Duration{0, 1, 2, 3, 4, time.Minute}, false},
		{"often and long", []time.Duration{0, 1, 2, 3, time.Minute + 1}, true},
	}
	for _, tt := range tests {
		b := newBreaker(time.Minute, backoff.NewConstantBackOff(0))
		var now time.Time
		for _, d := range tt.times {
			now = start.Add(d)
			b.note(1, down, now)
		}
		if b.overdue(now) != tt.want {
			t.Errorf("%s: overdue: %t", tt.name, !tt.want)
		}
		if b.note(2, up, now); b.overdue(now) {
			t.Errorf("%s: overdue after a success", tt.name)
		}
	}
}
