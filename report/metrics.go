package report

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"dakota-reconcile/reconcile"
)

const (
	metricPrefix = "dakota_reconcile_"
	lastSuccess  = metricPrefix + "last_success_timestamp_seconds"
)

// Metrics writes the run's numbers to path as Prometheus text, for node_exporter's textfile collector; the name must end in .prom for
// it to be read. The file is replaced at once and readable by all: it holds numbers, no ids and no names.
//
// The time of the last success is what to alert on. A run without success keeps the one that the file holds already.
func Metrics(path string, run reconcile.Run) error {
	registry := prometheus.NewRegistry()
	m := metrics{registry, prometheus.Labels{"command": oneLine(run.Command), "environment": oneLine(run.Environment)}}
	rows := m.vector("rows", "Rows of the last run by what became of them.", "status")
	n := tally(run)
	for _, s := range reconcile.Statuses { // a status without rows is 0, not missing: an alert on it must see it
		rows.WithLabelValues(string(s)).Set(float64(n[s]))
	}
	requests := m.vector("requests", "Requests that the last run sent, by kind.", "kind")
	u := run.Requests
	for kind, n := range map[string]int{"list": u.List, "get": u.Get, "summary": u.Summary, "patch": u.Patch} {
		requests.WithLabelValues(kind).Set(float64(n))
	}
	m.scalars(run)
	if at, ok := successAt(path, run); ok {
		m.gauge("last_success_timestamp_seconds", "When a run last ended with everything as wished.", at)
	}
	if err := prometheus.WriteToTextfile(path, registry); err != nil {
		return fmt.Errorf("write metrics %s: %w (%s)", path, bare(err), remedy(err))
	}
	return nil
}

// metrics is a registry with the labels that every number of a run carries.
type metrics struct {
	registry *prometheus.Registry
	labels   prometheus.Labels
}

func (m metrics) gauge(name, help string, value float64) {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: metricPrefix + name, Help: help, ConstLabels: m.labels})
	m.registry.MustRegister(g)
	g.Set(value)
}

func (m metrics) vector(name, help, label string) *prometheus.GaugeVec {
	v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: metricPrefix + name, Help: help, ConstLabels: m.labels}, []string{label})
	m.registry.MustRegister(v)
	return v
}

// scalars adds the numbers that have no parts.
func (m metrics) scalars(run reconcile.Run) {
	m.gauge("throttled_requests", "Requests of the last run that were answered with 429.", float64(run.Requests.Throttled))
	m.gauge("retried_requests", "Requests of the last run that were sent again after a failure.", float64(run.Requests.Retries))
	m.gauge("exit_code", "Exit code of the last run.", float64(run.ExitCode))
	m.gauge("resumable", "1 when the last run left rows that resume would finish.", float64(count(run.Resumable)))
	m.gauge("start_timestamp_seconds", "When the last run started.", float64(run.Started.UnixMilli())/1000)
	if !run.Finished.IsZero() {
		m.gauge("duration_seconds", "How long the last run took.", run.Finished.Sub(run.Started).Seconds())
	}
	off := 0
	for _, t := range run.SubClients {
		off += count(difference(t) != 0)
	}
	m.gauge("sub_clients_off", "Sub-clients whose number of customers is not what the run makes it.", float64(off))
}

// successAt returns when a run last succeeded: this one, or the one that the file at path tells of.
func successAt(path string, run reconcile.Run) (float64, bool) {
	if (run.ExitCode == 0 || run.ExitCode == 2) && !run.Finished.IsZero() {
		return float64(run.Finished.UnixMilli()) / 1000, true
	}
	old, err := os.ReadFile(path)
	if err != nil {
		return 0, false // the first run: no success yet
	}
	series := fmt.Sprintf("%s{command=%q,environment=%q} ", lastSuccess, oneLine(run.Command), oneLine(run.Environment))
	for line := range strings.Lines(string(old)) {
		if value, ok := strings.CutPrefix(line, series); ok {
			at, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return at, err == nil
		}
	}
	return 0, false
}
