package dakota

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

const (
	aCustomer  = "2fQ1zvBz6M0lKQz0H9c0000001a"
	aSubClient = "2fQ1zvBz6M0lKQz0H9c0000002b"
)

func testKey(t testing.TB) Key {
	k, err := NewKey("dGVzdC1rZXktMTIz/+==", "a test")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// serve returns a client of a server in this process that answers with h.
func serve(t testing.TB, h http.HandlerFunc, change ...func(*Config)) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c := Config{BaseURL: s.URL, Key: testKey(t), Rate: NoRate}
	for _, f := range change {
		f(&c)
	}
	client, err := NewClient(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func TestDisassociationSendsNull(t *testing.T) {
	var body string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		body = r.Method + " " + r.URL.Path + " " + string(b)
		io.WriteString(w, `{"id":"`+aCustomer+`","name":"A","kyb_status":"odd","sub_client_id":null,"more":1}`)
	})
	departed := false
	a, err := c.SetSubClient(t.Context(), aCustomer, "", func(context.Context) error { departed = true; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if want := "PATCH /customers/" + aCustomer + `/sub-client {"sub_client_id":null}`; body != want {
		t.Errorf("sent %s\nwant %s", body, want)
	}
	if !departed || a.HTTPStatus != 200 || a.Customer.SubClientID != "" || a.Customer.KYBStatus != "odd" {
		t.Errorf("departed %v, answer %+v", departed, a)
	}
}

func TestReaderRefusesToSendAPatch(t *testing.T) {
	c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request came through") })
	req, _ := http.NewRequest(http.MethodPatch, c.link.base, nil)
	if _, err := c.Reader.link.transport.RoundTrip(req); err == nil {
		t.Error("no error")
	}
}

func TestFailedDepartureSendsNothing(t *testing.T) {
	c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request came through") })
	full := errors.New("disk full")
	_, err := c.SetSubClient(t.Context(), aCustomer, aSubClient, func(context.Context) error { return full })
	if !errors.Is(err, ErrNotSent) || !errors.Is(err, full) || InDoubt(err) {
		t.Error(err)
	}
}
