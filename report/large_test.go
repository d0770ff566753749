package report

import (
	"fmt"
	"math/rand/v2"
	"time"

	"dakota-reconcile/dakota"
	"dakota-reconcile/reconcile"
)

// large is a run of n rows as a migration leaves it: many moves between many sub-clients, a few rows wrong.
func large(n, subClients int) reconcile.Run {
	rnd := rand.New(rand.NewPCG(1, 2))
	run := applied()
	run.Results, run.SubClients = nil, nil
	run.Source.Columns, run.Source.Places = []string{"balance", "city"}, []int{1, 3}
	subs := make([][2]string, subClients)
	for i := range subs {
		subs[i] = [2]string{fmt.Sprintf("2YbQ7Hn3sKfJ9dTz5GmC2x%05d", i), townNames[i%len(townNames)] + " Treuhand " + string(rune('A'+i/len(townNames)))}
		actual := 100 + i
		run.SubClients = append(run.SubClients, reconcile.SubClientTotal{ID: subs[i][0], Name: subs[i][1], Opening: 100, In: i, Expected: 100 + i, Actual: &actual})
	}
	for i := range n {
		r := ready(int32(i+4), fmt.Sprintf("%s %s %d GmbH", townNames[rnd.IntN(len(townNames))], trades[rnd.IntN(len(trades))], i), "", "")
		r.CustomerID = fmt.Sprintf("2ZdR0Yq1tLmN4pVx8KcB7a%05d", i)
		from, to := subs[int(float64(subClients)*rnd.Float64()*rnd.Float64())], subs[int(float64(subClients)*rnd.Float64()*rnd.Float64())]
		r.PreviousID, r.PreviousName, r.SubClientID, r.SubClientName, r.Action = from[0], from[1], to[0], to[1], reconcile.Move
		switch x := rnd.IntN(100); {
		case x < 20:
			r.PreviousID, r.PreviousName, r.Action = "", "", reconcile.Associate
		case x < 27:
			r.SubClientID, r.SubClientName, r.Action = "", "", reconcile.Disassociate
		}
		run.Results = append(run.Results, fate(r, rnd.IntN(1000)))
	}
	run.Stopped, run.Resumable, run.ExitCode = "", false, 3
	run.Requests = dakota.Usage{List: n / 100, Summary: 2, Patch: n / 2, Get: 7}
	run.Finished = run.Started.Add(time.Duration(n/120) * time.Minute)
	return run
}

// fate settles a row by a number below 1000.
func fate(r reconcile.Result, x int) reconcile.Result {
	kyb := []string{"active", "active", "active", "active", "pending", "partner_review", "frozen"}[x%7]
	r.KYBBefore = kyb
	switch {
	case x < 8:
		return wrong(sent(r, reconcile.Failed, 400, kyb), reconcile.Failed, "invalid_sub_client", "sub_client_id must reference a customer belonging to the same client")
	case x < 12:
		return wrong(sent(r, reconcile.Failed, 500, kyb), reconcile.Failed, "", "the API answered 500 five times")
	case x < 18:
		return wrong(r, reconcile.Conflict, "changed_since", "now associated with Orient & Partner")
	case x < 26:
		r.CustomerName, r.PreviousID, r.PreviousName, r.Action = "", "", "", reconcile.None
		return wrong(r, reconcile.Invalid, "customer_not_found", "no customer has the id "+r.CustomerID)
	case x < 34:
		return wrong(r, reconcile.Refused, "kyb_status", "kyb_status is frozen")
	case x < 480:
		r.PreviousID, r.PreviousName, r.Action = r.SubClientID, r.SubClientName, reconcile.None
		r.Status = reconcile.Unchanged
		return r
	}
	after := kyb
	if x%50 == 0 {
		after = "partner_review"
	}
	return sent(r, reconcile.Applied, 200, after)
}

var (
	townNames = []string{"Berlin", "Zürich", "Lagos", "Osaka", "Lima", "Kraków", "Austin", "Nairobi", "Oslo", "Porto", "Quito", "Riga", "Seoul", "Turin"}
	trades    = []string{"Spedition", "Optik", "Mühle", "Software", "Textil", "Kaffee", "Logistik", "Solar"}
)
