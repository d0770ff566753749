package dakota

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestSpendsEveryWindowAtOnceAndIsNeverRefused(t *testing.T) {
	fast, slow := 20*time.Millisecond, 200*time.Millisecond
	for name, m := range map[string]*model{
		"current headers":                     {},
		"older headers, seconds rounded down": {relative: true},
		"older headers, seconds rounded up":   {relative: true, ceil: true},
		"server's clock an hour ahead":        {skew: time.Hour + 300*time.Millisecond},
		"server's clock behind":               {skew: -90*time.Second - 700*time.Millisecond},
		"no Date, clocks agree":               {noDate: true},
		"windows begin with a request":        {anchored: true},
		"windows begin with a request, older": {anchored: true, relative: true},
		"slow network":                        {there: jitter(1, slow)},
		"slow network, older headers":         {there: jitter(2, slow), relative: true},
		"slow network, clock ahead":           {there: jitter(3, slow), skew: 17*time.Second + 400*time.Millisecond},
		"fast network":                        {there: jitter(4, fast)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				alignTo(m, 0)
				c, took := drive(t, m, 300, 8)
				if m.refused > 0 {
					t.Errorf("%d of %d requests were refused", m.refused, len(m.arrivals))
				}
				least := 4 * m.window
				t.Logf("%v, %.4f of the least", took, float64(took)/float64(least))
				if took > least+least/50 {
					t.Errorf("took %v, more than 1.02 × %v", took, least)
				}
				if got := c.Usage(); got.Get != 300 || got.Total() != len(m.arrivals) {
					t.Errorf("counted %+v, the server saw %d", got, len(m.arrivals))
				}
			})
		})
	}
}
