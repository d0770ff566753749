package dakota

import (
	"testing"
	"time"
)

// at is an instant so many seconds into the tests' minute.
func at(seconds float64) time.Time {
	return time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC).Add(time.Duration(seconds * float64(time.Second)))
}

// tells is an answer in the current dialect from a server whose clock is ours: sent and received, what is left, and the reset's second.
func tells(sent, received float64, remaining int, reset float64) answer {
	h := headers{limit: 60, remaining: remaining, remainingKnown: true, reset: at(reset).Unix(), resetKnown: true, absolute: true}
	return answer{headers: h, sent: at(sent), received: at(received), left: at(reset).Sub(at(received)), end: at(reset), earliest: at(reset - 1.5)}
}

// What a window makes of answers, one after the other. Each case ends with what it holds then.
func TestWindowLearnsFromAnswersInAnyOrder(t *testing.T) {
	for name, c := range map[string]struct {
		answers   []answer
		expire    float64 // when the window is let go, before the last answer; 0: not
		remaining int
		reset     float64
	}{
		"the smallest remaining counts":            {[]answer{tells(0, 1, 58, 60), tells(0, 1.1, 59, 60), tells(0, 1.2, 57, 60)}, 0, 57, 60},
		"an answer of the window before is late":   {[]answer{tells(59, 60.5, 59, 120), tells(58, 61, 3, 60)}, 0, 59, 120},
		"the next window is seen before its time":  {[]answer{tells(0, 1, 5, 60), tells(59.9, 60.1, 59, 120)}, 0, 59, 120},
		"more is left than before: a new window":   {[]answer{tells(0, 1, 5, 60), tells(2, 3, 59, 61)}, 0, 59, 61},
		"more is left, but the answer was earlier": {[]answer{tells(0, 1, 5, 60), tells(0.5, 1.5, 7, 60)}, 0, 5, 60},
		"a reset that wavers by a second":          {[]answer{tells(0, 1, 50, 60), tells(2, 3, 49, 61), tells(4, 5, 48, 60)}, 0, 48, 60},
		"windows set anew by the server":           {[]answer{tells(0, 1, 5, 600), tells(2, 3, 59, 60)}, 0, 59, 60},
		"an old answer after the window has ended": {[]answer{tells(0, 1, 5, 60), tells(59, 60.2, 4, 60)}, 60, 0, 60},
		"the first answer of the next window":      {[]answer{tells(0, 1, 5, 60), tells(60.1, 60.2, 59, 120)}, 60, 59, 120},
		"we were early: it is still the old one":   {[]answer{tells(0, 1, 5, 60), tells(60.1, 60.2, 4, 60)}, 60, 4, 61.2},
	} {
		t.Run(name, func(t *testing.T) {
			var w window
			for i, a := range c.answers {
				if c.expire > 0 && i == len(c.answers)-1 {
					w.expire(at(c.expire))
				}
				w.learn(a, 0)
			}
			if w.remaining != c.remaining || !w.reset.Equal(at(c.reset)) {
				t.Errorf("remaining %d until %v, want %d until %v", w.remaining, w.reset, c.remaining, at(c.reset))
			}
		})
	}
}

func TestWindowKnowsWhoElseSpends(t *testing.T) {
	w := window{sent: 3} // ours, under way
	w.learn(tells(0, 1, 58, 60), 2)
	if w.others {
		t.Error("our own requests were taken for another's")
	}
	w.learn(tells(2, 3, 50, 60), 0)
	if !w.others || w.foreign != 7 {
		t.Errorf("others %v, %d", w.others, w.foreign)
	}
	w.expire(at(60))
	if w.others || !w.before {
		t.Error("the window before is forgotten")
	}
}

