package dakotatest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"dakota-reconcile/dakota/dakotatest"
)

// wireProblem is a refusal as the tests read it.
type wireProblem struct {
	Type      string `json:"type"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	RequestID string `json:"request_id"`
	Errors    []struct {
		Field string `json:"field"`
	} `json:"errors"`
}

// checkProblem fails the test unless the answer is a problem with this status that names the field ("" for none).
func checkProblem(t *testing.T, resp *http.Response, body string, status int, field string) {
	t.Helper()
	if resp.StatusCode != status {
		t.Fatalf("status %d, want %d: %s", resp.StatusCode, status, body)
	}
	if got := resp.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("content type %q", got)
	}
	p := decode[wireProblem](t, body)
	if p.Status != status || p.Type == "" || p.RequestID == "" || p.RequestID != resp.Header.Get("X-Request-Id") {
		t.Errorf("problem %+v with X-Request-Id %q", p, resp.Header.Get("X-Request-Id"))
	}
	if field != "" && (len(p.Errors) == 0 || p.Errors[0].Field != field) {
		t.Errorf("errors %+v, want field %q", p.Errors, field)
	}
}

func TestListRefusesWhatTheContractDoesNotHave(t *testing.T) {
	tests := []struct{ query, field string }{
		{"limit=0", "limit"},
		{"limit=101", "limit"},
		{"limit=-1", "limit"},
		{"limit=ten", "limit"},
		{"limit=", "limit"},
		{"limit=5&limit=6", "limit"},
		{"page=2", "page"},
		{"Limit=5", "Limit"},
		{"sort_by=updated_at", "sort_by"},
		{"sort_dir=up", "sort_dir"},
		{"is_sub_client=yes", "is_sub_client"},
		{"is_sub_client=1", "is_sub_client"},
		{"sub_client_id=", "sub_client_id"},
		{"sub_client_id=abc", "sub_client_id"},
		{"starting_after=" + strings.Repeat("!", 27), "starting_after"},
		{"starting_after=" + strings.Repeat("0", 27), "starting_after"}, // well-formed, but nobody
		{"ending_before=" + strings.Repeat("0", 27), "ending_before"},
		{"starting_after=" + idLower + "&ending_before=" + idLower, "ending_before"},
		{"created_at_from=1700000000", "created_at_from"}, // a Unix second
		{"created_at_to=2026-01-01", "created_at_to"},     // a date alone
		{"created_at_to=2026-01-01T00:00:00", "created_at_to"},
		{"created_at_to=2026-01-01T00:00:00+00:00", "created_at_to"}, // an unescaped plus is a space
		{"created_at_to=2026-02-30T00:00:00Z", "created_at_to"},
		{"search=", "search"},
		{"search=%zz", "query"},
	}
	s := dakotatest.Server{}
	s.Add(dakotatest.Customer{ID: idLower})
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			resp, body := send(t, &s, "GET", "/customers?"+tt.query, "")
			checkProblem(t, resp, body, http.StatusBadRequest, tt.field)
		})
	}
}

func TestListTakesTwentyByNameUnlessTold(t *testing.T) {
	s := dakotatest.Server{}
	s.Seed(dakotatest.SeedOptions{Customers: 50})
	_, body := send(t, &s, "GET", "/customers", "")
	p := decode[listed](t, body)
	if len(p.Data) != 20 || p.Meta.Total != 50 || !p.Meta.After || p.Meta.Before {
		t.Fatalf("%d rows, meta %+v", len(p.Data), p.Meta)
	}
	for i := range 19 {
		if p.Data[i].Name > p.Data[i+1].Name {
			t.Fatalf("%q stands before %q", p.Data[i].Name, p.Data[i+1].Name)
		}
	}
}

func TestPatchRefusesWhatTheContractDoesNotHave(t *testing.T) {
	unknown := strings.Repeat("0", 27)
	good := `{"sub_client_id":"` + idUpper + `"}`
	tests := []struct {
		name, id, body string
		status         int
		field          string
	}{
		{"an empty object", idLower, `{}`, 400, "body"},
		{"another member", idLower, `{"sub_client":"` + idUpper + `"}`, 400, "body"},
		{"the member in another case", idLower, `{"Sub_client_id":null}`, 400, "body"},
		{"a second member", idLower, `{"sub_client_id":null,"name":"x"}`, 400, "body"},
		{"the member twice", idLower, `{"sub_client_id":null,"sub_client_id":null}`, 400, "body"},
		{"an array", idLower, `[]`, 400, "body"},
		{"null", idLower, `null`, 400, "body"},
		{"data after the object", idLower, good + `{}`, 400, "body"},
		{"a broken object", idLower, good[:20], 400, "body"},
		{"an empty text for nobody", idLower, `{"sub_client_id":""}`, 400, "sub_client_id"},
		{"a short id", idLower, `{"sub_client_id":"abc"}`, 400, "sub_client_id"},
		{"a number", idLower, `{"sub_client_id":1}`, 400, "sub_client_id"},
		{"an object for an id", idLower, `{"sub_client_id":{}}`, 400, "body"},
		{"an unknown target", idLower, `{"sub_client_id":"` + unknown + `"}`, 400, "sub_client_id"},
		{"a target that is no sub-client", idLower, `{"sub_client_id":"` + idOther + `"}`, 400, "sub_client_id"},
		{"itself", idUpper, good, 400, "sub_client_id"},
		{"an unknown customer", unknown, good, 404, ""},
		{"a malformed customer", "abc", good, 400, "customer_id"},
	}
	s := dakotatest.Server{}
	s.Add(dakotatest.Customer{ID: idLower}, dakotatest.Customer{ID: idUpper, IsSubClient: true}, dakotatest.Customer{ID: idOther})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resp, body := send(t, &s, "PATCH", "/customers/"+tt.id+"/sub-client", tt.body)
			checkProblem(t, resp, body, tt.status, tt.field)
		})
	}
	if changes := s.Changes(); len(changes) != 0 {
		t.Errorf("a refused PATCH changed something: %+v", changes)
	}
}

func TestPatchNamesAForeignTargetAsDocumented(t *testing.T) {
	s := dakotatest.Server{}
	s.Add(dakotatest.Customer{ID: idLower})
	_, body := send(t, &s, "PATCH", "/customers/"+idLower+"/sub-client", `{"sub_client_id":"`+idUpper+`"}`)
	if got := decode[wireProblem](t, body).Detail; got != "sub_client_id must reference a customer belonging to the same client" {
		t.Errorf("detail %q", got)
	}
}

func TestPatchRefusesDeletedTargets(t *testing.T) {
	s := pair(nil)
	s.Edit(idUpper, func(c *dakotatest.Customer) { c.DeletedAt = 1800000000 })
	resp, body := send(t, s, "PATCH", patchTarget, patchBody)
	checkProblem(t, resp, body, http.StatusBadRequest, "sub_client_id")
}

func TestSubClientsMayBelongToSubClientsOrNot(t *testing.T) {
	for _, refuse := range []bool{false, true} {
		s := pair(nil)
		s.RefuseSubClients = refuse
		s.Add(dakotatest.Customer{ID: idOther, IsSubClient: true})
		want := 200
		if refuse {
			want = 400
		}
		if resp, body := send(t, s, "PATCH", "/customers/"+idOther+"/sub-client", patchBody); resp.StatusCode != want {
			t.Errorf("RefuseSubClients %v: %d %s", refuse, resp.StatusCode, body)
		}
	}
}

func TestPatchRefusesWrongHeaders(t *testing.T) {
	tests := []struct{ header, value, field string }{
		{"Content-Type", "text/plain", "Content-Type"},
		{"Content-Type", "", "Content-Type"},
		{"X-Idempotency-Key", "4b1c", "x-idempotency-key"},
	}
	s := dakotatest.Server{}
	s.Add(dakotatest.Customer{ID: idLower})
	for _, tt := range tests {
		req := request(t, "PATCH", "/customers/"+idLower+"/sub-client", `{"sub_client_id":null}`)
		req.Header.Set(tt.header, tt.value)
		resp, body := do(t, &s, req)
		checkProblem(t, resp, body, http.StatusBadRequest, tt.field)
	}
	req := request(t, "PATCH", "/customers/"+idLower+"/sub-client", `{"sub_client_id":null}`)
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	if resp, body := do(t, &s, req); resp.StatusCode != 200 {
		t.Errorf("with a charset: %d %s", resp.StatusCode, body)
	}
}

func TestRoutesAndMethods(t *testing.T) {
	tests := []struct {
		method, target string
		status         int
	}{
		{"GET", "/", 404},
		{"GET", "/customers/", 404},
		{"GET", "/v1/customers", 404},
		{"GET", "/customers/" + idLower + "/sub-client/x", 404},
		{"GET", "/customers/" + idLower + "/name", 404},
		{"POST", "/customers", 405},
		{"HEAD", "/customers", 405},
		{"DELETE", "/customers/" + idLower, 405},
		{"PATCH", "/customers/" + idLower, 405},
		{"GET", "/customers/" + idLower + "/sub-client", 405},
		{"PUT", "/customers/" + idLower + "/sub-client", 405},
		{"PATCH", "/customers/sub-client-summary", 405},
		{"GET", "/customers/" + idUpper, 404},
		{"GET", "/customers/short", 400},
		{"GET", "/customers/sub-client-summary?limit=5", 400},
		{"GET", "/customers/" + idLower + "?expand=1", 400},
	}
	s := dakotatest.Server{}
	s.Add(dakotatest.Customer{ID: idLower})
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.target, func(t *testing.T) {
			resp, body := send(t, &s, tt.method, tt.target, "")
			checkProblem(t, resp, body, tt.status, "")
			if (resp.Header.Get("Allow") != "") != (tt.status == 405) {
				t.Errorf("Allow %q", resp.Header.Get("Allow"))
			}
		})
	}
}

func TestAGetWithABodyIsRefused(t *testing.T) {
	s := pair(nil)
	for _, target := range []string{"/customers", "/customers/sub-client-summary", "/customers/" + idLower} {
		resp, body := send(t, s, "GET", target, "{}")
		checkProblem(t, resp, body, http.StatusBadRequest, "")
	}
}

func TestKeysAreKnownForbiddenOrRevoked(t *testing.T) {
	s := dakotatest.Server{Keys: []string{"good", "old"}, Forbidden: []string{"visitor"}}
	s.Revoke("old")
	for key, want := range map[string]int{"good": 200, "old": 401, "visitor": 403, "stranger": 401, "": 401} {
		req := request(t, "GET", "/customers", "")
		req.Header.Set("X-Api-Key", key)
		resp, body := do(t, &s, req)
		if want == 200 {
			if resp.StatusCode != 200 {
				t.Errorf("key %q: %d %s", key, resp.StatusCode, body)
			}
			continue
		}
		checkProblem(t, resp, body, want, "")
	}
	var open dakotatest.Server // without Keys any key will do, but one is needed
	req := request(t, "GET", "/customers", "")
	req.Header.Del("X-Api-Key")
	resp, body := do(t, &open, req)
	checkProblem(t, resp, body, http.StatusUnauthorized, "")
}

func TestUnassociatedIsWrittenAsToldTo(t *testing.T) {
	tests := []struct {
		absence dakotatest.Absence
		want    string
	}{
		{dakotatest.Absent, ""},
		{dakotatest.Null, `"sub_client_id":null`},
		{dakotatest.Empty, `"sub_client_id":""`},
	}
	for _, tt := range tests {
		s := dakotatest.Server{Unassociated: tt.absence}
		s.Add(dakotatest.Customer{ID: idLower})
		_, body := send(t, &s, "GET", "/customers/"+idLower, "")
		if tt.want == "" && strings.Contains(body, "sub_client_id") || !strings.Contains(body, tt.want) {
			t.Errorf("absence %d: %s", tt.absence, body)
		}
	}
}

func TestMixedAbsenceShowsEveryForm(t *testing.T) {
	s := dakotatest.Server{Unassociated: dakotatest.MixedAbsent}
	s.Seed(dakotatest.SeedOptions{Customers: 60})
	_, body := send(t, &s, "GET", "/customers?limit=100", "")
	null, empty := strings.Count(body, `"sub_client_id":null`), strings.Count(body, `"sub_client_id":""`)
	if null == 0 || empty == 0 || null+empty >= 60 {
		t.Errorf("%d null, %d empty, %d absent", null, empty, 60-null-empty)
	}
}

func TestSearchIsWithoutRegardToCase(t *testing.T) {
	s := dakotatest.Server{}
	s.Add(dakotatest.Customer{Name: "Ångström Oy", ExternalID: "crm-1"}, dakotatest.Customer{Name: "Other", ExternalID: "crm-2"})
	for query, want := range map[string]int{
		"search=" + url.QueryEscape("ÅNGSTRÖM"): 1, "search=crm": 2, "external_id=crm-2": 1, "external_id=crm": 0, "search=nobody": 0,
	} {
		_, body := send(t, &s, "GET", "/customers?"+query, "")
		if got := decode[listed](t, body).Meta.Total; got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
}
