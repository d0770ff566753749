package report

import (
	"fmt"
	"strings"
	"testing"

	"dakota-reconcile/reconcile"
)

// hostile are names that a page, a spreadsheet, a terminal or a log could take for something else than text.
var hostile = []string{
	`<script>window.pwned=1</script>`,
	`</script><script>window.pwned=2</script>`,
	`<img src=x onerror="window.pwned=3">`,
	`"><svg onload=window.pwned=4>`,
	`' onmouseover='window.pwned=5`,
	`<!--<script>window.pwned=6//-->`,
	`]]><script>window.pwned=7</script>`,
	`{{.}}{{template "x"}}${window.pwned=8}`,
	`javascript:window.pwned=9`,
	`<iframe src="https://evil.example">`,
	`<style>*{display:none}</style>`,
	`<a href="https://evil.example">click</a>`,
	`&lt;script&gt;window.pwned=10&lt;/script&gt;`,
	"\u2028window.pwned=11\u2029",
	`\u003cscript>window.pwned=12</script>`,
	`=cmd|' /C calc'!A0`,
	"+1+1\t=2+2", "@SUM(1+1)", "＝1+1", " =1+1", "a;=1+1;b", "x\n=1+1",
	"\x1b]0;title\x07\x1b[31mred\x1b[2J", "\u009b31m", "line\none\r\ntwo",
	"\u202egpj.exe", "\u2066isolated", "שלום עולם", "\ufeffBOM", "zero\u200bwidth",
	"nul\x00byte", "bad\xff\xfeutf8", "\ufffe\uffff", strings.Repeat("W", 10000), strings.Repeat("長", 10000),
	"`code` | bar **bold** [link](https://evil.example) @mara #1", "<!-- x --> <details>", "_x0041_", "]]>",
}

// beset is a run all of whose texts are hostile: names, ids, cells, errors, the file's name.
func beset() reconcile.Run {
	run := applied()
	run.Source.Name, run.Stopped, run.By = hostile[0], hostile[1], hostile[2]
	run.Source.Columns = []string{hostile[3], hostile[15]}
	run.Results, run.SubClients = nil, nil
	for i, text := range hostile {
		r := ready(int32(i+4), text, "", "")
		r.CustomerID, r.SubClientName, r.PreviousName, r.Action = text, text, text, reconcile.Move
		r.SubClientID, r.PreviousID = fmt.Sprintf("%s%02d", sub, i), fmt.Sprintf("%s%02d", sub, i+50)
		r.Further = []string{text, text}
		r.KYBStatus, r.RequestID = text, text
		r.Status = reconcile.Statuses[i%len(reconcile.Statuses)]
		if amiss(run, r.Status) {
			r.Error, r.ErrorCode = text, text
		}
		run.Results = append(run.Results, r)
		actual := i
		run.SubClients = append(run.SubClients, reconcile.SubClientTotal{ID: r.SubClientID, Name: text, Opening: 1, Expected: 1, Actual: &actual})
	}
	return run
}

func TestPageOpensWithoutComplaintOrRequest(t *testing.T) {
	p := newTab(t)
	for _, s := range append(samples, struct {
		name string
		run  func() reconcile.Run
	}{"large", func() reconcile.Run { return large(600, 24) }}) {
		p.open(render(t, HTML, s.run()))
		if got, want := p.text("document.querySelector('h1').textContent"), verdictOf(s.run()).Title; got != want {
			t.Errorf("%s: the headline is %q, want %q", s.name, got, want)
		}
		p.clean()
		p.shoot(s.name+"-light", 1280, "light")
		p.shoot(s.name+"-dark", 1280, "dark")
		p.shoot(s.name+"-phone", 390, "light")
	}
}

func TestPageShowsStrangersTextAsText(t *testing.T) {
	p := newTab(t)
	run := beset()
	p.open(render(t, HTML, run))
	p.eval(`for (const d of document.querySelectorAll("details")) d.open = true;
		for (const b of document.querySelectorAll("button.open")) b.click();
		for (const e of document.querySelectorAll("*")) for (const type of ["mouseover", "click"]) if (!e.closest("button")) e.dispatchEvent(new Event(type))`, nil)
	if got := p.text("window.pwned"); got != "undefined" {
		t.Errorf("a name ran as a script: %s", got)
	}
	if got := p.text(`document.querySelectorAll("iframe, img, a:not(.skip), object, embed, form, base, body style, body link").length`); got != "0" {
		t.Errorf("%s elements come from strangers' text", got)
	}
	if got := p.text(`document.scripts.length`); got != "2" {
		t.Errorf("the page has %s scripts, want its data and its own", got)
	}
	var shown []string
	p.eval(`[...document.querySelectorAll("#body button.open")].map((b) => b.textContent)`, &shown)
	for i, text := range hostile {
		if shown[i] != oneLine(text) {
			t.Errorf("row %d shows %.80q, want %.80q", i, shown[i], oneLine(text))
		}
	}
	p.clean()
}

