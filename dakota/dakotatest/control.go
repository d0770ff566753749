package dakotatest

import (
	"net/http"
	"slices"
	"strings"
)

// ControlPath begins the paths of Control.
const ControlPath = "/_control/"

// Control serves what somebody outside the process needs to see and to do, as JSON, and everything else to the account's API: it is what
// the simulator serves. Whoever can reach it needs no key, so keep it on loopback (Listen sees to that).
//
//	GET  /_control/requests              every request so far
//	GET  /_control/changes               every change so far
//	GET  /_control/counts                the requests so far by kind
//	GET  /_control/customers             all customers, in order of creation (without their application addresses)
//	POST /_control/change?customer=ID&sub_client=ID   somebody else's change; without sub_client: to none
//	POST /_control/revoke?key=KEY        the key is unknown from now on
//	POST /_control/reset                 forget requests, changes and windows
func (s *Server) Control() http.Handler {
	m := http.NewServeMux()
	show := func(path string, value func() any) {
		m.HandleFunc("GET "+ControlPath+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(marshal(value()))
		})
	}
	show("requests", func() any { return s.Requests() })
	show("changes", func() any { return s.Changes() })
	show("counts", func() any { return s.Counts() })
	show("customers", func() any { return s.presentable() })
	m.HandleFunc("POST "+ControlPath+"change", s.controlChange)
	m.HandleFunc("POST "+ControlPath+"revoke", func(w http.ResponseWriter, r *http.Request) {
		s.Revoke(r.URL.Query().Get("key"))
		w.WriteHeader(http.StatusNoContent)
	})
	m.HandleFunc("POST "+ControlPath+"reset", func(w http.ResponseWriter, _ *http.Request) {
		s.Reset()
		w.WriteHeader(http.StatusNoContent)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !strings.HasPrefix(r.URL.Path, ControlPath):
			s.ServeHTTP(w, r)
		case fromAfar(r):
			http.Error(w, "the control paths are for programs on this machine", http.StatusForbidden)
		default:
			m.ServeHTTP(w, r)
		}
	})
}

// fromAfar reports whether a web page had a browser send this: pages can reach loopback, too, under a name of their own.
func fromAfar(r *http.Request) bool {
	return r.Header.Get("Origin") != "" || loopback(withPort(r.Host)) != nil
}

// withPort makes a host that may lack a port into an address.
func withPort(host string) string {
	if strings.LastIndexByte(host, ':') > strings.LastIndexByte(host, ']') {
		return host
	}
	return host + ":80"
}

func (s *Server) controlChange(w http.ResponseWriter, r *http.Request) {
	customer, sub := r.URL.Query().Get("customer"), r.URL.Query().Get("sub_client")
	if _, found := s.Customer(customer); !found {
		http.Error(w, "there is no such customer", http.StatusNotFound)
		return
	}
	if target, found := s.Customer(sub); sub != "" && (!found || !target.IsSubClient) {
		http.Error(w, "there is no such sub-client", http.StatusNotFound)
		return
	}
	s.Change(customer, sub)
	w.WriteHeader(http.StatusNoContent)
}

// presentable are the customers without what nobody may let out.
func (s *Server) presentable() []Customer {
	all := slices.Clone(s.Customers())
	for i := range all {
		all[i].ApplicationURL = ""
	}
	return all
}
