package input

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"hash/crc32"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
)

// The makers of the corpus. Workbooks are written here as text, the way the programs named write them, and not by the library that
// reads them.

var placeholder = regexp.MustCompile(`\{([cs])(\d+)\}`)

// fill puts ids where a specimen says {c1} (a customer) or {s1} (a sub-client).
func fill(s string) string {
	return placeholder.ReplaceAllStringFunc(s, func(m string) string {
		var kind byte
		var n int
		fmt.Sscanf(m, "{%c%d}", &kind, &n)
		if kind == 's' {
			n += 900
		}
		return testID(n)
	})
}

func gzipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(s))
	z.Close()
	return b.String()
}

func utf16Text(s string, bigEndian bool) string {
	var b bytes.Buffer
	for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
		if bigEndian {
			u = u>>8 | u<<8
		}
		b.Write([]byte{byte(u), byte(u >> 8)})
	}
	return b.String()
}

// part is a file in a ZIP archive.
type part struct{ name, content string }

func zipped(parts ...part) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		w, err := z.Create(p.name)
		if err != nil {
			panic(err)
		}
		w.Write([]byte(p.content))
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

// zipLie is an archive with one part whose header claims a size that it has not.
func zipLie(parts []part, name, content string, claimed uint64) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		w, _ := z.Create(p.name)
		w.Write([]byte(p.content))
	}
	w, err := z.CreateRaw(&zip.FileHeader{
		Name: name, Method: zip.Store, CRC32: crc32.ChecksumIEEE([]byte(content)),
		CompressedSize64: uint64(len(content)), UncompressedSize64: claimed,
	})
	if err != nil {
		panic(err)
	}
	w.Write([]byte(content))
	z.Close()
	return b.String()
}

// tab is a sheet of a workbook: its XML from <worksheet> on, or only what stands inside <sheetData>.
type tab struct{ name, state, xml string }

const (
	mainNS   = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relNS    = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	typeNS   = "http://schemas.openxmlformats.org/package/2006/content-types"
	packNS   = "http://schemas.openxmlformats.org/package/2006/relationships"
	xmlHead  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	bookType = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

// bookParts are the parts of a workbook. strings is the content of sharedStrings.xml, "" for none.
func bookParts(strings_ string, tabs ...tab) []part {
	types := xmlHead + `<Types xmlns="` + typeNS + `"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="` + bookType + `sheet.main+xml"/>`
	book, rels := "", ""
	var sheets []part
	for i, t := range tabs {
		n := i + 1
		state := ""
		if t.state != "" {
			state = ` state="` + t.state + `"`
		}
		book += fmt.Sprintf(`<sheet name="%s" sheetId="%d"%s r:id="rId%d"/>`, t.name, n, state, n)
		rels += fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, n, relNS, n)
		types += fmt.Sprintf(`<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, n, bookType)
		x := t.xml
		if !strings.Contains(x, "sheetData") {
			x = `<worksheet xmlns="` + mainNS + `"><sheetData>` + x + `</sheetData></worksheet>`
		}
		if !strings.HasPrefix(x, "<?xml") {
			x = xmlHead + x
		}
		sheets = append(sheets, part{fmt.Sprintf("xl/worksheets/sheet%d.xml", n), fill(x)})
	}
	rels += fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/>`, len(tabs)+1, relNS)
	if strings_ != "" {
		rels += fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/sharedStrings" Target="sharedStrings.xml"/>`, len(tabs)+2, relNS)
		types += `<Override PartName="/xl/sharedStrings.xml" ContentType="` + bookType + `sharedStrings+xml"/>`
	}
	types += `<Override PartName="/xl/styles.xml" ContentType="` + bookType + `styles+xml"/></Types>`
	parts := []part{
		{"[Content_Types].xml", types},
		{"_rels/.rels", xmlHead + `<Relationships xmlns="` + packNS + `"><Relationship Id="rId1" Type="` + relNS + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", xmlHead + `<workbook xmlns="` + mainNS + `" xmlns:r="` + relNS + `"><sheets>` + book + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", xmlHead + `<Relationships xmlns="` + packNS + `">` + rels + `</Relationships>`},
		{"xl/styles.xml", xmlHead + stylesXML},
	}
	parts = append(parts, sheets...)
	if strings_ != "" {
		parts = append(parts, part{"xl/sharedStrings.xml", fill(strings_)})
	}
	return parts
}

// stylesXML: style 1 is text, 2 a date, 3 scientific.
const stylesXML = `<styleSheet xmlns="` + mainNS + `"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>` +
	`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
	`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
	`<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="11" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`

// table makes sharedStrings.xml of texts, as Excel writes it.
func table(texts ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `%s<sst xmlns="%s" count="%d" uniqueCount="%d">`, xmlHead, mainNS, len(texts), len(texts))
	for _, t := range texts {
		space := ""
		if strings.TrimSpace(t) != t {
			space = ` xml:space="preserve"`
		}
		fmt.Fprintf(&b, `<si><t%s>%s</t></si>`, space, t)
	}
	return b.String() + `</sst>`
}

