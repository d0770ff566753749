package dakota

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// PageSize is the number of customers in a full page, the most that the API gives.
const PageSize = 100

// Query says which customers to list. The zero value lists all.
type Query struct {
	SubClientID string // only those associated with it
	// CreatedFrom and CreatedTo bound the time of creation, Unix seconds, both inclusive, 0 for open.
	CreatedFrom, CreatedTo int64
	After                  string // the id after which to go on; "" for the beginning
	AfterCreated           int64  // when that customer was created; 0: not known
}

// Page is one page of a listing, in the order of creation. It cost one request.
type Page struct {
	Customers []Customer
	Total     int       // of all customers that the query asks for, on all pages; a guess where the API does not say
	More      bool      // there are further pages
	At        time.Time // when it came, UTC, whole milliseconds
}

// Pages lists customers in the order of creation, page by page. It ends after the last page or after the first error, which comes with
// an empty page. Where the API does not know the customer any more after which to go on, since somebody deleted or moved it, the listing
// begins anew from that customer's second on, and shows some customers twice.
func (r *Reader) Pages(ctx context.Context, q Query) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		after, last, seen := q.After, q.AfterCreated, map[string]bool{q.After: true}
		for number := 1; ; number++ {
			p, err := r.page(ctx, q, after)
			if last != 0 && unknownCursor(err) {
				q.CreatedFrom, after, last = last, "", 0
				p, err = r.page(ctx, q, after)
			}
			if err == nil && p.More {
				after, last, err = nextCursor(p, seen)
			}
			if err != nil {
				yield(Page{}, fmt.Errorf("list customers: page %d: %w", number, err))
				return
			}
			if !yield(p, nil) || !p.More {
				return
			}
		}
	}
}

// unknownCursor tells whether an answer may mean that the customer after which to go on is not in the list any more.
func unknownCursor(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Status == http.StatusBadRequest || e.Status == http.StatusNotFound || e.Status == http.StatusUnprocessableEntity)
}

// nextCursor returns the customer after which the page after p begins, and when it was created. A server whose cursor stands still or goes round would be asked for ever.
func nextCursor(p Page, seen map[string]bool) (after string, created int64, err error) {
	if len(p.Customers) == 0 {
		return "", 0, errors.New("the API says that more customers follow an empty page")
	}
	last := p.Customers[len(p.Customers)-1]
	if seen[last.ID] {
		return "", 0, fmt.Errorf("the API's cursor does not advance beyond %s", clean(last.ID, maxText))
	}
	seen[last.ID] = true
	return last.ID, last.CreatedAt, nil
}

func (r *Reader) page(ctx context.Context, q Query, after string) (Page, error) {
	c := call{kind: KindList, method: http.MethodGet, path: "/customers?" + q.values(after).Encode()}
	var p Page
	got, err := r.read(ctx, c, func(body []byte) (err error) {
		p, err = decodeList(body)
		return err
	})
	p.At = got.at
	return p, err
}

// values writes the query. The order is by creation because the default one, by name, changes under a reader when somebody is renamed.
func (q Query) values(after string) url.Values {
	v := url.Values{"limit": {strconv.Itoa(PageSize)}, "sort_by": {"created_at"}, "sort_dir": {"asc"}}
	for name, text := range map[string]string{
		"sub_client_id":   q.SubClientID,
		"starting_after":  after,
		"created_at_from": instant(q.CreatedFrom),
		"created_at_to":   throughout(q.CreatedTo),
	} {
		if text != "" {
			v.Set(name, text)
		}
	}
	return v
}

// throughout is the last moment of a second: a server that keeps creation times with fractions would leave the rest of it out.
func throughout(second int64) string {
	if second == 0 {
		return ""
	}
	return time.Unix(second, 999_999_000).UTC().Format("2006-01-02T15:04:05.000000Z07:00")
}

func instant(second int64) string {
	if second == 0 {
		return ""
	}
	return time.Unix(second, 0).UTC().Format(time.RFC3339)
}