func TestPagePolicyStopsWhatIsNotItsOwn(t *testing.T) {
	p := newTab(t)
	p.open(render(t, HTML, nightly()))
	p.eval(`(() => { const s = document.createElement("script"); s.textContent = "window.pwned = 1"; document.body.append(s);
		const i = new Image(); i.src = "https://evil.example/x.png"; document.body.append(i); })()`, nil)
	if got := p.text("window.pwned"); got != "undefined" {
		t.Error("an injected script ran: the policy does not hold")
	}
}

func TestPageFiltersSearchesAndSorts(t *testing.T) {
	p := newTab(t)
	run := applied()
	p.open(render(t, HTML, run))
	rows := `[...document.querySelectorAll("#body tr.r .c-row")].map((c) => c.textContent).join(" ")`
	for _, step := range []struct{ why, do, want string }{
		{"all rows in the input's order, the unlisted last", ``, "4 5 6 7 8 9 10 11 12 13 14 15 16 17 –"},
		{"a status", `set("status", "failed")`, "10 11"},
		{"a status and an action", `set("action", "none")`, ""},
		{"everything again", `document.getElementById("clear").click()`, "4 5 6 7 8 9 10 11 12 13 14 15 16 17 –"},
		{"an action", `set("action", "disassociate")`, "7 13"},
		{"a search looks into names, in any case", `document.getElementById("clear").click(); type("MÖLLER")`, "4 5"},
		{"and into ids", `type("0AG")`, "6"},
		{"and into messages; all words count", `type("answered five")`, "11"},
		{"and into further cells", `type("+49123")`, "15 16"},
		{"markup is searched as text", `type("<script>")`, "7"},
		{"a search without result", `type("nobody")`, ""},
		{"a tile", `document.querySelector(".tile[data-status=applied]").click()`, "4 5 6 7"},
		{"a cause", `[...document.querySelectorAll("button.show")].find((b) => b.dataset.cause === "Unknown customer").click()`, "15"},
		{"sorted by customer", `document.getElementById("clear").click(); document.querySelector("[data-sort=customer]").click()`, "7 6 16 15 8 11 – 14 13 17 9 4 5 10 12"},
		{"and the other way round", `document.querySelector("[data-sort=customer]").click()`, "12 10 4 5 9 17 13 14 – 11 8 15 16 6 7"},
	} {
		p.eval(`(async () => {
			const set = (id, v) => { const e = document.getElementById(id); e.value = v; e.dispatchEvent(new Event("change")); };
			const type = (v) => { const e = document.getElementById("search"); e.value = v; e.dispatchEvent(new Event("input")); };
			`+step.do+`; await new Promise((done) => setTimeout(done)); })()`, nil)
		if got := p.text(rows); got != step.want {
			t.Errorf("%s: rows %q, want %q", step.why, got, step.want)
		}
	}
	if got := p.text(`document.querySelector("[data-sort=customer]").parentElement.getAttribute("aria-sort")`); got != "descending" {
		t.Errorf("aria-sort is %q", got)
	}
	p.clean()
}

func TestPageOpensTheDetailsOfARow(t *testing.T) {
	p := newTab(t)
	p.open(render(t, HTML, applied()))
	open := `document.querySelectorAll("#body button.open")[6]`
	p.eval(open+".click()", nil)
	detail := p.text(`document.querySelector("#body .detail").textContent`)
	for _, want := range []string{"Refused by API Ltd", "invalid_sub_client", "req_0a1b2c3d", "Nordwind Treuhand", "balance", "-12.50"} {
		if !strings.Contains(detail, want) {
			t.Errorf("the details do not tell %q: %s", want, detail)
		}
	}
	if got := p.text(open + `.getAttribute("aria-expanded")`); got != "true" {
		t.Errorf("aria-expanded is %q", got)
	}
	p.eval(open+".click()", nil)
	if got := p.text(`document.querySelectorAll("#body .detail").length`); got != "0" {
		t.Error("the details do not close")
	}
	p.clean()
}

