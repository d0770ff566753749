package dakotatest

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A page of a hundred customers is most of what this server is asked for, so it is written without reflection.

// appendJSON writes a customer as the API does. name is its sub-client's.
func (c *Customer) appendJSON(b []byte, name string, absence Absence) []byte {
	b = appendText(append(b, '{'), "id", c.ID)
	b = appendText(b, "name", c.Name)
	b = appendText(b, "customer_type", c.Type)
	b = appendText(b, "kyb_status", c.KYBStatus)
	for _, optional := range [...][2]string{
		{"email", c.Email},
		{"external_id", c.ExternalID}, // not in the contract: an unknown field to its readers
		{"kyc_status", c.KYCStatus},
		{"application_id", c.ApplicationID},
		{"application_status", c.ApplicationStatus},
		{"application_url", c.ApplicationURL},
		{"decision", c.Decision},
	} {
		if optional[1] != "" {
			b = appendText(b, optional[0], optional[1])
		}
	}
	if c.ApplicationURL != "" {
		b = append(b, `"provider_statuses":[{"provider_id":"bank-1","status":"in_review"}],"kyb_links":[{"provider_id":"bank-1",`...)
		b = appendText(b, "url", c.ApplicationURL+"&step=kyb") // a secret like application_url
		b = append(b[:len(b)-1], `}],`...)
	}
	b = c.appendSubClient(b, name, absence)
	b = appendNumber(b, "created_at", c.CreatedAt)
	b = appendNumber(b, "updated_at", c.UpdatedAt)
	if c.DeletedAt != 0 {
		b = appendNumber(b, "deleted_at", c.DeletedAt)
	}
	if c.IsSubClient {
		b = append(b, `"is_sub_client":true,`...)
	}
	b[len(b)-1] = '}'
	return b
}

func (c *Customer) appendSubClient(b []byte, name string, absence Absence) []byte {
	if c.SubClientID != "" {
		return appendText(appendText(b, "sub_client_id", c.SubClientID), "sub_client_name", name)
	}
	if absence == MixedAbsent {
		absence = Absence(c.ID[len(c.ID)-1] % 3)
	}
	switch absence {
	case Null:
		return append(b, `"sub_client_id":null,`...)
	case Empty:
		return append(b, `"sub_client_id":"",`...)
	}
	return b
}

func appendText(b []byte, name, value string) []byte {
	b = append(append(append(b, '"'), name...), `":`...)
	return append(appendQuoted(b, value), ',')
}

func appendNumber(b []byte, name string, value int64) []byte {
	b = append(append(append(b, '"'), name...), `":`...)
	return append(strconv.AppendInt(b, value, 10), ',')
}

// appendQuoted writes a text as JSON; what needs an escape is left to the library.
func appendQuoted(b []byte, s string) []byte {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' }) {
		quoted, err := json.Marshal(s)
		if err != nil {
			panic("dakotatest: encode a text: " + err.Error())
		}
		return append(b, quoted...)
	}
	return append(append(append(b, '"'), s...), '"')
}
