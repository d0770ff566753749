package dakotatest_test

import (
	"fmt"
	"net/http"
	"strings"

	"dakota-reconcile/dakota/dakotatest"
)

// A change whose answer is lost, and what the server knows of it.
func ExampleServer() {
	s := &dakotatest.Server{
		Faults: dakotatest.Only(dakotatest.Attempts(1, dakotatest.Fault{Drop: dakotatest.DropAfter}), dakotatest.Patch),
	}
	s.Seed(dakotatest.SeedOptions{Customers: 500, SubClients: 2, Unassociated: 1})
	customer, sub := s.Customers()[100].ID, s.SubClients()[0].ID

	client := http.Client{Transport: s.RoundTripper()}
	req, _ := http.NewRequest("PATCH", "https://dakota.example/customers/"+customer+"/sub-client", strings.NewReader(`{"sub_client_id":"`+sub+`"}`))
	req.Header.Set("X-Api-Key", "any key will do")
	req.Header.Set("Content-Type", "application/json")
	_, err := client.Do(req)

	fmt.Println("answered:", err == nil)
	for _, x := range s.Requests() {
		fmt.Println(x.Kind, "status", x.Status, "made", x.Made, "to the right one", x.To == sub)
	}
	fmt.Println("changes:", len(s.Changes()))
	// Output:
	// answered: false
	// patch status 0 made true to the right one true
	// changes: 1
}