// texts collects shared strings while rows are written.
type texts struct {
	list  []string
	index map[string]int
}

func (t *texts) number(s string) int {
	if t.index == nil {
		t.index = map[string]int{}
	}
	n, ok := t.index[s]
	if !ok {
		n = len(t.list)
		t.list, t.index[s] = append(t.list, s), n
	}
	return n
}

// A program writes rows of texts as a workbook in its own manner. "" is a cell that is not there (or only styled, where the program does so).
type program func(rows [][]string) string

func excel(rows [][]string) string {
	var t texts
	var b strings.Builder
	fmt.Fprintf(&b, `<worksheet xmlns="%s" xmlns:r="%s" xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"><dimension ref="A1:C%d"/>`+
		`<sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15" x14ac:dyDescent="0.25"/><cols><col min="1" max="2" width="31" customWidth="1"/></cols><sheetData>`, mainNS, relNS, len(rows))
	for i, row := range rows {
		if len(row) == 0 {
			continue
		}
		fmt.Fprintf(&b, `<row r="%d" spans="1:%d" x14ac:dyDescent="0.25">`, i+1, len(row))
		for j, c := range row {
			if c != "" {
				fmt.Fprintf(&b, `<c r="%s" t="s"><v>%d</v></c>`, cellName(j+1, int32(i+1)), t.number(c))
			}
		}
		b.WriteString(`</row>`)
	}
	b.WriteString(`</sheetData><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>`)
	return zipped(bookParts(table(t.list...), tab{name: "Sheet1", xml: b.String()})...)
}

// libreOffice styles every cell, writes blank ones too, and ends with a row at the end of the sheet.
func libreOffice(rows [][]string) string {
	var t texts
	var b strings.Builder
	fmt.Fprintf(&b, `<worksheet xmlns="%s" xmlns:r="%s"><sheetPr filterMode="false"><pageSetUpPr fitToPage="false"/></sheetPr><dimension ref="A1:C%d"/><sheetViews><sheetView workbookViewId="0"/></sheetViews>`+
		`<sheetFormatPr defaultColWidth="11.5" defaultRowHeight="12.8"/><cols><col collapsed="false" customWidth="true" hidden="false" min="1" max="3" style="1" width="30"/></cols><sheetData>`, mainNS, relNS, len(rows))
	for i, row := range rows {
		fmt.Fprintf(&b, `<row r="%d" customFormat="false" ht="12.8" hidden="false" customHeight="false" outlineLevel="0" collapsed="false">`, i+1)
		for j, c := range row {
			if c == "" {
				fmt.Fprintf(&b, `<c r="%s" s="1"/>`, cellName(j+1, int32(i+1)))
				continue
			}
			fmt.Fprintf(&b, `<c r="%s" s="1" t="s"><v>%d</v></c>`, cellName(j+1, int32(i+1)), t.number(c))
		}
		b.WriteString(`</row>`)
	}
	b.WriteString(`<row r="1048576" customFormat="false" ht="12.8" hidden="false"/></sheetData><printOptions headings="false"/></worksheet>`)
	return zipped(bookParts(table(t.list...), tab{name: "Tabelle1", xml: b.String()})...)
}

