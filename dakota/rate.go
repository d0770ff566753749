package dakota

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Rate is a ceiling of our own on requests. The zero value is automatic: none while the server tells its limit, and just under the
// documented 60 a minute while it does not. What the server's headers say is obeyed with every Rate.
type Rate struct {
	count int
	per   time.Duration // 0: automatic
}

// NoRate sets no ceiling of ours, not even while the server tells no limit.
var NoRate = Rate{per: time.Minute}

var rateUnits = map[string]time.Duration{
	"s": time.Second, "sec": time.Second, "second": time.Second,
	"m": time.Minute, "min": time.Minute, "minute": time.Minute,
	"h": time.Hour, "hour": time.Hour,
}

// ParseRate reads auto, 0 (none), or a count by second, minute or hour: 5/s, 40/m, 100/h.
func ParseRate(text string) (Rate, error) {
	switch text = strings.TrimSpace(text); text {
	case "", "auto":
		return Rate{}, nil
	case "0":
		return NoRate, nil
	}
	number, unit, found := strings.Cut(text, "/")
	count, err := strconv.Atoi(strings.TrimSpace(number))
	per, known := rateUnits[strings.TrimSpace(unit)]
	if !found || err != nil || !known || count < 1 || count > 1e6 {
		return Rate{}, fmt.Errorf("read the rate %q: it looks like 5/s, 40/m, 100/h, 0 for none, or auto", text)
	}
	return Rate{count: count, per: per}, nil
}

// String writes the rate as ParseRate reads it.
func (r Rate) String() string {
	switch {
	case r.per == 0:
		return "auto"
	case r.count == 0:
		return "0"
	}
	unit := map[time.Duration]string{time.Second: "s", time.Minute: "m", time.Hour: "h"}[r.per]
	return strconv.Itoa(r.count) + "/" + unit
}

// interval is the time between two requests, 0 when the rate sets none.
func (r Rate) interval() time.Duration {
	if r.count == 0 {
		return 0
	}
	return r.per / time.Duration(r.count)
}

// Reserve is a part of each window that is left to other users of the key. The zero value leaves nothing.
type Reserve struct {
	count   int
	percent float64
}

// ParseReserve reads a number of requests (10) or a part of the limit (20%).
func ParseReserve(text string) (Reserve, error) {
	text = strings.TrimSpace(text)
	if number, found := strings.CutSuffix(text, "%"); found {
		p, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || math.IsNaN(p) || p < 0 || p >= 100 {
			return Reserve{}, fmt.Errorf("read the reserve %q: a part of the limit is from 0%% to below 100%%", text)
		}
		return Reserve{percent: p}, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return Reserve{}, fmt.Errorf("read the reserve %q: it looks like 10 (requests of each window) or 20%%", text)
	}
	return Reserve{count: n}, nil
}

// String writes the reserve as ParseReserve reads it.
func (r Reserve) String() string {
	if r.percent > 0 {
		return strconv.FormatFloat(r.percent, 'g', -1, 64) + "%"
	}
	return strconv.Itoa(r.count)
}

// of returns the requests to leave of a limit. At least one of them stays ours: a reserve that takes all would wait for ever.
func (r Reserve) of(limit int) int {
	n := r.count
	if r.percent > 0 {
		n = int(math.Ceil(float64(limit) * r.percent / 100))
	}
	return max(0, min(n, limit-1))
}
