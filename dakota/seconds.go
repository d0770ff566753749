package dakota

import (
	"encoding/json"
	"time"
)

// seconds are Unix seconds on the wire. The contract has whole ones; ones with a fraction and RFC 3339 texts say the same, and an
// answer is not thrown away for them: of a PATCH's answer that would make a doubt of a change that it proves.
type seconds int64

// UnmarshalJSON reads a number or a text; null and "" are no time.
func (s *seconds) UnmarshalJSON(b []byte) error {
	var n float64
	if json.Unmarshal(b, &n) == nil && n > -1<<53 && n < 1<<53 {
		*s = seconds(n)
		return nil
	}
	var text string
	if json.Unmarshal(b, &text) == nil {
		if text == "" {
			return nil
		}
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			*s = seconds(at.Unix())
			return nil
		}
	}
	return &json.UnmarshalTypeError{Field: "a time", Value: "value that is none"}
}

// UnmarshalJSON reads a customer of the wire.
func (c *Customer) UnmarshalJSON(b []byte) error {
	type plain Customer
	w := struct {
		*plain
		CreatedAt seconds `json:"created_at"`
		DeletedAt seconds `json:"deleted_at"`
	}{plain: (*plain)(c)}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	c.CreatedAt, c.DeletedAt = int64(w.CreatedAt), int64(w.DeletedAt)
	return nil
}
