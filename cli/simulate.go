package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dakota-reconcile/dakota/dakotatest"
)

// simulation is what the flags of simulate say about the account that is served.
type simulation struct {
	address    string
	customers  int
	subClients int
	seed       uint64
	limit      int
	window     time.Duration
	dialect    string
	latency    time.Duration
	faults     []string
}

func (s *simulation) flags(f *pflag.FlagSet) {
	f.StringVar(&s.address, "address", "127.0.0.1:8765", "where to listen; loopback only")
	f.IntVar(&s.customers, "customers", 2000, "customers in the account")
	f.IntVar(&s.subClients, "sub-clients", 8, "sub-clients in the account")
	f.Uint64Var(&s.seed, "seed", 1, "the same seed makes the same account")
	f.IntVar(&s.limit, "limit", 60, "requests in a window for each key; negative for no limit")
	f.DurationVar(&s.window, "window", time.Minute, "the window's length")
	f.StringVar(&s.dialect, "headers", "current", "rate limit headers: current, older or none")
	f.DurationVar(&s.latency, "latency", 20*time.Millisecond, "how long an answer takes")
	f.StringArrayVar(&s.faults, "fault", nil, "what goes wrong with which requests, as described above; repeatable")
}

var dialects = map[string]dakotatest.Dialect{"current": dakotatest.Current, "older": dakotatest.Older, "none": dakotatest.Silent}

// server makes the account.
func (s *simulation) server() (*dakotatest.Server, error) {
	dialect, ok := dialects[s.dialect]
	if !ok {
		return nil, usage("--headers %q is none of current, older, none", s.dialect)
	}
	if s.customers < 0 || s.subClients < 0 || s.window < time.Second {
		return nil, usage("--customers and --sub-clients are counts, --window is at least 1s")
	}
	faults, err := dakotatest.ParseFaults(s.faults...)
	if err != nil {
		return nil, usage("--fault: %s", err)
	}
	server := &dakotatest.Server{
		Faults:  faults,
		Quota:   dakotatest.Quota{Limit: s.limit, Window: s.window, Dialect: dialect},
		Latency: func(dakotatest.Request) (time.Duration, time.Duration) { return s.latency / 2, s.latency / 2 },
	}
	server.Seed(dakotatest.SeedOptions{Seed: s.seed, Customers: s.customers, SubClients: s.subClients, Unassociated: 0.1})
	return server, nil
}

// allowance is the rate limit in words.
func (s *simulation) allowance() string {
	if s.limit < 0 {
		return "no rate limit"
	}
	return fmt.Sprintf("%s every %s", count(s.limit, "request"), window(s.window))
}

func (a *app) simulateCommand() *cobra.Command {
	s := &simulation{}
	c := &cobra.Command{
		Use:   "simulate",
		Short: "Serve the fake Dakota API on localhost",
		Long: `Serve an invented account with the API in front of it, rate limit included, until it is interrupted. Any key is taken. Use it
from another terminal with --base-url, to try a spreadsheet, a flag or a cron line without touching a real account.

` + dakotatest.FaultSyntax,
		Args: arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.simulate(cmd.Context(), s) },
	}
	s.flags(c.Flags())
	a.options.quietFlag(c.Flags())
	return c
}

func (a *app) simulate(ctx context.Context, s *simulation) error {
	server, err := s.server()
	if err != nil {
		return err
	}
	url, stop, err := server.Listen(s.address)
	if err != nil {
		return fail(exitConfig, err, "choose another --address on this machine, such as 127.0.0.1:0")
	}
	defer stop()
	a.tell("%s with %s and %s; %s. Use it from another terminal:\n\n", url, count(s.customers, "customer"), count(s.subClients, "sub-client"), s.allowance())
	a.tell("  export DAKOTA_API_KEY=simulated DAKOTA_BASE_URL=%s\n  %s export today.csv\n  %s plan today.csv\n\nCtrl-C ends it.\n", url, program, program)
	<-ctx.Done()
	c := server.Counts()
	a.tell("\n%s served: %d list, %d get, %d summary, %d patch; %d refused for the rate; %s\n",
		count(c.Total(), "request"), c.List, c.Get, c.Summary, c.Patch, c.Throttled, count(len(server.Changes()), "change"))
	return quiet(exitDone)
}

// sampleRows writes the sample spreadsheet of demo: today's associations of the first customers of an account, some of them changed.
func sampleRows(server *dakotatest.Server, rows, changes int) [][]string {
	var subClients []string
	var customers []dakotatest.Customer
	for _, c := range server.Customers() {
		if c.IsSubClient {
			subClients = append(subClients, c.ID)
		} else if len(customers) < rows {
			customers = append(customers, c)
		}
	}
	sheet := [][]string{{"Customer ID", "Sub-Client ID", "Account manager"}}
	managers := []string{"A. Okafor", "B. Lindqvist", "C. Moreau"}
	for i, c := range customers {
		wish := c.SubClientID
		if i%(rows/changes) == 0 {
			wish = nextWish(subClients, wish, i)
		}
		sheet = append(sheet, []string{c.ID, wish, managers[i%len(managers)]})
	}
	return sheet
}

// nextWish is another sub-client than the present one, and for every sixth change none.
func nextWish(subClients []string, now string, i int) string {
	if i%6 == 0 && now != "" {
		return ""
	}
	for k := range subClients {
		if s := subClients[(i+k)%len(subClients)]; s != now {
			return s
		}
	}
	return now
}
