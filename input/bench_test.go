package input

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

// BenchmarkCheckMillionRows checks a CSV of a million customers beside a bare encoding/csv read of the same file: the ratio must stay
// under 5, the memory taken from the system under 250 MB.
func BenchmarkCheckMillionRows(b *testing.B) {
	for _, names := range []bool{false, true} {
		path := millionRows(b, names)
		var bare, ours time.Duration
		b.Run(fmt.Sprintf("names=%v/bare", names), func(b *testing.B) {
			for range b.N {
				readBare(b, path)
			}
			bare = b.Elapsed() / time.Duration(b.N)
		})
		b.Run(fmt.Sprintf("names=%v/check", names), func(b *testing.B) {
			peak := watchMemory(b)
			for range b.N {
				checkFile(b, path)
			}
			ours = b.Elapsed() / time.Duration(b.N)
			b.ReportMetric(peak(), "MB")
			if bare > 0 {
				b.ReportMetric(float64(ours)/float64(bare), "×bare")
			}
		})
	}
}

func millionRows(b *testing.B, names bool) string {
	path := filepath.Join(b.TempDir(), "million.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	header := "customer_id,sub_client_id"
	if names {
		header += ",name,city"
	}
	fmt.Fprintln(w, header)
	var subs []string
	for i := range 400 {
		subs = append(subs, testID(5_000_000+i))
	}
	for i := range 1_000_000 {
		fmt.Fprintf(w, "%s,%s", testID(i), subs[i*7919%len(subs)])
		if names {
			fmt.Fprintf(w, ",Customer number %d,Ljubljana", i)
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

func readBare(b *testing.B, path string) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	for {
		if _, err := r.Read(); err == io.EOF {
			return
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

func checkFile(b *testing.B, path string) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	t, err := Check(f, path, testOptions())
	if err != nil || len(t.Problems) > 0 || t.Rows == 0 {
		b.Fatal(t.Rows, err, len(t.Problems))
	}
}

// watchMemory samples what the process has from the system, less what it had before; the function it returns gives the peak in MB.
func watchMemory(b *testing.B) func() float64 {
	runtime.GC()
	debug.FreeOSMemory()
	before, peak := fromSystem(), uint64(0)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				peak = max(peak, fromSystem())
			case <-stop:
				return
			}
		}
	}()
	return func() float64 {
		close(stop)
		<-done
		return float64(peak-min(peak, before)) / (1 << 20)
	}
}

func fromSystem() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64() - s[1].Value.Uint64()
}
