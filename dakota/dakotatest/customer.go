package dakotatest

import "strings"

// Customer is a customer of the account. The zero values of all fields but ID are filled in by Add.
type Customer struct {
	ID            string // a KSUID; Add makes one of CreatedAt when it is empty
	Name          string // "Customer <id>" when empty
	Type          string // individual or business, "" for business
	Email         string
	ExternalID    string // what the filter external_id finds
	KYBStatus     string // "" for active
	KYCStatus     string
	Decision      string
	CreatedAt     int64 // Unix seconds; 0 for the time inside the id
	CreatedMicros int32 // the part of the second that the API hides, which still decides order and filters
	UpdatedAt     int64 // Unix seconds; 0 for CreatedAt
	DeletedAt     int64 // Unix seconds; 0 for not deleted
	SubClientID   string
	IsSubClient   bool

	ApplicationID     string
	ApplicationStatus string
	ApplicationURL    string // holds a token: nobody may let it out
}

// Absence is the way in which an answer says that a customer has no sub-client.
type Absence int

const (
	Absent      Absence = iota // there is no sub_client_id
	Null                       // "sub_client_id": null (which the contract does not have)
	Empty                      // "sub_client_id": "" (which the contract does not have)
	MixedAbsent                // now one, now the other, by customer
)

// record is a customer and what only the server knows of it.
type record struct {
	Customer
	previous string // what SubClientID was before the last change, for stale reads
}

// micros is the moment of creation in Unix microseconds.
func (r *record) micros() int64 { return r.CreatedAt*1e6 + int64(r.CreatedMicros) }

// idLength is the number of characters of an id.
const idLength = 27

// validID reports whether the text has the form that the contract demands of an id.
func validID(id string) bool {
	if len(id) != idLength {
		return false
	}
	return strings.IndexFunc(id, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	}) < 0
}
