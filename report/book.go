package report

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"dakota-reconcile/reconcile"
)

// unzipped is the most that a workbook may unpack to: far above any real one, far below what a zip bomb reaches.
const unzipped = 2 << 30

// book is a workbook being written, with the styles that our sheets share.
type book struct {
	*excelize.File
	dir    string // excelize's temporary files hold ids; they stand in a folder of ours, which goes with the book
	styles map[string]int
}

// newBook returns a workbook with one sheet of the given name. Close it.
func newBook(sheet string) (*book, error) {
	dir, err := os.MkdirTemp("", "dakota-reconcile-")
	if err != nil {
		return nil, fmt.Errorf("create a folder for temporary files: %w", err)
	}
	b := &book{File: excelize.NewFile(excelize.Options{TmpDir: dir}), dir: dir, styles: map[string]int{}}
	if err := b.SetSheetName("Sheet1", sheet); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// openBook opens a workbook given as its bytes. Close it.
func openBook(original []byte) (*book, error) {
	dir, err := os.MkdirTemp("", "dakota-reconcile-")
	if err != nil {
		return nil, fmt.Errorf("create a folder for temporary files: %w", err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(original), excelize.Options{TmpDir: dir, UnzipSizeLimit: unzipped})
	if err != nil {
		os.RemoveAll(dir) //nolint:errcheck // the first error counts
		return nil, fmt.Errorf("open the input workbook: %w", err)
	}
	return &book{File: f, dir: dir, styles: map[string]int{}}, nil
}

// Close removes the temporary files. Its errors change nothing for the report, which is written by then.
func (b *book) Close() {
	b.File.Close()      //nolint:errcheck // see above
	os.RemoveAll(b.dir) //nolint:errcheck // see above
}

// finish writes the workbook.
func (b *book) finish(w io.Writer) error {
	b.SetZipWriter(func(w io.Writer) excelize.ZipWriter { return &orderedZip{w: w} })
	return b.Write(w)
}

// created fills in the workbook's properties, from the run alone.
func (b *book) created(run reconcile.Run) error {
	at := run.Started.UTC().Format(time.RFC3339)
	if run.Started.IsZero() {
		at = "2000-01-01T00:00:00Z"
	}
	return b.SetDocProps(&excelize.DocProperties{
		Title: oneLine("dakota-reconcile " + run.Command + " " + run.ID), Creator: "dakota-reconcile", LastModifiedBy: "dakota-reconcile",
		Created: at, Modified: at,
	})
}

// free returns a name for a new sheet: name, or name with a number behind it when the workbook has a sheet called so.
func (b *book) free(name string) string {
	taken := map[string]bool{}
	for _, s := range b.GetSheetList() {
		taken[strings.ToLower(s)] = true // Excel tells sheets apart without case
	}
	for n, try := 2, name; ; n++ {
		if !taken[strings.ToLower(try)] {
			return try
		}
		try = fmt.Sprintf("%s %d", name, n)
	}
}

// addSheet adds a sheet after the others and returns its name.
func (b *book) addSheet(name string) (string, error) {
	name = b.free(name)
	_, err := b.NewSheet(name)
	return name, err
}

// sheetText returns s as a cell's text: neutralised, and without what XML forbids.
func sheetText(s string) any {
	if s == "" {
		return nil
	}
	return neutral(s)
}

// axis returns a cell's name, A1 for 1, 1. Both numbers come from a loop within a sheet's bounds.
func axis(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return "A1" // not reached
	}
	return name
}
