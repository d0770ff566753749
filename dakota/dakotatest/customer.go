package dakotatest

import (
	"encoding/json"
	"strings"
)

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

// wireCustomer is a customer as the API writes it.
type wireCustomer struct {
	ID                string            `json:"id"`
	Name              string            `json:"name"`
	Email             string            `json:"email,omitempty"`
	Type              string            `json:"customer_type"`
	ExternalID        string            `json:"external_id,omitempty"` // not in the contract: an unknown field to its readers
	KYBStatus         string            `json:"kyb_status"`
	KYCStatus         string            `json:"kyc_status,omitempty"`
	ProviderStatuses  []json.RawMessage `json:"provider_statuses,omitempty"`
	KYBLinks          []wireLink        `json:"kyb_links,omitempty"`
	ApplicationID     string            `json:"application_id,omitempty"`
	ApplicationStatus string            `json:"application_status,omitempty"`
	ApplicationURL    string            `json:"application_url,omitempty"`
	Decision          string            `json:"decision,omitempty"`
	CreatedAt         int64             `json:"created_at"`
	UpdatedAt         int64             `json:"updated_at"`
	DeletedAt         int64             `json:"deleted_at,omitempty"`
	SubClientID       json.RawMessage   `json:"sub_client_id,omitempty"`
	SubClientName     string            `json:"sub_client_name,omitempty"`
	IsSubClient       bool              `json:"is_sub_client,omitempty"`
}

type wireLink struct {
	Provider string `json:"provider"`
	URL      string `json:"url"` // a secret like application_url
}

var providerStatuses = []json.RawMessage{json.RawMessage(`{"provider_id":"bank-1","status":"active"}`)}

// wire renders a customer. name is its sub-client's.
func (c *Customer) wire(name string, absence Absence) wireCustomer {
	w := wireCustomer{
		ID: c.ID, Name: c.Name, Email: c.Email, Type: c.Type, ExternalID: c.ExternalID, KYBStatus: c.KYBStatus, KYCStatus: c.KYCStatus,
		ApplicationID: c.ApplicationID, ApplicationStatus: c.ApplicationStatus, ApplicationURL: c.ApplicationURL, Decision: c.Decision,
		CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, DeletedAt: c.DeletedAt, IsSubClient: c.IsSubClient,
	}
	if c.ApplicationURL != "" {
		w.KYBLinks = []wireLink{{"bank-1", c.ApplicationURL + "&step=kyb"}}
		w.ProviderStatuses = providerStatuses
	}
	if c.SubClientID != "" {
		w.SubClientID, w.SubClientName = json.RawMessage(`"`+c.SubClientID+`"`), name
		return w
	}
	if absence == MixedAbsent {
		absence = Absence(c.ID[len(c.ID)-1] % 3)
	}
	switch absence {
	case Null:
		w.SubClientID = json.RawMessage("null")
	case Empty:
		w.SubClientID = json.RawMessage(`""`)
	}
	return w
}

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
