package dakotatest

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// filter says which customers a list has, and by what it is sorted.
type filter struct {
	sortBy      string
	subClientID string
	isSubClient string // "", "true" or "false"
	kybStatus   string
	search      string
	externalID  string
	from, to    int64 // Unix microseconds, both inclusive
}

// listQuery is a whole request for a page.
type listQuery struct {
	filter
	limit         int
	after, before string // cursors
	descending    bool
}

const (
	earliest = -1 << 62
	latest   = 1 << 62
)

// parseList reads the parameters of GET /customers. Whatever the contract doesn't have is a complaint.
func parseList(values url.Values) (listQuery, []fieldError) {
	q := listQuery{limit: 20, filter: filter{sortBy: "name", from: earliest, to: latest}}
	var wrong []fieldError
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if err := q.set(name, values[name]); err != nil {
			wrong = append(wrong, fieldError{Field: name, Message: err.Error(), Code: "invalid"})
		}
	}
	if q.after != "" && q.before != "" {
		wrong = append(wrong, fieldError{Field: "ending_before", Message: "cannot be combined with starting_after", Code: "invalid"})
	}
	return q, wrong
}

func (q *listQuery) set(name string, values []string) (err error) {
	if len(values) != 1 {
		return fmt.Errorf("given %d times", len(values))
	}
	v := values[0]
	switch name {
	case "limit":
		q.limit, err = strconv.Atoi(v)
		if err != nil || q.limit < 1 || q.limit > 100 {
			return fmt.Errorf("must be a whole number from 1 to 100")
		}
	case "starting_after":
		return setID(&q.after, v)
	case "ending_before":
		return setID(&q.before, v)
	case "sub_client_id":
		return setID(&q.subClientID, v)
	case "sort_by":
		return setOneOf(&q.sortBy, v, "application_status", "created_at", "customer_type", "id", "kyb_status", "kyc_status", "name")
	case "sort_dir":
		var dir string
		err = setOneOf(&dir, v, "asc", "desc")
		q.descending = dir == "desc"
	case "is_sub_client":
		return setOneOf(&q.isSubClient, v, "true", "false")
	case "kyb_status":
		return setText(&q.kybStatus, v)
	case "search":
		return setText(&q.search, v)
	case "external_id":
		return setText(&q.externalID, v)
	case "created_at_from":
		q.from, err = parseTime(v, time.Microsecond-1) // a bound between two microseconds
	case "created_at_to":
		q.to, err = parseTime(v, 0)
	default:
		return fmt.Errorf("is not a parameter of this request")
	}
	return err
}

func setID(to *string, v string) error {
	if !validID(v) {
		return fmt.Errorf("must be 27 digits and letters")
	}
	*to = v
	return nil
}

func setText(to *string, v string) error {
	if v == "" {
		return fmt.Errorf("must not be empty")
	}
	*to = v
	return nil
}

func setOneOf(to *string, v string, allowed ...string) error {
	if !slices.Contains(allowed, v) {
		return fmt.Errorf("must be one of %q", allowed)
	}
	*to = v
	return nil
}

// parseTime reads an RFC 3339 time to Unix microseconds, after adding what makes the division round up.
func parseTime(v string, up time.Duration) (int64, error) {
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		return 0, fmt.Errorf("must be a date and time as in RFC 3339, such as 2026-01-31T00:00:00Z")
	}
	return t.Add(up).UnixMicro(), nil
}
