package dakotatest

import (
	"math"
	"slices"
	"sync/atomic"
	"time"
)

// FaultFunc decides what goes wrong with a request: a value for Server.Faults.
type FaultFunc = func(Request) Fault

// First asks one after the other and takes the first fault that isn't none.
func First(faults ...FaultFunc) FaultFunc {
	return func(r Request) Fault {
		for _, f := range faults {
			if fault := f(r); !fault.none() {
				return fault
			}
		}
		return Fault{}
	}
}

// Only asks f about requests of these kinds.
func Only(f FaultFunc, kinds ...Kind) FaultFunc {
	return func(r Request) Fault {
		if slices.Contains(kinds, r.Kind) {
			return f(r)
		}
		return Fault{}
	}
}

// Always is the same fault for every request.
func Always(f Fault) FaultFunc { return func(Request) Fault { return f } }

// Every is a fault for each n-th request that is asked about, in the order of arrival.
func Every(n int, f Fault) FaultFunc {
	var seen atomic.Int64
	return func(Request) Fault {
		if seen.Add(1)%int64(n) == 0 {
			return f
		}
		return Fault{}
	}
}

// Attempts is a fault for the first n attempts of each request.
func Attempts(n int, f Fault) FaultFunc {
	return func(r Request) Fault {
		if r.Attempt <= n {
			return f
		}
		return Fault{}
	}
}

// Poison is a fault for everything that is asked about these customers.
func Poison(f Fault, customerIDs ...string) FaultFunc {
	return func(r Request) Fault {
		if slices.Contains(customerIDs, r.CustomerID) {
			return f
		}
		return Fault{}
	}
}

// Outage is a fault for every request between two times, the second excluded.
func Outage(from, to time.Time, f Fault) FaultFunc {
	return func(r Request) Fault {
		if !r.At.Before(from) && r.At.Before(to) {
			return f
		}
		return Fault{}
	}
}

// RevokedAfter answers with 401 from the request after the n-th on, in the order of arrival.
func RevokedAfter(n int) FaultFunc {
	return func(r Request) Fault {
		if r.N > n {
			return Fault{Status: 401}
		}
		return Fault{}
	}
}

// Random picks one of the faults for a share of the requests, from 0 to 1. The seed, the request and its attempt decide, not the order of arrival.
func Random(seed uint64, share float64, faults ...Fault) FaultFunc {
	return func(r Request) Fault {
		if len(faults) == 0 || r.Chance(seed) >= share {
			return Fault{}
		}
		return faults[r.Draw(seed+1, len(faults))]
	}
}

// Jitter is a latency for Server.Latency: each way takes something between the two times, which the seed and the request decide.
func Jitter(seed uint64, least, most time.Duration) func(Request) (there, back time.Duration) {
	way := func(r Request, salt uint64) time.Duration {
		return least + time.Duration(r.Chance(seed^salt)*float64(most-least))
	}
	return func(r Request) (there, back time.Duration) { return way(r, 1), way(r, 2) }
}

// Chance is a number from 0 to below 1 that the seed, the request and its attempt decide.
func (r Request) Chance(seed uint64) float64 {
	return float64(r.hash(seed)>>11) / (math.MaxUint64>>11 + 1)
}

// Draw is a number from 0 to n−1 that the seed, the request and its attempt decide.
func (r Request) Draw(seed uint64, n int) int { return int(r.hash(seed) % uint64(n)) }

func (r Request) hash(seed uint64) uint64 {
	return mix(mix(r.identity()^mix(seed)) + uint64(r.Attempt))
}

// none reports whether the fault is none.
func (f Fault) none() bool {
	plain := f.Before == nil && f.After == nil && f.Header == nil && f.Body == "" && f.ContentType == "" && f.Redirect == ""
	held := f.Delay != 0 || f.Hang != NoHang || f.Drop != NoDrop || f.LateLanding != 0
	bent := f.Status != 0 || f.Truncate || f.Garble || f.Pad != 0 || f.WrongCustomer || f.IgnoreChange || f.StaleRead
	return plain && !held && !bent
}
