package report

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/xuri/excelize/v2"
)

// BenchmarkReport tells what a report of 50,000 rows costs in each format.
func BenchmarkReport(b *testing.B) {
	run := large(50_000, 40)
	for _, k := range Kinds {
		b.Run(string(k), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := Write(io.Discard, k, run, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkOriginal is the report into the user's own workbook of 50,000 rows.
func BenchmarkOriginal(b *testing.B) {
	run := large(50_000, 40)
	run.Source.Format, run.Source.Sheet = "xlsx", "Customers"
	f := excelize.NewFile()
	f.SetSheetName("Sheet1", "Customers")
	sw, err := f.NewStreamWriter("Customers")
	if err != nil {
		b.Fatal(err)
	}
	for i := range 50_003 {
		row := []any{i, "2ZdR0Yq1tLmN4pVx8KcB7aWe0AK", fmt.Sprint("city ", i), "2YbQ7Hn3sKfJ9dTz5GmC2xRv1NO", "x", 12.5}
		if err := sw.SetRow(axis(1, i+1), row); err != nil {
			b.Fatal(err)
		}
	}
	if err := sw.Flush(); err != nil {
		b.Fatal(err)
	}
	var original bytes.Buffer
	if err := f.Write(&original); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := Write(io.Discard, XLSX, run, Options{Original: original.Bytes()}); err != nil {
			b.Fatal(err)
		}
	}
}
