package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// picture is a flow diagram: whom the customers left on its left, whom they joined on its right.
type picture struct {
	Width, Height int
	Nodes         []node
	Ribbons       []ribbon
}

// node is a sub-client on one side of a picture.
type node struct {
	id                string
	X, Y, W, H        float64
	LabelX, LabelY    float64
	Anchor            string // of the label: start, end
	Name, Full, Count string
	Color             int
	customers         int
	used              float64 // height taken by the ribbons drawn so far
	left              bool
}

// ribbon is a flow between two nodes.
type ribbon struct {
	Path, Title string
	Color       int
}

// canvas is a size of picture: there is one for wide screens and one for phones, because shrunk letters can't be read.
type canvas struct {
	width, margin, letters int // in pixels; letters is what of a name fits the margin
}

var (
	wideCanvas   = canvas{width: 960, margin: 250, letters: 32}
	narrowCanvas = canvas{width: 360, margin: 118, letters: 15}
)

const (
	nodeMost   = 10  // sub-clients shown on a side; the smaller ones are drawn as one
	nodeColors = 8   // colours of the palette; 0 is grey, for no sub-client and for the others
	nodeWidth  = 10  // pixels
	slotLeast  = 38  // pixels for a node and its label of two lines
	slotGap    = 10  // pixels between two
	flowHeight = 260 // pixels that all customers together are high
	others     = "\x00"
)

// draw lays the flows out. It returns nil when there are none.
func draw(flows []flow, c canvas) *picture {
	if len(flows) == 0 {
		return nil
	}
	total := 0
	for _, f := range flows {
		total += f.Customers
	}
	scale := float64(flowHeight) / float64(total)
	left, right := side(flows, leaving), side(flows, joining)
	paint(left, right)
	p := &picture{Width: c.width}
	height := max(stack(left, scale), stack(right, scale))
	p.Height = int(height) + 8
	c.place(left, height)
	c.place(right, height)
	p.Ribbons = ribbons(flows, left, right, scale)
	for _, n := range append(left, right...) {
		p.Nodes = append(p.Nodes, *n)
	}
	return p
}

// The sides of a picture: customers leave the sub-clients on its left and join those on its right.
const leaving, joining = true, false

// side returns the nodes of one side: the largest first, those too many as one, no sub-client last.
func side(flows []flow, left bool) []*node {
	sums := map[string]*node{}
	var nodes []*node
	for _, f := range flows {
		id, name := f.end(left)
		n, ok := sums[id]
		if !ok {
			n = &node{id: id, Full: name, left: left}
			sums[id] = n
			nodes = append(nodes, n)
		}
		n.customers += f.Customers
	}
	slices.SortStableFunc(nodes, func(a, b *node) int {
		return cmp.Or(cmp.Compare(count(a.id == ""), count(b.id == "")), cmp.Compare(b.customers, a.customers), strings.Compare(a.Full, b.Full))
	})
	return group(nodes, left)
}

// paint gives each sub-client a colour, the same on both sides; no sub-client and the others stay grey.
func paint(left, right []*node) {
	colors := map[string]int{"": 0, others: 0}
	for i := range max(len(left), len(right)) {
		for _, nodes := range [][]*node{left, right} {
			if i >= len(nodes) {
				continue
			}
			if _, ok := colors[nodes[i].id]; !ok {
				colors[nodes[i].id] = 1 + (len(colors)-2)%(nodeColors-1)
			}
			nodes[i].Color = colors[nodes[i].id]
		}
	}
}

// end returns the sub-client at one end of the flow.
func (f flow) end(left bool) (id, name string) {
	if left {
		return f.FromID, f.FromName
	}
	return f.ToID, f.ToName
}

// group puts the nodes behind the first nodeMost together, except the one of no sub-client.
func group(nodes []*node, left bool) []*node {
	named := len(nodes)
	if nodes[named-1].id == "" {
		named--
	}
	if named <= nodeMost+1 {
		return nodes
	}
	rest := &node{id: others, Full: fmt.Sprintf("%d other sub-clients", named-nodeMost), left: left}
	for _, n := range nodes[nodeMost:named] {
		rest.customers += n.customers
	}
	return append(append(slices.Clone(nodes[:nodeMost]), rest), nodes[named:]...)
}

// stack sets the nodes one below the other from 0 and returns the height of all.
func stack(nodes []*node, scale float64) float64 {
	y := 0.0
	for _, n := range nodes {
		n.H = max(float64(n.customers)*scale, 2)
		slot := max(n.H, slotLeast)
		n.Y = y + (slot-n.H)/2
		y += slot + slotGap
	}
	return y - slotGap
}

// place moves a side's nodes to the middle of the height and gives them their labels.
func (c canvas) place(nodes []*node, height float64) {
	last := nodes[len(nodes)-1]
	down := (height-last.Y-last.H)/2 - nodes[0].Y/2 + 4
	for _, n := range nodes {
		n.Y += down
		n.W = nodeWidth
		n.X, n.Anchor = float64(c.margin), "end"
		n.LabelX = n.X - 8
		if !n.left {
			n.X, n.Anchor = float64(c.width-c.margin-nodeWidth), "start"
			n.LabelX = n.X + nodeWidth + 8
		}
		n.LabelY = n.Y + n.H/2
		n.Name = fit(n.Full, c.letters)
		n.Count = plural(n.customers, "customer")
	}
}

// fit returns as much of s as is n letters wide; those of East Asia count twice.
func fit(s string, n int) string {
	width, room := 0, 0 // room is what of s leaves place for an ellipsis
	for i, r := range s {
		if unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) {
			width++
		}
		if width++; width > n {
			return strings.TrimSpace(s[:room]) + "…"
		}
		if width < n {
			room = i + utf8.RuneLen(r)
		}
	}
	return s
}

// ribbons draws the flows from the left nodes to the right ones, in the order of both so that few cross.
func ribbons(flows []flow, left, right []*node, scale float64) []ribbon {
	type span struct{ from, to int }
	sums := map[span]int{}
	for _, f := range flows {
		sums[span{find(left, f.FromID), find(right, f.ToID)}] += f.Customers
	}
	var drawn []ribbon
	for i, a := range left {
		for j, b := range right {
			n := sums[span{i, j}]
			if n == 0 {
				continue
			}
			h := float64(n) * scale
			drawn = append(drawn, ribbon{
				Path: band(a, b, h), Color: a.Color + b.Color*count(a.Color == 0),
				Title: fmt.Sprintf("%s: %s → %s", plural(n, "customer"), a.Full, b.Full),
			})
			a.used += h
			b.used += h
		}
	}
	return drawn
}

// find returns the place of the sub-client among the nodes, or of the one that stands for the others.
func find(nodes []*node, id string) int {
	for _, wanted := range []string{id, others} {
		if i := slices.IndexFunc(nodes, func(n *node) bool { return n.id == wanted }); i >= 0 {
			return i
		}
	}
	return 0 // not reached: each flow has both its nodes
}

// band returns the outline of a ribbon of height h below what is drawn already.
func band(a, b *node, h float64) string {
	x1, y1 := a.X+a.W, a.Y+a.used
	x2, y2 := b.X, b.Y+b.used
	m := (x1 + x2) / 2
	return fmt.Sprintf("M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1fV%.1fC%.1f %.1f %.1f %.1f %.1f %.1fZ",
		x1, y1, m, y1, m, y2, x2, y2, y2+h, m, y2+h, m, y1+h, x1, y1+h)
}
