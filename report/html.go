package report

import (
	"crypto/sha256"
	_ "embed" // the page's three parts
	"encoding/base64"
	"html/template"
	"io"
	"strconv"

	"dakota-reconcile/reconcile"
)

var (
	//go:embed page/page.html
	pageHTML string
	//go:embed page/page.css
	pageCSS string
	//go:embed page/page.js
	pageJS string

	pageTemplate = template.Must(template.New("page").Parse(pageHTML))
)

// page is what the template shows.
type page struct {
	Policy  string // Content-Security-Policy: our own style and script, by their hashes, and nothing else
	Style   template.CSS
	Script  template.JS
	Data    template.JS
	Title   string
	Command string
	Plan    bool
	Run     reconcile.Run
	Verdict verdict
	Facts   []fact
	Tiles   []tile
	Bars    []bar
	Flows   []flow
	Wide    *picture
	Narrow  *picture
	KYB     []bar
	Turns   []turn
	Causes  []pageCause
	Totals  []pageTotal
	Off     int // control totals with a difference
	Rows    int
}

// tile is a number that the reader should see first; pressing it shows its rows.
type tile struct {
	Status, Label, N string
}

// pageCause is a cause with its first rows.
type pageCause struct {
	cause
	N, Ranges string
	First     []line
	More      string // how many are not among First; "" for none
}

// pageTotal is a control total ready to be shown.
type pageTotal struct {
	Name, ID, Opening, In, Out, Expected, Actual, Remark string
	Off                                                  bool
}

// firstRows is the number of rows that a cause shows without a click, and without the script.
const firstRows = 20

// writeHTML writes one page that needs nothing else: style, script, pictures and rows are in it.
func writeHTML(w io.Writer, run reconcile.Run, _ Options) error {
	data, err := pageJSON(run)
	if err != nil {
		return err
	}
	flows := flowsOf(run)
	v := verdictOf(run)
	p := page{
		Policy: "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src " + hashed(pageCSS) +
			"; script-src " + hashed(pageJS),
		Style: template.CSS(pageCSS), Script: template.JS(pageJS), //nolint:gosec // our own files
		Data:  template.JS(data), //nolint:gosec // JSON with < > & escaped
		Title: oneLine(v.Title + " – " + run.Source.Name), Command: oneLine(run.Command), Plan: scoreOf(run).planned > 0,
		Run: run, Verdict: v, Facts: factsOf(run),
		Tiles: tiles(run), Bars: []bar{asked(run), became(run)},
		Flows: flows, Wide: draw(flows, wideCanvas), Narrow: draw(flows, narrowCanvas),
		KYB: kybBars(run), Turns: turnsOf(run), Causes: pageCauses(run), Rows: len(run.Results),
	}
	p.Totals, p.Off = pageTotals(run)
	return pageTemplate.Execute(w, p)
}

// hashed returns a policy's name for an inline style or script.
func hashed(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func tiles(run reconcile.Run) []tile {
	n := tally(run)
	var ts []tile
	for _, s := range reconcile.Statuses {
		if n[s] > 0 {
			ts = append(ts, tile{string(s), wordFor(run, s), thousands(n[s])})
		}
	}
	return ts
}

func pageCauses(run reconcile.Run) []pageCause {
	var all []pageCause
	for _, c := range causes(run) {
		p := pageCause{cause: c, N: thousands(len(c.Rows)), Ranges: c.place()}
		for _, r := range c.Rows[:min(firstRows, len(c.Rows))] {
			l := lineOf(*r)
			l.CustomerName, l.Error = cut(l.CustomerName, 200), cut(l.Error, 400)
			p.First = append(p.First, l)
		}
		if rest := len(c.Rows) - len(p.First); rest > 0 {
			p.More = thousands(rest)
		}
		all = append(all, p)
	}
	return all
}

func pageTotals(run reconcile.Run) (all []pageTotal, off int) {
	for _, t := range totals(run) {
		p := pageTotal{
			Name: orElse(t.Name, t.ID), ID: t.ID, Opening: unknownDash(t.Opening), In: thousands(t.In), Out: thousands(t.Out),
			Expected: unknownDash(t.Expected), Actual: "–", Off: difference(t) != 0,
		}
		if t.Actual != nil {
			p.Actual, p.Remark = thousands(*t.Actual), remark(t)
		}
		off += count(p.Off)
		all = append(all, p)
	}
	return all, off
}

func unknownDash(n int) string {
	if n < 0 {
		return "–"
	}
	return thousands(n)
}

// Place returns a fixed notation for the picture's attributes.
func (n node) Place(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// Place returns a fixed notation for the bar's attributes.
func (b bar) Place(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }
