package report

import (
	"fmt"
	"io"
	"strconv"

	"dakota-reconcile/reconcile"
)

// instruction stands above the header of an export. A reader of input files skips a row whose first cell begins with #.
const instruction = "# Change only sub_client_id: write the id of another sub-client to move the customer or empty the cell to disassociate it. " +
	"The names are for reading and are ignored. Rows that you delete are left as they are."

var exportColumns = []column{
	{"customer_id", 32}, {"customer_name", 40}, {"sub_client_id", 32}, {"sub_client_name", 40}, {"kyb_status", 16},
}

// Export writes today's associations as an input file to edit: of each change its customer and, as the wish, what the customer is
// associated with now. A plan of the file as it is written is empty. k is CSV or XLSX; a workbook has a second sheet with the
// sub-clients (their Opening is the number of their customers).
func Export(w io.Writer, k Kind, customers []reconcile.Change, subClients []reconcile.SubClientTotal) error {
	var err error
	switch k {
	case CSV:
		err = exportCSV(w, customers)
	case XLSX:
		err = exportBook(w, customers, subClients)
	default:
		err = fmt.Errorf("an input file is .csv or .xlsx, not %s", k)
	}
	if err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

// ExportFile is Export into the file at path, which is there whole or not at all, with mode 0600. The ending chooses CSV or XLSX.
func ExportFile(path string, customers []reconcile.Change, subClients []reconcile.SubClientTotal) error {
	k, err := inputKind("export", path)
	if err != nil {
		return err
	}
	return Replace(path, func(w io.Writer) error { return Export(w, k, customers, subClients) })
}

// exported returns a customer's cells in the order of exportColumns.
func exported(c reconcile.Change) []string {
	return []string{oneLine(c.CustomerID), oneLine(c.CustomerName), oneLine(c.SubClientID), oneLine(c.SubClientName), oneLine(c.KYBBefore)}
}

func exportCSV(w io.Writer, customers []reconcile.Change) error {
	records := make([][]string, 0, len(customers)+2)
	note, header := make([]string, len(exportColumns)), make([]string, len(exportColumns))
	note[0] = instruction
	for i, c := range exportColumns {
		header[i] = c.name
	}
	records = append(records, note, header)
	for _, c := range customers {
		records = append(records, exported(c))
	}
	return writeRecords(w, records)
}

func exportBook(w io.Writer, customers []reconcile.Change, subClients []reconcile.SubClientTotal) error {
	b, err := newBook("Associations")
	if err != nil {
		return err
	}
	defer b.Close()
	if err := b.created(reconcile.Run{Command: "export"}); err != nil {
		return err
	}
	s, err := b.stream("Associations", exportColumns, len(customers), instruction)
	if err != nil {
		return err
	}
	for _, c := range customers {
		if err := s.addText(exported(c)); err != nil {
			return err
		}
	}
	if err := s.Flush(); err != nil {
		return err
	}
	if err := b.subClientSheet(subClients); err != nil {
		return err
	}
	return b.finish(w)
}

// subClientSheet adds the list of sub-clients to copy ids from. It has no column of customers' ids: nobody takes it for the input.
func (b *book) subClientSheet(subClients []reconcile.SubClientTotal) error {
	name, err := b.addSheet("Sub-clients")
	if err != nil {
		return err
	}
	s, err := b.stream(name, []column{{"sub_client_id", 32}, {"sub_client_name", 40}, {"members", 12}}, len(subClients))
	if err != nil {
		return err
	}
	for _, t := range subClients {
		if err := s.addText([]string{oneLine(t.ID), oneLine(t.Name), members(t.Opening)}); err != nil {
			return err
		}
	}
	return s.Flush()
}

func members(n int) string {
	if n < 0 {
		return ""
	}
	return strconv.Itoa(n)
}