func TestTenThousandRowsAreUsable(t *testing.T) {
	p := newTab(t)
	run := large(10_000, 40)
	p.open(render(t, HTML, run))
	if got := p.text(`document.getElementById("count").textContent`); !strings.HasPrefix(got, "10,000 rows, the first ") {
		t.Errorf("the count says %q", got)
	}
	var first int
	if p.eval(`document.querySelectorAll("#body tr").length`, &first); first > 1000 {
		t.Errorf("%d rows are drawn at once", first)
	}
	failed := tally(run)[reconcile.Failed]
	p.eval(`document.querySelector(".tile[data-status=failed]").click()`, nil)
	if got, want := p.text(`document.getElementById("count").textContent`), fmt.Sprintf("%d of 10,000 rows", failed); got != want {
		t.Errorf("the count says %q, want %q", got, want)
	}
	last := run.Results[len(run.Results)-1]
	p.eval(fmt.Sprintf(`(async () => { document.getElementById("clear").click(); const e = document.getElementById("search"); e.value = %q;
		e.dispatchEvent(new Event("input")); while (document.getElementById("body").children.length !== 1) await new Promise((done) => setTimeout(done, 10)); })()`,
		last.CustomerID), nil)
	if got := p.text(`document.querySelector("#body .id").textContent`); got != last.CustomerID {
		t.Errorf("a search for the last row finds %q", got)
	}
	p.eval(`document.getElementById("clear").click()`, nil)
	for range 3 {
		var before, after int
		p.eval(`document.querySelectorAll("#body tr.r").length`, &before)
		p.eval(`document.getElementById("more").click()`, nil)
		if p.eval(`document.querySelectorAll("#body tr.r").length`, &after); after <= before {
			t.Errorf("%d rows are drawn after %d", after, before)
		}
	}
	p.clean()
}

func TestPageFitsAPhone(t *testing.T) {
	p := newTab(t)
	p.call("Emulation.setDeviceMetricsOverride", obj{"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": true}, nil)
	for name, run := range map[string]reconcile.Run{"apply": applied(), "hostile": beset(), "large": large(300, 24)} {
		p.open(render(t, HTML, run))
		if got := p.text("document.documentElement.scrollWidth"); got != "360" {
			t.Errorf("%s: the page is %s wide on a phone of 360", name, got)
		}
		if got := p.text(`getComputedStyle(document.querySelector(".flow-wide") || document.body).display`); name != "hostile" && got != "none" {
			t.Errorf("%s: the wide picture is shown on a phone", name)
		}
	}
	p.clean()
}

func TestPageWithoutScriptsTellsTheVerdictAndWhereTheRowsAre(t *testing.T) {
	p := newTab(t)
	p.call("Emulation.setScriptExecutionDisabled", obj{"value": true}, nil)
	p.open(render(t, HTML, applied()))
	p.call("Emulation.setScriptExecutionDisabled", obj{"value": false}, nil)
	text := p.text("document.body.innerText")
	for _, want := range []string{"Stopped early: 3 of 8 changes made", "runs no scripts", "The API did not accept the change", "Orient & Partner"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not tell %q", want)
		}
	}
	if strings.Contains(text, "Show in the table") {
		t.Error("a button is shown that does nothing")
	}
}

func TestPageCanBeReadAloudAndUsedByKeyboard(t *testing.T) {
	p := newTab(t)
	p.open(render(t, HTML, applied()))
	for _, check := range []struct{ why, expression string }{
		{"every control has a name", `[...document.querySelectorAll("button, input, select, summary")].filter((e) => !(e.textContent.trim() || e.labels?.length)).length`},
		{"every id is there once", `(() => { const ids = [...document.querySelectorAll("[id]")].map((e) => e.id); return ids.length - new Set(ids).size })()`},
		{"every label points at something", `[...document.querySelectorAll("[aria-labelledby]")].filter((e) => !document.getElementById(e.getAttribute("aria-labelledby"))).length`},
		{"no heading is left out", `[...document.querySelectorAll("h1, h2, h3")].map((h) => +h.tagName[1]).filter((n, i, all) => i && n > all[i - 1] + 1).length`},
		{"every header cell has a scope", `document.querySelectorAll("th:not([scope])").length`},
		{"what can be clicked can be reached", `[...document.querySelectorAll("tr.r")].filter((r) => !r.querySelector("button")).length`},
		{"what scrolls can be reached", `[...document.querySelectorAll(".scroll")].filter((e) => e.tabIndex !== 0).length`},
	} {
		if got := p.text(check.expression); got != "0" {
			t.Errorf("%s: %s do not", check.why, got)
		}
	}
}

func TestPageColoursCanBeReadInLightAndDark(t *testing.T) {
	p := newTab(t)
	for _, scheme := range []string{"light", "dark"} {
		p.call("Emulation.setEmulatedMedia", obj{"features": []obj{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
		p.open(render(t, HTML, applied()))
		for _, pair := range [][2]string{
			{"ink", "card"},
			{"ink", "page"},
			{"ink", "press"},
			{"soft", "card"},
			{"soft", "page"},
			{"soft", "press"},
			{"link", "card"},
			{"link", "press"},
			{"bad", "card"},
		} {
			var ratio float64
			p.eval(fmt.Sprintf(contrast, pair[0], pair[1]), &ratio)
			if ratio < 4.5 { // WCAG 2.2, 1.4.3
				t.Errorf("%s: %s on %s has a contrast of %.2f", scheme, pair[0], pair[1], ratio)
			}
		}
	}
}

// contrast computes the ratio of two of the page's colours as WCAG 2.2 defines it.
const contrast = `(() => {
	const light = (name) => {
		const hex = getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
		const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const [a, b] = [light(%q), light(%q)].sort((x, y) => y - x);
	return (a + 0.05) / (b + 0.05);
})()`
