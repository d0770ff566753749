package dakotatest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"dakota-reconcile/dakota/dakotatest"
)

// pair is a server with the customer idLower, associated with nobody, and the sub-client idUpper.
func pair(faults dakotatest.FaultFunc) *dakotatest.Server {
	s := &dakotatest.Server{Faults: faults}
	s.Add(dakotatest.Customer{ID: idLower}, dakotatest.Customer{ID: idUpper, IsSubClient: true})
	return s
}

const patchTarget, patchBody = "/customers/" + idLower + "/sub-client", `{"sub_client_id":"` + idUpper + `"}`

// holds tells what the customer is associated with.
func holds(s *dakotatest.Server) string {
	c, _ := s.Customer(idLower)
	return c.SubClientID
}

func TestConnectionsEndBeforeOrAfterTheChange(t *testing.T) {
	tests := []struct {
		name string
		drop dakotatest.Drop
		err  error
		held string
	}{
		{"before: not made", dakotatest.DropBefore, syscall.ECONNRESET, ""},
		{"after: made", dakotatest.DropAfter, io.EOF, idUpper},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := pair(dakotatest.Attempts(1, dakotatest.Fault{Drop: tt.drop}))
			_, err := s.RoundTripper().RoundTrip(request(t, "PATCH", patchTarget, patchBody))
			if !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if held := holds(s); held != tt.held {
				t.Errorf("the customer holds %q, want %q", held, tt.held)
			}
			x := s.Requests()[0]
			if x.Status != 0 || x.Made != (tt.held != "") || x.Ended.IsZero() {
				t.Errorf("record %+v", x)
			}
			if resp, _ := send(t, s, "PATCH", patchTarget, patchBody); resp.StatusCode != 200 {
				t.Errorf("second attempt: %d", resp.StatusCode)
			}
			if again := s.Requests()[1]; again.Attempt != 2 || again.Redundant != (tt.held != "") {
				t.Errorf("record of the second attempt %+v", again)
			}
		})
	}
}

func TestDownIsADialThatFailsAndLeavesNoTrace(t *testing.T) {
	s := pair(nil)
	s.Down = func(dakotatest.Request) bool { return true }
	_, err := s.RoundTripper().RoundTrip(request(t, "PATCH", patchTarget, patchBody))
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "dial" || !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("error %v", err)
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests recorded", n)
	}
}

func TestStatusIsAnsweredWithOrWithoutTheChange(t *testing.T) {
	tests := []struct {
		name        string
		fault       dakotatest.Fault
		contentType string
		body        string
		held        string
	}{
		{"a problem, not made", dakotatest.Fault{Status: 500}, "application/problem+json", `"status":500`, ""},
		{"a gateway's page, made", dakotatest.Fault{Status: 502, Made: true, Form: dakotatest.HTML}, "text/html", "Bad Gateway", idUpper},
		{"the older form", dakotatest.Fault{Status: 503, Form: dakotatest.Old}, "application/json", `"code":"service_unavailable"`, ""},
		{"the nested form", dakotatest.Fault{Status: 403, Form: dakotatest.OldNested}, "application/json", `{"error":{`, ""},
		{"a line", dakotatest.Fault{Status: 504, Form: dakotatest.Plain}, "text/plain; charset=utf-8", "upstream", ""},
		{"nothing", dakotatest.Fault{Status: 408, Form: dakotatest.NoBody}, "", "", ""},
		{"a body of the test's own, and 200", dakotatest.Fault{Status: 200, Made: true, Body: "[]", ContentType: "application/json"}, "application/json", "[]", idUpper},
		{"another success than 200", dakotatest.Fault{Status: 201, Made: true}, "application/json", `"id":"` + idLower + `"`, idUpper},
		{"success without a body", dakotatest.Fault{Status: 204, Made: true}, "", "", idUpper},
		{"another customer", dakotatest.Fault{WrongCustomer: true}, "application/json", `"id":"` + idUpper + `"`, idUpper},
		{"ignored", dakotatest.Fault{IgnoreChange: true}, "application/json", `"id":"` + idLower + `"`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := pair(dakotatest.Always(tt.fault))
			resp, body := send(t, s, "PATCH", patchTarget, patchBody)
			want := max(tt.fault.Status, 200)
			if resp.StatusCode != want || resp.Header.Get("Content-Type") != tt.contentType || !strings.Contains(body, tt.body) {
				t.Errorf("%d %q %s", resp.StatusCode, resp.Header.Get("Content-Type"), body)
			}
			if tt.fault.Status == 204 && body != "" {
				t.Errorf("204 with body %q", body)
			}
			if held := holds(s); held != tt.held {
				t.Errorf("the customer holds %q, want %q", held, tt.held)
			}
			if n := len(s.Changes()); (n == 1) != (tt.held != "") {
				t.Errorf("%d changes", n)
			}
		})
	}
}

