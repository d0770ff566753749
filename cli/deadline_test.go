package cli

import (
	"testing"
	"time"
)

func TestDeadlineIsALengthATimeOfDayOrAnInstant(t *testing.T) {
	now := time.Date(2026, 11, 22, 22, 30, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"":                     {},
		"90m":                  now.Add(90 * time.Minute),
		"23:00":                time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC),
		"06:00":                time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC), // the next one is tomorrow's
		"22:30":                time.Date(2026, 11, 23, 22, 30, 0, 0, time.UTC),
		"2026-11-23T01:00:00Z": time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC),
	} {
		got, err := parseDeadline(text, now)
		if err != nil || !got.Equal(want) {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"-5m", "0s", "25:00", "2026-11-22T22:00:00Z", "soon"} {
		if got, err := parseDeadline(text, now); exitCode(err) != exitUsage {
			t.Errorf("%q: got %v, %v, want a failure of usage", text, got, err)
		}
	}
}

func TestDurationsReadAsPeopleSayThem(t *testing.T) {
	for d, want := range map[time.Duration]string{
		300 * time.Millisecond:          "a second",
		42 * time.Second:                "42s",
		5*time.Minute + 3*time.Second:   "5m3s",
		83*time.Minute + 29*time.Second: "1h23m",
	} {
		if got := duration(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}

func TestKeepTakesDays(t *testing.T) {
	for text, want := range map[string]time.Duration{"90d": 90 * 24 * time.Hour, "12h": 12 * time.Hour, "0d": 0} {
		if got, err := parseDays(text); err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
	if _, err := parseDays("a month"); exitCode(err) != exitUsage {
		t.Errorf("got %v, want a failure of usage", err)
	}
}
