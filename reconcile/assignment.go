package reconcile

// Assignment is one row of the input: this customer shall be associated with that sub-client.
type Assignment struct {
	// Row is the number a spreadsheet program shows for the row, from 1; 0 for a row the input does not have (see [Unlisted]).
	Row int32
	// Same is the row of an earlier assignment that says the same of the same customer, 0 for none. Such a row is never sent; its
	// result repeats the earlier row's.
	Same int32
	// CustomerID is a KSUID: 27 characters of 0-9A-Za-z.
	CustomerID string
	// SubClientID is the KSUID of the sub-client, "" to disassociate.
	SubClientID string
	// Keep leaves the customer as it is, whatever SubClientID says (an empty cell under --blank keep).
	Keep bool
	// Problem says why the row can't be used; nil when it can. Rows with a problem end as [Invalid].
	Problem *Problem
	// Further holds the row's cells in the columns that are not the two ids, parallel to Source.Columns.
	Further []string
}

// Problem is a reason for a row's status, in two forms.
type Problem struct {
	Code    string // a short word for programs: customer_not_found, bad_id, …
	Message string // a sentence for people, without a full stop, with what to do
}

func (p *Problem) Error() string { return p.Message }

// Source tells where assignments came from.
type Source struct {
	Name   string `json:"name"`             // the file's base name, "-" for standard input
	Path   string `json:"path,omitempty"`   // absolute; "" for standard input
	SHA256 string `json:"sha256"`           // of the bytes as read, in hex
	Format string `json:"format"`           // csv, tsv, xlsx, plan, run …
	Sheet  string `json:"sheet,omitempty"`  // of a workbook
	Header int32  `json:"header,omitempty"` // the header's row, from 1
	// Customer and SubClient are the two columns, counted from 1, and their names as written.
	Customer      int    `json:"customer,omitempty"`
	CustomerName  string `json:"customer_name,omitempty"`
	SubClient     int    `json:"sub_client,omitempty"`
	SubClientName string `json:"sub_client_name,omitempty"`
	// Columns are the further columns' names, in their order. Places are their numbers, from 1.
	Columns []string `json:"columns,omitempty"`
	Places  []int    `json:"places,omitempty"`
}
