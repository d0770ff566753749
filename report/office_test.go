package report

import (
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// asCSV has LibreOffice write each sheet of each workbook as CSV, values as they are stored, and returns the rows by "name-sheet".
func asCSV(t *testing.T, books map[string][]byte) map[string][][]string {
	t.Helper()
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("NOT TESTED: the workbooks in LibreOffice. It is not on this machine; install it (apt-get install libreoffice-calc-nogui) and run this test again.")
	}
	if testing.Short() {
		t.Skip("LibreOffice needs seconds to start")
	}
	dir := t.TempDir()
	args := []string{
		"-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--headless", "--convert-to",
		"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1", "--outdir", dir,
	}
	for name, b := range books {
		path := filepath.Join(dir, name+".xlsx")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	if out, err := exec.Command(office, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %.300s", err, out)
	}
	sheets := map[string][][]string{}
	files, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		sheets[strings.TrimSuffix(filepath.Base(file), ".csv")] = rows
	}
	return sheets
}

func TestLibreOfficeOpensTheWorkbooksWithTheUsersCellsUnchanged(t *testing.T) {
	run := fromWorkbook()
	original := manual(t, run)
	sheets := asCSV(t, map[string][]byte{"before": original, "after": renderInto(t, run, original), "new": render(t, XLSX, applied())})
	for _, name := range []string{"before-Customers", "after-Customers", "after-Summary 2", "after-To fix", "new-Summary", "new-Rows", "new-To fix"} {
		if len(sheets[name]) == 0 {
			t.Errorf("there is no sheet %s", name)
		}
	}
	var after [][]string
	for _, row := range sheets["after-Customers"] {
		after = append(after, row[:len(sheets["before-Customers"][0])])
	}
	if diff := cmp.Diff(sheets["before-Customers"], after); diff != "" {
		t.Errorf("the user's cells changed (-before +after)\n%s", diff)
	}
	if diff := cmp.Diff(sheets["before-Summary"], sheets["after-Summary"]); diff != "" {
		t.Errorf("the user's second sheet changed (-before +after)\n%s", diff)
	}
	column := slices.Index(sheets["after-Customers"][2], "status")
	for _, r := range run.Results {
		if r.Row > 0 && sheets["after-Customers"][r.Row-1][column] != string(r.Status) {
			t.Errorf("row %d shows %q, want %s", r.Row, sheets["after-Customers"][r.Row-1], r.Status)
		}
	}
}