func TestBodiesThatCannotBeRead(t *testing.T) {
	t.Run("truncated", func(t *testing.T) {
		s := pair(dakotatest.Always(dakotatest.Fault{Truncate: true}))
		resp, err := s.RoundTripper().RoundTrip(request(t, "PATCH", patchTarget, patchBody))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		if !errors.Is(err, io.ErrUnexpectedEOF) || len(b) == 0 || int64(len(b)) >= resp.ContentLength {
			t.Errorf("read %d of %d, error %v", len(b), resp.ContentLength, err)
		}
		if holds(s) != idUpper {
			t.Error("the change was not made")
		}
	})
	t.Run("garbled", func(t *testing.T) {
		s := pair(dakotatest.Always(dakotatest.Fault{Garble: true}))
		resp, body := send(t, s, "GET", "/customers", "")
		if resp.StatusCode != 200 || body[0] != 0xFF || int64(len(body)) != resp.ContentLength {
			t.Errorf("%d %.40q", resp.StatusCode, body)
		}
	})
	t.Run("oversized", func(t *testing.T) {
		s := pair(dakotatest.Always(dakotatest.Fault{Pad: 1 << 20}))
		resp, body := send(t, s, "GET", "/customers/"+idLower, "")
		if len(body) < 1<<20 || resp.ContentLength != int64(len(body)) {
			t.Errorf("%d bytes, announced %d", len(body), resp.ContentLength)
		}
		decode[customer](t, body)
	})
}

func TestHangsEndWhenTheClientGivesUp(t *testing.T) {
	tests := []struct {
		name string
		hang dakotatest.Hang
		held string
	}{
		{"before: never made", dakotatest.HangBefore, ""},
		{"after: made", dakotatest.HangAfter, idUpper},
		{"in the body: made", dakotatest.HangBody, idUpper},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, start := pair(dakotatest.Always(dakotatest.Fault{Hang: tt.hang})), time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
				defer cancel()
				resp, err := s.RoundTripper().RoundTrip(request(t, "PATCH", patchTarget, patchBody).WithContext(ctx))
				if err == nil {
					_, err = io.ReadAll(resp.Body)
				}
				if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 15*time.Second {
					t.Errorf("after %v: %v", time.Since(start), err)
				}
				time.Sleep(time.Hour)
				if held := holds(s); held != tt.held {
					t.Errorf("the customer holds %q, want %q", held, tt.held)
				}
			})
		})
	}
}

func TestHangsOfALengthEndByThemselves(t *testing.T) {
	for _, hang := range []dakotatest.Hang{dakotatest.HangBefore, dakotatest.HangAfter, dakotatest.HangBody} {
		synctest.Test(t, func(t *testing.T) {
			s, start := pair(dakotatest.Always(dakotatest.Fault{Hang: hang, HangFor: 3 * time.Second})), time.Now()
			_, body := send(t, s, "PATCH", patchTarget, patchBody)
			if got := decode[customer](t, body); time.Since(start) != 3*time.Second || *got.SubClientID != idUpper {
				t.Errorf("hang %d: after %v %s", hang, time.Since(start), body)
			}
		})
	}
}

func TestASlowServerDoesTheWorkThoughNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pair(dakotatest.Always(dakotatest.Fault{Delay: 20 * time.Second}))
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		if _, err := s.RoundTripper().RoundTrip(request(t, "PATCH", patchTarget, patchBody).WithContext(ctx)); err == nil {
			t.Fatal("answered within the timeout")
		}
		if held := holds(s); held != "" {
			t.Fatal("made before the server was done")
		}
		time.Sleep(5 * time.Second)
		if held := holds(s); held != idUpper {
			t.Fatal("not made when the server was done")
		}
		if at := s.Changes()[0].At; !at.Equal(start.Add(20 * time.Second)) {
			t.Errorf("made at %v", at)
		}
	})
}

func TestWorkThatWouldNotBeDoneIsNotDoneLaterEither(t *testing.T) {
	for name, fault := range map[string]dakotatest.Fault{
		"a status": {Status: 500}, "a drop": {Drop: dakotatest.DropBefore}, "a hang": {Hang: dakotatest.HangBefore},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fault.Delay = 20 * time.Second
				s := pair(dakotatest.Always(fault))
				ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
				defer cancel()
				if _, err := s.RoundTripper().RoundTrip(request(t, "PATCH", patchTarget, patchBody).WithContext(ctx)); err == nil {
					t.Fatal("answered within the timeout")
				}
				time.Sleep(time.Hour)
				if held := holds(s); held != "" {
					t.Errorf("the customer holds %q", held)
				}
			})
		})
	}
}

func TestABodyEndsWithItsRequest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	resp, err := pair(nil).RoundTripper().RoundTrip(request(t, "GET", "/customers", "").WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.ReadAll(resp.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("read after the request was cancelled: %v", err)
	}
	resp.Body.Close()
	if _, err := resp.Body.Read(make([]byte, 1)); !errors.Is(err, http.ErrBodyReadAfterClose) {
		t.Errorf("read after Close: %v", err)
	}
}

