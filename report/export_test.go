package report

import (
	"bytes"
	"testing"

	"dakota-reconcile/reconcile"
)

// associations are what an export is made of.
func associations() ([]reconcile.Change, []reconcile.SubClientTotal) {
	var customers []reconcile.Change
	for _, r := range applied().Results[:6] {
		r.SubClientID, r.SubClientName = r.PreviousID, r.PreviousName
		customers = append(customers, r.Change)
	}
	return customers, applied().SubClients
}

func TestExportIsAnInputFileToEdit(t *testing.T) {
	customers, subClients := associations()
	var text, book bytes.Buffer
	if err := Export(&text, CSV, customers, subClients); err != nil {
		t.Fatal(err)
	}
	if err := Export(&book, XLSX, customers, subClients); err != nil {
		t.Fatal(err)
	}
	golden(t, "export.csv", text.Bytes())
	golden(t, "export.xlsx.txt", []byte(dump(t, book.Bytes())))
}
