// Package dakota speaks to the Dakota Platform API as far as sub-client associations need it: three reads and one write, with typed
// errors and one quota that every request of the process passes.
//
// A [Reader] can only send GETs; a [Client] is a Reader that can also change an association. Whoever plans is given a Reader.
package dakota

// Customer is what the API says of a customer, without what this project does not need or must not keep (application_url holds a token).
type Customer struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	KYBStatus string `json:"kyb_status"` // active, pending, …; unknown values are kept as they are

	SubClientID   string `json:"sub_client_id"` // "" when absent, null or empty: not associated
	SubClientName string `json:"sub_client_name"`
	IsSubClient   bool   `json:"is_sub_client"`

	CreatedAt int64 `json:"created_at"` // Unix seconds
	DeletedAt int64 `json:"deleted_at"` // Unix seconds; 0 when it was not deleted
}

// SubClient is a line of the sub-client summary.
type SubClient struct {
	ID        string `json:"sub_client_id"`
	Name      string `json:"sub_client_name"`
	Customers int    `json:"customer_count"`
}

// Usage counts the requests that were sent, each try for itself, refused ones included.
type Usage struct {
	List      int `json:"list"`
	Get       int `json:"get"`
	Summary   int `json:"summary"`
	Patch     int `json:"patch"`
	Throttled int `json:"throttled"` // of all these, answered with 429
	Retries   int `json:"retries"`   // of all these, sent again after a failure other than 429
}

// Total is the number of requests the server saw.
func (u Usage) Total() int { return u.List + u.Get + u.Summary + u.Patch }