// googleSheets writes blank styled cells, custom heights and a thousand empty rows.
func googleSheets(rows [][]string) string {
	var t texts
	var b strings.Builder
	fmt.Fprintf(&b, `<worksheet xmlns="%s" xmlns:r="%s" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><sheetPr><outlinePr summaryBelow="0" summaryRight="0"/></sheetPr><sheetViews><sheetView workbookViewId="0"/></sheetViews><sheetFormatPr customHeight="1" defaultColWidth="12.63" defaultRowHeight="15.75"/><sheetData>`, mainNS, relNS)
	for i := range 60 {
		fmt.Fprintf(&b, `<row r="%d" ht="15.75" customHeight="1">`, i+1)
		if i < len(rows) {
			for j, c := range rows[i] {
				if c == "" {
					fmt.Fprintf(&b, `<c r="%s" s="1"/>`, cellName(j+1, int32(i+1)))
					continue
				}
				fmt.Fprintf(&b, `<c r="%s" s="1" t="s"><v>%d</v></c>`, cellName(j+1, int32(i+1)), t.number(c))
			}
		}
		b.WriteString(`</row>`)
	}
	b.WriteString(`</sheetData><drawing r:id="rId1"/></worksheet>`)
	return zipped(bookParts(table(t.list...), tab{name: "Sheet1", xml: b.String()})...)
}

// openXMLSDK prefixes every element, as .NET programs do.
func openXMLSDK(rows [][]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<x:worksheet xmlns:x="%s"><x:sheetData>`, mainNS)
	for i, row := range rows {
		fmt.Fprintf(&b, `<x:row r="%d">`, i+1)
		for j, c := range row {
			if c != "" {
				fmt.Fprintf(&b, `<x:c r="%s" t="inlineStr"><x:is><x:t>%s</x:t></x:is></x:c>`, cellName(j+1, int32(i+1)), c)
			}
		}
		b.WriteString(`</x:row>`)
	}
	return zipped(bookParts("", tab{name: "Export", xml: b.String() + `</x:sheetData></x:worksheet>`})...)
}

// apachePOI streams inline texts.
func apachePOI(rows [][]string) string {
	var b strings.Builder
	for i, row := range rows {
		fmt.Fprintf(&b, "<row r=\"%d\">\n", i+1)
		for j, c := range row {
			if c != "" {
				fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, cellName(j+1, int32(i+1)), c)
			}
		}
		b.WriteString("</row>\n")
	}
	return zipped(bookParts("", tab{name: "customers", xml: b.String()})...)
}

// sheetJS writes texts as results of formulas without the formula.
func sheetJS(rows [][]string) string {
	var b strings.Builder
	for i, row := range rows {
		fmt.Fprintf(&b, `<row r="%d">`, i+1)
		for j, c := range row {
			if c != "" {
				fmt.Fprintf(&b, `<c r="%s" t="str"><v>%s</v></c>`, cellName(j+1, int32(i+1)), c)
			}
		}
		b.WriteString("</row>")
	}
	return zipped(bookParts("", tab{name: "Sheet1", xml: b.String()})...)
}

// withoutPlaces leaves out the numbers of rows and cells, which is allowed.
func withoutPlaces(rows [][]string) string {
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(`<row>`)
		for _, c := range row {
			fmt.Fprintf(&b, `<c t="inlineStr"><is><t>%s</t></is></c>`, c)
		}
		b.WriteString("</row>")
	}
	return zipped(bookParts("", tab{name: "Sheet1", xml: b.String()})...)
}

// book is a workbook of one sheet written by hand.
func book(rows string, texts ...string) string {
	s := ""
	if len(texts) > 0 {
		s = table(texts...)
	}
	return zipped(bookParts(s, tab{name: "Sheet1", xml: rows})...)
}

const headRow = `<row r="1"><c r="A1" t="inlineStr"><is><t>customer_id</t></is></c><c r="B1" t="inlineStr"><is><t>sub_client_id</t></is></c></row>`

// inline is a row of texts; blank cells are left out.
func inline(row int, cells ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<row r="%d">`, row)
	for j, c := range cells {
		if c != "" {
			fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, cellName(j+1, int32(row)), c)
		}
	}
	return b.String() + "</row>"
}

// raw is a row whose second cell is given as XML.
func raw(row int, customer, cell string) string {
	return strings.Replace(inline(row, customer), "</row>", strings.ReplaceAll(cell, "REF", fmt.Sprint("B", row))+"</row>", 1)
}

func TestMakersFillIds(t *testing.T) {
	if got := fill("{c1},{s1}"); got != testID(1)+","+testID(901) {
		t.Error(got)
	}
}
