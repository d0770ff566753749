package dakota

import (
	"encoding/json"
	"fmt"
	"time"
)

// Answer is a customer as an answer told it.
type Answer struct {
	Customer   Customer
	HTTPStatus int
	RequestID  string    // "" when the answer carried none
	At         time.Time // when it came, UTC, whole milliseconds
}

// The wire structs rely on encoding/json leaving a field alone that is null, so that null reads as absent.
type wireList struct {
	Data *[]Customer `json:"data"`
	Meta *struct {
		Total *int  `json:"total_count"`
		More  *bool `json:"has_more_after"`
	} `json:"meta"`
}

type wireSummary struct {
	Data *[]SubClient `json:"data"`
}

// wireAssociation is the body of a PATCH. It is the one place where "no sub-client" is null and not "".
type wireAssociation struct {
	SubClientID *string `json:"sub_client_id"`
}

// encodeAssociation returns {"sub_client_id":"…"}, or null in it for "".
func encodeAssociation(subClientID string) ([]byte, error) {
	var w wireAssociation
	if subClientID != "" {
		w.SubClientID = &subClientID
	}
	return json.Marshal(w)
}

// decodeCustomer reads the customer with that id. Anything else is an error: a customer without an id, or another one, proves nothing.
func decodeCustomer(body []byte, id string) (Customer, error) {
	var c Customer
	if err := json.Unmarshal(body, &c); err != nil {
		return Customer{}, fmt.Errorf("it is no customer: %s", jsonFault(err))
	}
	if c.ID == "" {
		return Customer{}, fmt.Errorf("it is no customer: it has no id")
	}
	if c.ID != id {
		return Customer{}, fmt.Errorf("it is about another customer than was asked for")
	}
	return c, nil
}

// decodeList reads a page. One without data or meta is an error and never an empty page: an account that looks empty would have its
// rows called missing.
func decodeList(body []byte) (Page, error) {
	var w wireList
	if err := json.Unmarshal(body, &w); err != nil {
		return Page{}, fmt.Errorf("it is no list of customers: %s", jsonFault(err))
	}
	if w.Data == nil || w.Meta == nil || w.Meta.More == nil {
		return Page{}, fmt.Errorf("it is no list of customers: data or meta.has_more_after is missing")
	}
	for i, c := range *w.Data {
		if c.ID == "" {
			return Page{}, fmt.Errorf("it is no list of customers: number %d has no id", i+1)
		}
	}
	p := Page{Customers: *w.Data, Total: len(*w.Data), More: *w.Meta.More}
	if w.Meta.Total != nil {
		p.Total = *w.Meta.Total
	} else if p.More { // only a guess is lost, which makes the way through a list cheaper
		p.Total += PageSize
	}
	return p, nil
}

func decodeSummary(body []byte) ([]SubClient, error) {
	var w wireSummary
	if err := json.Unmarshal(body, &w); err != nil {
		return nil, fmt.Errorf("it is no summary: %s", jsonFault(err))
	}
	if w.Data == nil {
		return nil, fmt.Errorf("it is no summary: data is missing")
	}
	for i, s := range *w.Data {
		if s.ID == "" {
			return nil, fmt.Errorf("it is no summary: number %d has no sub_client_id", i+1)
		}
	}
	return *w.Data, nil
}

// jsonFault says what is wrong without quoting the body, which may hold secrets.
func jsonFault(err error) string {
	switch e := err.(type) {
	case *json.UnmarshalTypeError:
		return fmt.Sprintf("%s is a %s", orElse(e.Field, "it"), e.Value)
	case *json.SyntaxError:
		return fmt.Sprintf("it is not JSON at byte %d", e.Offset)
	}
	return "it is not JSON"
}