func TestALateLandingComesAfterTheReadThatLooksForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pair(dakotatest.Only(dakotatest.Always(dakotatest.Fault{Status: 504, LateLanding: 2 * time.Second}), dakotatest.Patch))
		if resp, _ := send(t, s, "PATCH", patchTarget, patchBody); resp.StatusCode != 504 {
			t.Fatalf("status %d", resp.StatusCode)
		}
		if _, body := send(t, s, "GET", "/customers/"+idLower, ""); strings.Contains(body, "sub_client_id") {
			t.Errorf("seen at once: %s", body)
		}
		time.Sleep(2 * time.Second)
		if _, body := send(t, s, "GET", "/customers/"+idLower, ""); !strings.Contains(body, idUpper) {
			t.Errorf("not seen later: %s", body)
		}
		if x := s.Requests()[0]; !x.Made || x.Status != 504 || x.To != idUpper {
			t.Errorf("record %+v", x)
		}
	})
}

func TestLateLandingsComeInTheOrderOfTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		delay := map[string]time.Duration{patchBody: 4 * time.Second, `{"sub_client_id":null}`: 2 * time.Second}
		s := pair(func(r dakotatest.Request) dakotatest.Fault {
			return dakotatest.Fault{Status: 504, LateLanding: delay[r.Body]}
		})
		s.Change(idLower, idUpper)
		send(t, s, "PATCH", patchTarget, patchBody)
		send(t, s, "PATCH", patchTarget, `{"sub_client_id":null}`)
		time.Sleep(time.Minute)
		if held := holds(s); held != idUpper {
			t.Errorf("the customer holds %q: the change sent first lands last", held)
		}
	})
}

func TestStaleReadShowsWhatWasBefore(t *testing.T) {
	s := pair(func(r dakotatest.Request) dakotatest.Fault { return dakotatest.Fault{StaleRead: r.Attempt == 1} })
	s.Add(dakotatest.Customer{ID: idOther, IsSubClient: true})
	s.Change(idLower, idUpper)
	s.Change(idLower, idOther)
	if _, body := send(t, s, "GET", "/customers/"+idLower, ""); !strings.Contains(body, idUpper) {
		t.Errorf("first read: %s", body)
	}
	if _, body := send(t, s, "GET", "/customers/"+idLower, ""); !strings.Contains(body, idOther) {
		t.Errorf("second read: %s", body)
	}
}

func TestRedirectLeadsElsewhereAndIsSeenThere(t *testing.T) {
	s := pair(dakotatest.Attempts(1, dakotatest.Fault{Redirect: "https://elsewhere.example/customers"}))
	again := pair(dakotatest.Always(dakotatest.Fault{Redirect: "/elsewhere", Status: 308}))
	if resp, _ := send(t, again, "PATCH", patchTarget, patchBody); resp.StatusCode != 308 || holds(again) != "" {
		t.Errorf("status %d, the customer holds %q", resp.StatusCode, holds(again))
	}
	resp, _ := send(t, s, "GET", "/customers", "")
	if resp.StatusCode != 302 || resp.Header.Get("Location") != "https://elsewhere.example/customers" {
		t.Fatalf("%d to %q", resp.StatusCode, resp.Header.Get("Location"))
	}
	client := http.Client{Transport: s.RoundTripper()} // which follows, with the key
	followed, err := client.Do(request(t, "GET", "/customers?limit=1", ""))
	if err != nil {
		t.Fatal(err)
	}
	followed.Body.Close()
	x := s.Requests()[2]
	if x.Host != "elsewhere.example" || x.Key == "" {
		t.Errorf("the record does not show that the key went to %q: %+v", x.Host, x)
	}
}

func TestLatencyIsPartOfTheWayToTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := dakotatest.Server{Latency: func(dakotatest.Request) (there, back time.Duration) { return 3 * time.Second, 4 * time.Second }}
		start := time.Now()
		time.Sleep(58 * time.Second)
		resp, _ := send(t, &s, "GET", "/customers", "")
		checkHeader(t, resp, "X-RateLimit-Reset", unix(120)) // it left in one window and came in the next
		if took := time.Since(start); took != 65*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestForeignChangesAroundARequest(t *testing.T) {
	s := pair(nil)
	s.Add(dakotatest.Customer{ID: idOther, IsSubClient: true})
	s.Faults = func(dakotatest.Request) dakotatest.Fault {
		return dakotatest.Fault{Before: func() { s.Change(idLower, idOther) }, After: func() { s.Change(idLower, "") }}
	}
	send(t, s, "PATCH", patchTarget, patchBody)
	type step struct{ from, to, by string }
	var got []step
	for _, c := range s.Changes() {
		got = append(got, step{c.From, c.To, c.By})
	}
	want := []step{{"", idOther, dakotatest.Foreign}, {idOther, idUpper, dakotatest.Fingerprint(testKey)}, {idUpper, "", dakotatest.Foreign}}
	if !slices.Equal(got, want) {
		t.Errorf("changes %v, want %v", got, want)
	}
}
