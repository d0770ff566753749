package dakota

import (
	"testing"
	"testing/synctest"
	"time"
)

// neighbour is another program with the same key.
type neighbour struct {
	first func() time.Duration // how far into each window it begins
	burst int                  // how many requests it sends then
	gap   time.Duration        // between two of them
	every int                  // besides: one after so many requests of ours
}

// live runs the neighbour until stop is closed. It returns the number of requests it was refused.
func (n neighbour) live(m *model, stop chan struct{}) (denied int) {
	pause := func(d time.Duration) bool {
		select {
		case <-stop:
			return false
		case <-time.After(d):
			return true
		}
	}
	for {
		now := time.Now()
		next := now.Truncate(m.window).Add(m.window)
		if !pause(n.first()) {
			return denied
		}
		for range n.burst {
			if !m.take() {
				denied++
			}
			if n.gap > 0 && !pause(n.gap) {
				return denied
			}
		}
		if !pause(time.Until(next)) {
			return denied
		}
	}
}

func always(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

func TestAnotherUserOfTheKeyCostsFewRefusals(t *testing.T) {
	const n = 400
	for name, they := range map[string]neighbour{
		"evenly":                     {always(0), 20, 2990 * time.Millisecond, 0},
		"a burst before us":          {always(0), 20, 0, 0},
		"a burst while we send":      {always(300 * time.Millisecond), 20, 0, 0},
		"a burst later in a window":  {always(30 * time.Second), 20, 0, 0},
		"a burst at any time":        {jitter(9, 59*time.Second), 20, 0, 0},
		"one after the other":        {always(10 * time.Millisecond), 20, 50 * time.Millisecond, 0},
		"one after the other, later": {always(time.Second), 20, 200 * time.Millisecond, 0},
		"on our heels":               {always(0), 0, 0, 2},
		"now and then on our heels":  {always(0), 0, 0, 7},
	} {
		for _, m := range []*model{
			{there: jitter(1, 20*time.Millisecond)},
			{there: jitter(2, 200*time.Millisecond)},
			{there: jitter(3, 200*time.Millisecond), relative: true},
			{there: jitter(4, 100*time.Millisecond), noRetry: true, skew: 7500 * time.Millisecond},
		} {
			m.every = they.every
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					alignTo(m, 0)
					stop, denied := make(chan struct{}), 0
					go func() { denied = they.live(m, stop) }()
					c, took := drive(t, m, n, 8)
					close(stop)
					synctest.Wait()
					t.Logf("%v, refused %d, they had %d and were refused %d", took, m.refused, m.foreign, denied)
					if m.refused*50 > len(m.arrivals) {
						t.Errorf("%d of %d requests were refused", m.refused, len(m.arrivals))
					}
					if u := c.Usage(); u.Throttled != m.refused || u.Total() != len(m.arrivals) {
						t.Errorf("counted %+v, the server saw %d", u, len(m.arrivals))
					}
					if most := 10 * time.Minute; took > most {
						t.Errorf("took %v, more than %v", took, most)
					}
				})
			})
		}
	}
}
