package report

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"dakota-reconcile/reconcile"
)

func TestFlowsCountEachChangedCustomerOnce(t *testing.T) {
	want := map[[2]string]int{{"", north}: 1, {north, south}: 1, {south, ""}: 1} // row 5 repeats row 4
	flows := flowsOf(applied())
	if len(flows) != len(want) {
		t.Errorf("%d flows, want %d", len(flows), len(want))
	}
	for _, f := range flows {
		if want[[2]string{f.FromID, f.ToID}] != f.Customers {
			t.Errorf("%d customers went from %q to %q", f.Customers, f.FromName, f.ToName)
		}
	}
}

func TestPictureLosesNobodyAndStaysWithinItsCanvas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := reconcile.Run{}
		id := rapid.IntRange(0, 40)
		for i := range rapid.IntRange(1, 300).Draw(t, "rows") {
			name := func(n int) (string, string) {
				if n == 0 {
					return "", ""
				}
				return fmt.Sprintf("id%d", n), fmt.Sprintf("Name %d", n%30) // some share a name
			}
			r := reconcile.Result{Status: reconcile.Applied}
			r.Row = int32(i + 2)
			r.PreviousID, r.PreviousName = name(id.Draw(t, "from"))
			r.SubClientID, r.SubClientName = name(id.Draw(t, "to"))
			run.Results = append(run.Results, r)
		}
		for _, c := range []canvas{wideCanvas, narrowCanvas} {
			check(t, draw(flowsOf(run), c), len(run.Results))
		}
	})
}

// check fails unless both sides hold all customers, their ribbons fill the nodes, and nothing stands outside or on another.
func check(t *rapid.T, p *picture, customers int) {
	sums := map[bool]int{}
	below := map[bool]float64{}
	for _, n := range p.Nodes {
		sums[n.left] += n.customers
		if n.Y < below[n.left] || n.Y+n.H > float64(p.Height) || n.X < 0 || n.X+n.W > float64(p.Width) {
			t.Fatalf("node %q at %.1f, %.1f of height %.1f stands on another or outside %d × %d", n.Full, n.X, n.Y, n.H, p.Width, p.Height)
		}
		below[n.left] = n.Y + n.H
		if n.H > 2 && math.Abs(n.used-n.H) > 0.01 {
			t.Fatalf("node %q is %.2f high, its ribbons %.2f", n.Full, n.H, n.used)
		}
	}
	if sums[true] != customers || sums[false] != customers {
		t.Fatalf("%d customers leave and %d arrive of %d", sums[true], sums[false], customers)
	}
	if len(p.Nodes) > 2*(nodeMost+2) {
		t.Fatalf("%d nodes can't be told apart", len(p.Nodes))
	}
}

func TestSubClientHasOneColourOnBothSides(t *testing.T) {
	colors := map[string]int{}
	for _, n := range draw(flowsOf(large(600, 8)), wideCanvas).Nodes {
		if c, ok := colors[n.id]; ok && c != n.Color {
			t.Errorf("%s has the colours %d and %d", n.Full, c, n.Color)
		}
		colors[n.id] = n.Color
	}
}

func TestNothingChangedDrawsNothing(t *testing.T) {
	if p := draw(flowsOf(nightly()), wideCanvas); p != nil {
		t.Errorf("a picture of nothing: %+v", p)
	}
}

func TestLongNamesAreFitted(t *testing.T) {
	for in, want := range map[string]string{"Short": "Short", "A very long name of a sub-client": "A very lo…", "長い名前の会社": "長い名前…"} {
		if got := fit(in, 10); got != want {
			t.Errorf("fit(%q) = %q, want %q", in, got, want)
		}
	}
}
