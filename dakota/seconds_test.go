package dakota

import (
	"strings"
	"testing"
)

func TestTimesAreReadInWhateverFormTheySayTheSame(t *testing.T) {
	const id = "2aNEILJSQrJ36kEu7BcyVL6TM7C"
	tests := []struct {
		name, wire string
		want       int64
		fault      string // "" for none
	}{
		{"as the contract has it", `1700000000`, 1700000000, ""},
		{"a fraction", `1700000000.75`, 1700000000, ""},
		{"an exponent", `1.7e9`, 1700000000, ""},
		{"a text", `"2023-11-14T22:13:20Z"`, 1700000000, ""},
		{"a text with a fraction and a zone", `"2023-11-14T23:13:20.5+01:00"`, 1700000000, ""},
		{"null", `null`, 0, ""},
		{"an empty text", `""`, 0, ""},
		// What can't be read is not taken for "never": a deleted customer would be changed.
		{"another text", `"yesterday"`, 0, "a time is a value that is none"},
		{"no text at all", `true`, 0, "a time is a value that is none"},
		{"beyond all times", `1e300`, 0, "a time is a value that is none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := decodeCustomer([]byte(`{"id":"`+id+`","sub_client_id":"x","created_at":`+tt.wire+`,"deleted_at":`+tt.wire+`}`), id)
			if tt.fault != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fault) {
					t.Errorf("error %v, want %q", err, tt.fault)
				}
				return
			}
			if want := (Customer{ID: id, SubClientID: "x", CreatedAt: tt.want, DeletedAt: tt.want}); err != nil || c != want {
				t.Errorf("%+v, %v", c, err)
			}
		})
	}
}
