package dakota_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dakota-reconcile/dakota"
	"dakota-reconcile/dakota/dakotatest"
)

// patchAll changes n customers, eight abreast, and returns how long it took. It must run in a bubble.
func patchAll(t testing.TB, c *dakota.Client, s *dakotatest.Server, n int) time.Duration {
	t.Helper()
	var ids []string
	for _, customer := range s.Customers() {
		if !customer.IsSubClient && len(ids) < n {
			ids = append(ids, customer.ID)
		}
	}
	began := time.Now()
	eachAbreast(ids, func(id string) {
		if a, err := c.SetSubClient(context.Background(), id, "", nil); err != nil || a.Customer.SubClientID != "" {
			t.Errorf("customer %s: %+v, %v", id, a, err)
		}
	})
	return time.Since(began)
}

func eachAbreast(ids []string, do func(string)) {
	work := make(chan string)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for id := range work {
				do(id)
			}
		})
	}
	for _, id := range ids {
		work <- id
	}
	close(work)
	group.Wait()
}

func fakeClient(t testing.TB, transport http.RoundTripper, change ...func(*dakota.Config)) *dakota.Client {
	t.Helper()
	key, err := dakota.NewKey("a2V5LW9mLWEtdGVzdA==", "the test")
	if err != nil {
		t.Fatal(err)
	}
	c := dakota.Config{BaseURL: dakota.SandboxURL, Key: key, Transport: transport}
	for _, f := range change {
		f(&c)
	}
	client, err := dakota.NewClient(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// The promise of the quota against the independent fake: 300 changes at 60 a minute need four whole windows and little more, and none of
// them is refused.
func TestThreeHundredChangesTakeTheLeastWindows(t *testing.T) {
	const least = 4 * time.Minute
	for name, c := range map[string]struct {
		quota   dakotatest.Quota
		latency time.Duration
		refused int // at most
	}{
		"current":                         {dakotatest.Quota{}, 100 * time.Millisecond, 0},
		"current, slow":                   {dakotatest.Quota{}, 250 * time.Millisecond, 0},
		"older":                           {dakotatest.Quota{Dialect: dakotatest.Older}, 100 * time.Millisecond, 0},
		"older, rounded down":             {dakotatest.Quota{Dialect: dakotatest.Older, RoundDown: true}, 250 * time.Millisecond, 0},
		"skewed":                          {dakotatest.Quota{Skew: 90*time.Second + 250*time.Millisecond}, 100 * time.Millisecond, 0},
		"skewed back, older":              {dakotatest.Quota{Skew: -1700 * time.Millisecond, Dialect: dakotatest.Older}, 100 * time.Millisecond, 0},
		"from the first":                  {dakotatest.Quota{FromFirst: true}, 100 * time.Millisecond, 0},
		"from the first, older":           {dakotatest.Quota{FromFirst: true, Dialect: dakotatest.Older}, 100 * time.Millisecond, 0},
		"from the first, all down":        {dakotatest.Quota{FromFirst: true, RoundDown: true}, 100 * time.Millisecond, 0},
		"from the first, all down, older": {dakotatest.Quota{FromFirst: true, RoundDown: true, Dialect: dakotatest.Older}, 100 * time.Millisecond, 0},
		"refusals are charged":            {dakotatest.Quota{ChargeRefused: true}, 100 * time.Millisecond, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &dakotatest.Server{Quota: c.quota, Latency: dakotatest.Jitter(7, c.latency/4, c.latency)}
				s.Seed(dakotatest.SeedOptions{Customers: 300, SubClients: 3})
				time.Sleep(time.Minute - time.Duration((time.Now().UnixNano()+int64(c.quota.Skew))%int64(time.Minute)))
				client := fakeClient(t, s.RoundTripper())
				took := patchAll(t, client, s, 300)
				n := s.Counts()
				t.Logf("%v, %.4f of the least, %+v", took, float64(took)/float64(least), n)
				if u := client.Usage(); u.Throttled > c.refused || u.Patch != n.Patch || u.Total() != n.Total() {
					t.Errorf("counted %+v, the server %+v", u, n)
				}
				if took > least+least/50 {
					t.Errorf("took %v, more than 1.02 × %v", took, least)
				}
				if got := s.Busiest(time.Minute); !c.quota.FromFirst && got > 120 {
					t.Errorf("%d requests in some minute", got)
				}
			})
		})
	}
}

func TestSharedKeyCostsFewRefusalsAgainstTheFake(t *testing.T) {
	for _, dialect := range []dakotatest.Dialect{dakotatest.Current, dakotatest.Older} {
		t.Run(fmt.Sprint(dialect), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &dakotatest.Server{Quota: dakotatest.Quota{Others: 20, Dialect: dialect}, Latency: dakotatest.Jitter(3, 20*time.Millisecond, 200*time.Millisecond)}
				s.Seed(dakotatest.SeedOptions{Customers: 300, SubClients: 3})
				time.Sleep(40 * time.Second) // into a window that the other has used
				client := fakeClient(t, s.RoundTripper())
				took := patchAll(t, client, s, 300)
				t.Logf("%v, %+v", took, client.Usage())
				if u := client.Usage(); u.Throttled*50 > u.Total() || took > 6*time.Minute {
					t.Errorf("took %v, counted %+v", took, u)
				}
			})
		})
	}
}

func TestSilentServerNeverSeesMoreThanSixtyInAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &dakotatest.Server{Quota: dakotatest.Quota{Dialect: dakotatest.Silent}, Latency: dakotatest.Jitter(3, 20*time.Millisecond, 600*time.Millisecond)}
		s.Seed(dakotatest.SeedOptions{Customers: 200, SubClients: 3})
		client := fakeClient(t, s.RoundTripper())
		patchAll(t, client, s, 200)
		if got := s.Busiest(time.Minute); got > 60 || client.Usage().Throttled > 0 {
			t.Errorf("%d in a minute, counted %+v", got, client.Usage())
		}
	})
}