// While others spend, few requests are under way near a window's end, but never so few that it is not used up.
func TestRequestsAbreastWhileOthersSpend(t *testing.T) {
	for name, c := range map[string]struct {
		w       window
		n, want int
	}{
		"nobody else":              {window{limit: 60, remaining: 9}, 9, 1 << 30},
		"much is left":             {window{limit: 60, remaining: 40, others: true}, 40, 1 << 30},
		"little is left":           {window{limit: 60, remaining: 12, others: true}, 12, 1},
		"in the window before":     {window{limit: 60, remaining: 12, before: true}, 12, 1},
		"a large limit":            {window{limit: 6000, remaining: 3000, others: true}, 3000, 21},
		"the last, and they stir":  {window{limit: 60, remaining: 1, others: true, stirred: at(0)}, 1, 0},
		"the last, and they don't": {window{limit: 60, remaining: 1, others: true, stirred: at(-9)}, 1, 1},
	} {
		c.w.reset = at(60)
		got := c.w.abreast(c.n, 8, 200*time.Millisecond, at(0.1))
		if got != c.want && (c.want < 1<<30 || got < c.want) {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// The clock's bounds always hold the truth, whatever the network does, and become tight.
func TestClockBoundsHoldTheTruth(t *testing.T) {
	for _, skew := range []time.Duration{0, 350 * time.Millisecond, -3 * time.Hour, 17*time.Second + 999*time.Millisecond} {
		c := clock{start: at(0)}
		there, back := jitter(1, 300*time.Millisecond), jitter(2, 300*time.Millisecond)
		now := at(0)
		for range 5000 {
			sent := now
			server := sent.Add(there())
			date := server.Add(skew).Truncate(time.Second)
			received := server.Add(back())
			c.observe(sent, received, date)
			offset := -skew - time.Duration(c.start.UnixNano())
			if offset < c.lo || offset > c.hi {
				t.Fatalf("skew %v: %v is not in [%v, %v]", skew, offset, c.lo, c.hi)
			}
			now = received.Add(170 * time.Millisecond)
		}
		second := at(90).Unix()
		truth := time.Unix(second, 0).Add(-skew)
		if late := c.local(second).Sub(truth); late < 0 || late > 400*time.Millisecond {
			t.Errorf("skew %v: a second of the server is taken to be %v late", skew, late)
		}
	}
}

func TestClockThatWasSetIsLearnedAnew(t *testing.T) {
	c := clock{start: at(0)}
	c.observe(at(0), at(0.1), at(0))
	c.observe(at(10), at(10.1), at(500)) // set ahead by eight minutes
	if got := c.local(at(510).Unix()); got.After(at(20.2)) || got.Before(at(19)) {
		t.Errorf("%v", got)
	}
}

func TestForecastIsTheArithmeticOfWindows(t *testing.T) {
	now := at(0)
	known := Quota{Known: true, Limit: 60, Remaining: 20, Reset: at(30), Window: time.Minute}
	for name, c := range map[string]struct {
		q    Quota
		n    int
		want time.Duration
	}{
		"nothing to do":                {known, 0, 0},
		"fits":                         {known, 20, 0},
		"one more":                     {known, 21, 30 * time.Second},
		"the next window whole":        {known, 80, 30 * time.Second},
		"one more than that":           {known, 81, 90 * time.Second},
		"the window has ended":         {Quota{Known: true, Limit: 60, Remaining: 0, Reset: at(-5), Window: time.Minute}, 60, 0},
		"the limit is known":           {Quota{Limit: 60, Window: time.Minute}, 300, 4 * time.Minute},
		"with a reserve":               {Quota{Limit: 60, Reserve: 20, Window: time.Minute}, 81, 2 * time.Minute},
		"nothing is known":             {Quota{Interval: evenly}, 60, time.Minute},
		"no limit at all":              {Quota{}, 10000, 0},
		"a ceiling":                    {Quota{Limit: 60, Window: time.Minute, Interval: 3 * time.Second}, 41, 2 * time.Minute},
		"a ceiling above the limit":    {Quota{Limit: 60, Window: time.Minute, Interval: time.Millisecond}, 61, time.Minute},
		"closed by a refusal":          {Quota{Known: true, Limit: 60, Remaining: 9, Reset: at(10), Window: time.Minute, Closed: at(20)}, 61, 80 * time.Second},
		"a reserve as large as all is": {Quota{Limit: 1, Reserve: 1, Window: time.Minute}, 2, 2 * time.Minute},
	} {
		if got := c.q.Forecast(c.n, now); (got - c.want).Abs() > time.Second/2 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
