package ledger_test

import (
	"fmt"
	"sync"
	"testing"

	"dakota-reconcile/ledger"
	"dakota-reconcile/reconcile"
)

// BenchmarkBegin records plans of 100,000 rows.
func BenchmarkBegin(b *testing.B) {
	const rows = 100_000
	l := open(b)
	run := planned("", rows)
	for n := 0; b.Loop(); n++ {
		run.ID = fmt.Sprint("run", n)
		if err := begin(b, l, run).Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkLoad reads a run of 100,000 rows.
func BenchmarkLoad(b *testing.B) {
	const rows = 100_000
	l := open(b)
	begin(b, l, planned("run", rows))
	for b.Loop() {
		load(b, l, "run")
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkFinish ends a run of 100,000 rows, a tenth of them new since it was begun.
func BenchmarkFinish(b *testing.B) {
	const rows = 100_000
	l := open(b)
	run := planned("", rows)
	for n := 0; b.Loop(); n++ {
		b.StopTimer()
		run.ID = fmt.Sprint("run", n)
		r := begin(b, l, run)
		for i := 0; i < rows; i += 10 {
			run.Results[i] = applied(run.Results[i], n+1)
		}
		b.StartTimer()
		if err := r.Finish(b.Context(), run); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRow records intent and conclusion of one row, by as many workers as a run has.
func BenchmarkRow(b *testing.B) {
	for _, workers := range []int{1, 8, 32} {
		b.Run(fmt.Sprint(workers, "workers"), func(b *testing.B) { benchmarkRow(b, workers) })
	}
}

func benchmarkRow(b *testing.B, workers int) {
	l := open(b)
	run := planned("run", b.N)
	r := begin(b, l, run)
	b.ResetTimer()
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < b.N; i += workers {
				record(b, r, i, run.Results[i])
			}
		})
	}
	wg.Wait()
	if err := r.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func record(b *testing.B, r *ledger.Recording, row int, res reconcile.Result) {
	if err := r.Intend(b.Context(), reconcile.Intent{Row: row, Attempt: 1}); err != nil {
		b.Error(err)
	}
	if err := r.Conclude(row, applied(res, 1)); err != nil {
		b.Error(err)
	}
}
