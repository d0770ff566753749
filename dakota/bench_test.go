package dakota_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"dakota-reconcile/dakota"
	"dakota-reconcile/dakota/dakotatest"
)

// BenchmarkPatches sends 10,000 PATCHes, eight abreast, to the fake on loopback with its limit off: once with nothing but net/http,
// once through the client with everything it does. The second may take half as much again.
func BenchmarkPatches(b *testing.B) {
	const n = 10_000
	s := &dakotatest.Server{Quota: dakotatest.Quota{Limit: -1}}
	s.Seed(dakotatest.SeedOptions{Customers: n, SubClients: 10})
	var ids []string
	for _, c := range s.Customers() {
		if !c.IsSubClient {
			ids = append(ids, c.ID)
		}
	}
	base, stop, err := s.Listen("127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer stop()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	defer transport.CloseIdleConnections()
	client := fakeClient(b, nil, func(c *dakota.Config) { c.BaseURL, c.Rate = base, dakota.NoRate })
	defer client.Close()

	var bare, ours time.Duration
	for b.Loop() {
		bare += spent(b, s, ids, func(id string) error { return barePatch(transport, base, id) })
		ours += spent(b, s, ids, func(id string) error {
			_, err := client.SetSubClient(b.Context(), id, "", nil)
			return err
		})
	}
	b.ReportMetric(float64(bare.Microseconds())/float64(b.N*n), "µs/bare")
	b.ReportMetric(float64(ours.Microseconds())/float64(b.N*n), "µs/client")
	b.ReportMetric(float64(ours)/float64(bare), "client/bare")
}

// spent is the time that the requests take together.
func spent(b *testing.B, s *dakotatest.Server, ids []string, one func(string) error) time.Duration {
	s.Reset()
	began := time.Now()
	eachAbreast(ids, func(id string) {
		if err := one(id); err != nil {
			b.Error(err)
		}
	})
	return time.Since(began)
}

// barePatch is the least that sends a PATCH and reads its answer.
func barePatch(transport http.RoundTripper, base, id string) error {
	req, err := http.NewRequest(http.MethodPatch, base+"/customers/"+id+"/sub-client", bytes.NewReader([]byte(`{"sub_client_id":null}`)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Api-Key", "a-key-for-the-bench")
	res, err := transport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d, %w", res.StatusCode, err)
	}
	return nil
}
