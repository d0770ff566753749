package input

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/xuri/excelize/v2"
)

// specimen is a file of the corpus: what somebody's program makes, and how it is read.
type specimen struct {
	file string // below testdata/input
	text string // with {c1} and {s1} for ids
	o    Options
}

// The rows that every program writes in its own manner: an association, a disassociation, a blank row, and one more.
var plain = [][]string{{"customer_id", "sub_client_id", "name"}, {"{c1}", "{s1}", "Anna"}, {"{c2}", "", "Bo"}, {}, {"{c3}", "{s1}", "Cy"}}

func goodText() []specimen {
	return []specimen{
		{"good/comma-lf.csv", "customer_id,sub_client_id\n{c1},{s1}\n{c2},\n{c3},{s2}\n", Options{}},
		{"good/comma-crlf.csv", "customer_id,sub_client_id\r\n{c1},{s1}\r\n{c2},\r\n{c3},{s2}\r\n", Options{}},
		{"good/cr-only-old-mac.csv", "customer_id,sub_client_id\r{c1},{s1}\r{c2},\r{c3},{s2}\r", Options{}},
		{"good/semicolon-excel-german.csv", "customer_id;sub_client_id;Betrag\r\n{c1};{s1};1,50\r\n{c2};;2,00\r\n", Options{}},
		{"good/tab.tsv", "customer_id\tsub_client_id\tname\n{c1}\t{s1}\t\"A\tB\"\n{c2}\t\tC\n", Options{}},
		{"good/pipe-erp.txt", "customer_id|sub_client_id|branch\n{c1}|{s1}|0012\n{c2}||0013\n", Options{}},
		{"good/sep-line.csv", "sep=;\r\ncustomer_id;sub_client_id\r\n{c1};{s1}\r\n{c2};\r\n", Options{}},
		{"good/sep-line-quoted-caret.csv", "\"sep=^\"\ncustomer_id^sub_client_id\n{c1}^{s1}\n", Options{}},
		{"good/utf8-bom.csv", "\xef\xbb\xbfcustomer_id,sub_client_id,name\r\n{c1},{s1},Zoë\r\n", Options{}},
		{"good/utf8-bom-sep-line.csv", "\xef\xbb\xbfsep=;\r\ncustomer_id;sub_client_id\r\n{c1};{s1}\r\n", Options{}},
		{"good/utf16le-excel-unicode-text.txt", utf16Text(fill("customer_id\tsub_client_id\tname\r\n{c1}\t{s1}\tŽiga\r\n{c2}\t\t株式会社\r\n"), false), Options{}},
		{"good/utf16be.csv", utf16Text(fill("customer_id,sub_client_id,name\n{c1},{s1},Ωmega\n{c2},,x\n"), true), Options{}},
		{"good/windows-1252.csv", "Kundenname;customer_id;sub_client_id\r\nPlain;{c1};{s1}\r\nM\xfcller & S\xf6hne \x80;{c2};{s1}\r\n", Options{}},
		{"good/windows-1252-header.csv", "customer_id;sub_client_id;Gr\xf6\xdfe\r\n{c1};{s1};gro\xdf\r\n", Options{}},
		{"good/gzip.csv.gz", gzipped(fill("customer_id,sub_client_id\n{c1},{s1}\n{c2},\n")), Options{}},
		{"good/all-quoted-libreoffice.csv", "\"customer_id\",\"sub_client_id\",\"name\"\n\"{c1}\",\"{s1}\",\"say \"\"hi\"\"\"\n\"{c2}\",\"\",\"a,b\"\n", Options{}},
		{"good/quoted-newlines.csv", "name,customer_id,sub_client_id\n\"two\nlines\",{c1},{s1}\n\n\"three\r\n\r\nlines\",{c2},\nlast,{c3},{s1}\n", Options{}},
		{"good/quoted-newline-in-header.csv", "\"customer\nname\",customer_id,sub_client_id\nA,{c1},{s1}\n", Options{}},
		{"good/title-rows.csv", "Customers of May\n\nMade by \"ERP\" on 2026-05-31\n;;\ncustomer_id,sub_client_id\n{c1},{s1}\n", Options{}},
		{"good/instruction-row.csv", "\"# Write the sub_client_id of each customer_id, save, and give the file to validate\",,\ncustomer_id,customer_name,sub_client_id\n{c1},Anna,{s1}\n{c2},Bo,\n", Options{}},
		{"good/blank-lines.csv", "\n\ncustomer_id,sub_client_id\n\n{c1},{s1}\n,\n , \n\"\",\"\"\n\n{c2},\n\n\n", Options{}},
		{"good/header-spelling.csv", "Customer ID,Sub-Client ID\n{c1},{s1}\n", Options{}},
		{"good/header-camel-case.csv", "customerId,subClientId\n{c1},{s1}\n", Options{}},
		{"good/header-aliases.csv", "CUSTOMER, Sub Client \n{c1},{s1}\n", Options{}},
		{"good/names-beside-ids.csv", "Customer,Customer ID,Sub-Client,Sub-Client ID\nAnna,{c1},North,{s1}\nBo,{c2},,\n", Options{}},
		{"good/further-columns.csv", "note,sub_client_id,amount,customer_id,note\nn1,{s1},-12.50,{c1},=1+1\nn2,,+49123,{c2},m2\n", Options{}},
		{"good/same-rows-twice.csv", "customer_id,sub_client_id\n{c1},{s1}\n{c2},\n{c1},{s1}\n{c2},\n{c1},{s1}\n", Options{}},
		{"good/dirty-cells.csv", "customer_id,sub_client_id\n {c1},{s1} \n\u00a0{c2}\u00a0,\u200b{s1}\n'{c3},\"\"\"{s1}\"\"\"\n“{c4}”, \u00a0\n", Options{}},
		{"good/blank-keep.csv", "customer_id,sub_client_id\n{c1},{s1}\n{c2},\n", Options{Blank: BlankKeep, BlankSaid: true}},
		{"good/all-empty-and-said.csv", "customer_id,sub_client_id\n{c1},\n{c2},\n", Options{BlankSaid: true}},
		{"good/no-final-line-end-google.csv", "customer_id,sub_client_id,name\r\n{c1},{s1},A\r\n{c2},,B", Options{}},
		{"good/columns-by-letter.csv", "who;what;x\n{c1};y;{s1}\n", Options{CustomerColumn: "a", SubClientColumn: "C"}},
		{"good/columns-by-name.csv", "account,old sub_client_id,new target\n{c1},{s2},{s1}\n", Options{CustomerColumn: "Account", SubClientColumn: "new_target"}},
		{"good/trailing-empty-columns.csv", "customer_id,sub_client_id,,\n{c1},{s1},,\n{c2},,,\n", Options{}},
		{"good/mysql-dump-quotes.csv", "\"customer_id\";\"sub_client_id\"\n\"{c1}\";\"{s1}\"\n", Options{}},
	}
}

func goodBooks() []specimen {
	list := []specimen{
		{"good/excel.xlsx", excel(plain), Options{}},
		{"good/libreoffice.xlsx", libreOffice(plain), Options{}},
		{"good/google-sheets.xlsx", googleSheets(plain), Options{}},
		{"good/open-xml-sdk.xlsx", openXMLSDK(plain), Options{}},
		{"good/apache-poi.xlsx", apachePOI(plain), Options{}},
		{"good/sheetjs.xlsx", sheetJS(plain), Options{}},
		{"good/without-places.xlsx", withoutPlaces(plain), Options{}},
		{"good/excelize.xlsx", byExcelize(plain), Options{}},
		{"good/excelize-stream.xlsx", byExcelizeStream(plain), Options{}},
		{"good/workbook-named.csv", excel(plain), Options{}},
		{"good/gzip.xlsx.gz", gzipped(excel(plain)), Options{}},
		{"good/filter-hides-rows.xlsx", book(`<worksheet xmlns="` + mainNS + `"><cols><col min="2" max="2" hidden="1"/></cols><sheetData>` + headRow + inline(2, "{c1}", "{s1}") +
			strings.Replace(inline(3, "{c2}", "{s1}"), `r="3"`, `r="3" hidden="1"`, 1) + `</sheetData><autoFilter ref="A1:B3"/></worksheet>`), Options{}},
		{"good/rich-text-and-phonetic.xlsx", zipped(bookParts(xmlHead+`<sst xmlns="`+mainNS+`"><si><r><t>customer</t></r><r><rPr><b/></rPr><t>_id</t></r></si><si><t>sub_client_id</t></si>`+
			`<si><t>{c1}</t><rPh sb="0" eb="1"><t>カナ</t></rPh><phoneticPr fontId="1"/></si><si><r><t xml:space="preserve">{s1}</t></r></si></sst>`,
			tab{name: "S", xml: `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="s"><v>3</v></c></row>`})...), Options{}},
		{"good/hidden-sheet-with-columns.xlsx", zipped(bookParts("", tab{name: "Cover", xml: inline(1, "see next sheet")}, tab{name: "Data", xml: headRow + inline(2, "{c1}", "{s1}")},
			tab{"Old", "hidden", headRow + inline(2, "{c9}", "{s9}")}, tab{"Older", "veryHidden", headRow + inline(2, "{c8}", "{s9}")})...), Options{}},
		{"good/sheet-chosen.xlsx", zipped(bookParts("", tab{name: "May", xml: headRow + inline(2, "{c1}", "{s1}")}, tab{name: "June", xml: headRow + inline(2, "{c2}", "{s2}")})...), Options{Sheet: "june"}},
		{"good/hidden-sheet-chosen.xlsx", zipped(bookParts("", tab{name: "May", xml: headRow + inline(2, "{c1}", "{s1}")}, tab{"Old", "hidden", headRow + inline(2, "{c2}", "{s2}")})...), Options{Sheet: "Old"}},
		{"good/our-export.xlsx", zipped(bookParts("", tab{name: "Associations", xml: inline(1, "# Change sub_client_id, save, and run validate") + inline(2, "customer_id", "customer_name", "sub_client_id", "sub_client_name") +
			inline(3, "{c1}", "Anna", "{s1}", "North") + inline(4, "{c2}", "Bo")}, tab{name: "Sub-clients", xml: inline(1, "sub_client_id", "sub_client_name", "customers") + inline(2, "{s1}", "North", "1")})...), Options{}},
		{"good/formula-results.xlsx", book(headRow + raw(2, "{c1}", `<c r="REF" t="str"><f>VLOOKUP(A2,Sheet2!A:B,2,0)</f><v>{s1}</v></c>`)), Options{}},
		{"good/formulas-filled-down-too-far.xlsx", book(headRow + inline(2, "{c1}", "{s1}") + `<row r="3"><c r="A3" t="str"><f>IF(D3="","",D3)</f><v></v></c><c r="B3" t="str"><f>IF(E3="","",E3)</f><v/></c></row>`), Options{}},
		{"good/merged-title.xlsx", book(`<worksheet xmlns="` + mainNS + `"><sheetData>` + inline(1, "Customers") + inline(3, "customer_id", "sub_client_id") + inline(4, "{c1}", "{s1}") +
			`</sheetData><mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells></worksheet>`), Options{}},
		{"good/further-numbers-and-dates.xlsx", book(strings.Replace(headRow, "</row>", `<c r="C1" t="inlineStr"><is><t>since</t></is></c><c r="D1" t="inlineStr"><is><t>share</t></is></c></row>`, 1) +
			strings.Replace(inline(2, "{c1}", "{s1}"), "</row>", `<c r="C2" s="2"><v>45296</v></c><c r="D2"><v>0.1</v></c></row>`, 1)), Options{}},
		{"good/escaped-characters.xlsx", book(headRow + inline(2, "{c1}_x000D_", "{s1}")), Options{}},
		{"good/empty-shared-text.xlsx", book(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="s"><v>3</v></c></row><row r="3"><c r="A3" t="s"><v>5</v></c><c r="B3" t="s"><v>4</v></c></row>`,
			"customer_id", "sub_client_id", "{c1}", "", "{s1}", "{c2}"), Options{}},
	}
	return list
}

func byExcelize(rows [][]string) string {
	f := excelize.NewFile()
	for i, row := range rows {
		for j, c := range row {
			if err := f.SetCellValue("Sheet1", cellName(j+1, int32(i+1)), fill(c)); err != nil {
				panic(err)
			}
		}
	}
	return saved(f)
}

func byExcelizeStream(rows [][]string) string {
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		panic(err)
	}
	for i, row := range rows {
		var cells []any
		for _, c := range row {
			cells = append(cells, fill(c))
		}
		if err := w.SetRow(cellName(1, int32(i+1)), cells); err != nil {
			panic(err)
		}
	}
	if err := w.Flush(); err != nil {
		panic(err)
	}
	return saved(f)
}

func saved(f *excelize.File) string {
	b, err := f.WriteToBuffer()
	if err != nil {
		panic(err)
	}
	return b.String()
}

const head = "customer_id,sub_client_id\n"

func badText() []specimen {
	return []specimen{
		{"bad/empty.csv", "", Options{}},
		{"bad/blank-lines-only.csv", "\n\n\r\n", Options{}},
		{"bad/header-only.csv", head, Options{}},
		{"bad/no-header.csv", "{c1},{s1}\n{c2},\n", Options{}},
		{"bad/no-header-columns-by-letter.csv", "{c1},{s1}\n{c2},\n", Options{CustomerColumn: "A", SubClientColumn: "B"}},
		{"bad/misspelt-column.csv", "customer_id,sub_cliend_id\n{c1},{s1}\n", Options{}},
		{"bad/no-sub-client-column.csv", "customer_id,name\n{c1},A\n", Options{}},
		{"bad/no-customer-column.csv", "name,sub_client_id\nA,{s1}\n", Options{}},
		{"bad/double-column.csv", "customer_id,sub_client_id,Sub Client ID\n{c1},{s1},\n", Options{}},
		{"bad/two-aliases.csv", "customer,dakota_customer_id,sub_client_id\n{c1},{c1},{s1}\n", Options{}},
		{"bad/misspelt-beside-alias.csv", "customer_id,sub_cliend_id,Sub-Client\n{c1},{s1},\n", Options{BlankSaid: true}},
		{"bad/column-named-twice-by-flag.csv", head + "{c1},{s1}\n", Options{CustomerColumn: "customer_id", SubClientColumn: "A"}},
		{"bad/column-flag-not-found.csv", head + "{c1},{s1}\n", Options{SubClientColumn: "target"}},
		{"bad/header-in-row-11.csv", strings.Repeat("title\n", 10) + head + "{c1},{s1}\n", Options{}},
		{"bad/two-delimiters.csv", "a;b,c;d\n1;2,3;4\n", Options{CustomerColumn: "A", SubClientColumn: "B"}},
		{"bad/sep-line-lies.csv", "sep=;\n" + head + "{c1},{s1}\n", Options{}},
		{"bad/ragged-rows.csv", "customer_id,sub_client_id,name\n{c1},{s1}\n{c2},{s1},a,b\n{c3},{s1},ok\n", Options{}},
		{"bad/semicolon-row-in-comma-file.csv", head + "{c1};{s1}\n{c2},{s1}\n", Options{}},
		{"bad/quote-never-closed.csv", "name,customer_id,sub_client_id\n\"a\nb\",{c1},{s1}\nx,{c2},\"{s1}\ny,{c3},\n", Options{}},
		{"bad/quote-inside-cell.csv", head + "{c1},{s1}\n{c2},a\"b\n{c3},\n", Options{}},
		{"bad/text-after-quote.csv", head + "{c1},{s1}\n\"{c2}\"x,{s1}\n", Options{}},
		{"bad/cut-off-at-empty-cell.csv", head + "{c1},{s1}\n{c2},", Options{}},
		{"bad/cut-off-in-id.csv", head + "{c1},{s1}\n{c2},2YBX", Options{}},
		{"bad/row-torn-in-two.csv", head + "{c1},{s1}\n{c2},\n{s1}\n", Options{}},
		{"bad/nul-bytes.csv", "customer_id,sub_client_id,name\n" + "{c1},{s1}," + strings.Repeat("Anna ", 200) + "\n{c3},{s1},a\x00b\n{c2},{s1},ok\n", Options{}},
		{"bad/lost-characters.csv", "customer_id,sub_client_id,name\n{c1},{s1},M\ufffdller\n", Options{}},
		{"bad/utf8-mark-but-not-utf8.csv", "\xef\xbb\xbfcustomer_id,sub_client_id,name\n{c1},{s1},M\xfcller\n", Options{}},
		{"bad/utf16-without-mark.csv", utf16Text(fill(head+"{c1},{s1}\n"), false)[2:], Options{}},
		{"bad/utf16-odd-byte.csv", func() string { s := utf16Text(fill(head+"{c1},{s1}\n{c2},{s1}\n"), false); return s[:100] + s[101:] }(), Options{}},
		{"bad/gzip-cut-off.csv.gz", func() string { s := gzipped(fill(head + "{c1},{s1}\n{c2},\n")); return s[:len(s)-9] }(), Options{}},
		{"bad/gzip-damaged.csv.gz", func() string {
			s := []byte(gzipped(fill(head + "{c1},{s1}\n{c2},\n")))
			s[len(s)-6] ^= 1
			return string(s)
		}(), Options{}},
		{"bad/gzip-twice.csv.gz", gzipped(gzipped(head)), Options{}},
		{"bad/words-for-nothing.csv", head + "{c1},NULL\n{c2},n/a\n{c3},-\n{c4},0\n{c5},none\n{c6},#N/A\nNULL,{s1}\n{c7},\\N\n{c8},—\n{c9},\"\"\"\"\n", Options{}},
		{"bad/numbers.csv", head + "1.23E+26,{s1}\n{c2},12345\n{c3},2026-05-31\n{c4},########\n{c5},\"1,5e+30\"\n", Options{}},
		{"bad/ids-of-wrong-length.csv", head + "{c1}x,{s1}\n{c2},2YBXgpK6QBKc9MTGSyp\n{c3} {c4},{s1}\n", Options{}},
		{"bad/characters-no-id-has.csv", head + "2YBXgpK6QBKc9MTGSy!PbsHHYrX,{s1}\n", Options{}},
		{"bad/look-alikes.csv", head + "2YВXgpK6QBKc9MTGSypPbsHHYrX,{s1}\n{c2},２YBXgpK6QBKc9MTGSypPbsHHYrX\n{c3},2YΒXgpK6QBKc9MTGSypPbsHHYrX\n", Options{}},
		{"bad/id-of-the-future.csv", head + "zzzzzzzzzzzzzzzzzzzzzzzzzzz,{s1}\n{c2},aWgEPTl1tmebfsQzFP4bxwgy80V\n", Options{}},
		{"bad/ids-differ-in-case.csv", head + strings.ToUpper(testID(1)) + ",{s1}\n" + testID(1) + ",{s1}\n{c3},{s2}\n{c4}," + strings.ToLower(testID(902)) + "\n", Options{}},
		{"bad/conflicting-rows.csv", head + "{c1},{s1}\n{c2},{s1}\n{c1},{s2}\n{c1},{s1}\n{c2},\n{c3},{s1}\n{c3},oops\n", Options{}},
		{"bad/customer-is-sub-client.csv", head + "{c1},{c1}\n{c2},{s1}\n", Options{}},
		{"bad/formulas.csv", head + "\"=\"\"{c1}\"\"\",{s1}\n{c2},=A1\n{c3},#REF!\n{c4},@SUM(A1)\n", Options{}},
		{"bad/other-ids.csv", head + "550e8400-e29b-41d4-a716-446655440000,{s1}\n{c2},anna@example.com\n{c3},North GmbH\n", Options{}},
		{"bad/empty-column.csv", head + "{c1},\n{c2},\n", Options{}},
		{"bad/empty-column-of-spaces.csv", head + "{c1}, \n{c2},\u00a0\n", Options{}},
		{"bad/blank-is-an-error.csv", head + "{c1},{s1}\n{c2},\n", Options{Blank: BlankError, BlankSaid: true}},
		{"bad/header-again.csv", head + "{c1},{s1}\n" + head + "{c2},{s1}\n", Options{}},
		{"bad/no-customer.csv", "name,customer_id,sub_client_id\nA,{c1},{s1}\nTotal,,\n,,{s1}\n", Options{}},
		{"bad/swapped-columns.csv", head + "{s1},{c1}\n{s1},{c2}\n{s2},{c3}\n{s1},{c4}\n{s2},{c5}\n{s1},{c6}\n", Options{}},
		{"bad/places-below-newlines-and-titles.csv", "Title\n\nname,customer_id,sub_client_id\n\"a\nb\nc\",{c1},{s1}\n\n\"d\ne\",{c2},NULL\nf,oops,{s1}\n", Options{}},
		{"bad/id-in-nameless-column.csv", "customer_id,sub_client_id,\n{c1},{s1},\n{c2},,{s2}\n{c3},,a note\n", Options{}},
		{"bad/web-page-named.xls", "\r\n<html><body><table><tr><td>customer_id</td></tr></table>", Options{}},
		{"bad/old-excel.xls", ole("Workbook"), Options{}},
		{"bad/protected.xlsx", ole("EncryptedPackage"), Options{}},
		{"bad/document.pdf", "%PDF-1.7\n%\xe2\xe3\n", Options{}},
		{"bad/data.json", "[{\"customer_id\": \"{c1}\"}]", Options{}},
		{"bad/excel-2003.xml", `<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">`, Options{}},
	}
}

// ole begins like the files of Excel 97, which encrypted workbooks of today are too; its directory names one stream.
func ole(stream string) string {
	var b strings.Builder
	b.WriteString("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 1016))
	for _, r := range stream {
		b.WriteString(string(r) + "\x00")
	}
	return b.String() + strings.Repeat("\x00", 512)
}

func badBooks() []specimen {
	sound := headRow + inline(2, "{c1}", "{s1}")
	parts := func(sheet string) []part { return bookParts("", tab{name: "Sheet1", xml: sheet}) }
	return []specimen{
		{"bad/numbers-and-dates.xlsx", book(sound + raw(3, "{c2}", `<c r="REF"><v>12345678901</v></c>`) + raw(4, "{c3}", `<c r="REF" s="2"><v>45296</v></c>`) + raw(5, "{c4}", `<c r="REF" s="3"><v>1.23E+26</v></c>`) +
			raw(6, "{c5}", `<c r="REF" t="b"><v>1</v></c>`) + raw(7, "{c6}", `<c r="REF" t="d"><v>2026-05-31</v></c>`)), Options{}},
		{"bad/formulas.xlsx", book(sound + raw(3, "{c2}", `<c r="REF" t="e"><f>A1/0</f><v>#DIV/0!</v></c>`) + raw(4, "{c3}", `<c r="REF"><f>VLOOKUP(A4,X,2,0)</f></c>`) + raw(5, "{c4}", `<c r="REF" t="str"><f>IFERROR(X,"")</f><v></v></c>`)), Options{}},
		{"bad/string-index-out-of-range.xlsx", book(headRow+raw(2, "{c1}", `<c r="REF" t="s"><v>7</v></c>`), "one"), Options{}},
		{"bad/string-table-missing.xlsx", book(headRow + raw(2, "{c1}", `<c r="REF" t="s"><v>0</v></c>`)), Options{}},
		{"bad/string-table-emptied.xlsx", zipped(bookParts(xmlHead+`<sst xmlns="`+mainNS+`" count="4" uniqueCount="4"/>`, tab{name: "Sheet1", xml: headRow + raw(2, "{c1}", `<c r="REF" t="s"><v>0</v></c>`)})...), Options{}},
		{"bad/string-without-text.xlsx", zipped(bookParts(xmlHead+`<sst xmlns="`+mainNS+`"><si/></sst>`, tab{name: "Sheet1", xml: headRow + raw(2, "{c1}", `<c r="REF" t="s"><v>0</v></c>`)})...), Options{}},
		{"bad/string-index-empty.xlsx", book(headRow+raw(2, "{c1}", `<c r="REF" t="s"><v></v></c>`), "one"), Options{}},
		{"bad/xml-breaks-off.xlsx", zipped(parts(xmlHead + `<worksheet xmlns="` + mainNS + `"><sheetData>` + sound + `<row r="3"><c r="A3" t="inlineStr"><is><t>{c2}`)...), Options{}},
		{"bad/xml-tags-crossed.xlsx", zipped(parts(`<worksheet xmlns="` + mainNS + `"><sheetData>` + sound + `<row r="3"><c r="A3"></row></c></sheetData></worksheet>`)...), Options{}},
		{"bad/rows-out-of-order.xlsx", book(headRow + inline(3, "{c1}", "{s1}") + inline(2, "{c2}", "{s1}")), Options{}},
		{"bad/row-twice.xlsx", book(sound + inline(2, "{c2}")), Options{}},
		{"bad/cell-in-wrong-row.xlsx", book(sound + `<row r="3"><c r="A4" t="inlineStr"><is><t>{c2}</t></is></c></row>`), Options{}},
		{"bad/cells-out-of-order.xlsx", book(sound + `<row r="3"><c r="B3" t="inlineStr"><is><t>{s1}</t></is></c><c r="A3" t="inlineStr"><is><t>{c2}</t></is></c></row>`), Options{}},
		{"bad/two-row-parts.xlsx", zipped(parts(`<worksheet xmlns="` + mainNS + `"><sheetData>` + sound + `</sheetData><sheetData>` + inline(3, "{c2}") + `</sheetData></worksheet>`)...), Options{}},
		{"bad/unknown-cell-kind.xlsx", book(headRow + raw(2, "{c1}", `<c r="REF" t="q"><v>x</v></c>`)), Options{}},
		{"bad/merged-ids.xlsx", book(`<worksheet xmlns="` + mainNS + `"><sheetData>` + sound + inline(3, "{c2}") + inline(4, "{c3}") + `</sheetData><mergeCells count="1"><mergeCell ref="B2:B4"/></mergeCells></worksheet>`), Options{}},
		{"bad/two-candidate-sheets.xlsx", zipped(bookParts("", tab{name: "May", xml: sound}, tab{name: "June", xml: sound})...), Options{}},
		{"bad/no-such-sheet.xlsx", zipped(bookParts("", tab{name: "May", xml: sound}, tab{"Old", "hidden", sound})...), Options{Sheet: "June"}},
		{"bad/only-hidden-sheet.xlsx", zipped(bookParts("", tab{name: "Empty", xml: ""}, tab{"Old", "hidden", sound})...), Options{}},
		{"bad/empty-workbook.xlsx", book(""), Options{}},
		{"bad/no-columns.xlsx", book(inline(1, "name", "customer id") + inline(2, "A", "{c1}")), Options{}},
		{"bad/ambiguous-columns.xlsx", book(inline(1, "customer_id", "sub_client_id", "sub-client-id") + inline(2, "{c1}", "{s1}")), Options{}},
		{"bad/cut-off.xlsx", excel(plain)[:900], Options{}},
		{"bad/doctype.xlsx", zipped(parts(`<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet xmlns="` + mainNS + `"><sheetData>` + sound + `</sheetData></worksheet>`)...), Options{}},
		{"bad/claims-a-terabyte.xlsx", zipLie(parts(sound)[:5], "xl/worksheets/sheet1.xml", "x", 1<<40), Options{}},
		{"bad/sheet-twice.xlsx", zipped(append(parts(sound), part{"xl/worksheets/sheet1.xml", "<worksheet/>"})...), Options{}},
		{"bad/no-sheet-part.xlsx", zipped(parts(sound)[:5]...), Options{}},
		{"bad/problems-in-cells.xlsx", book(inline(1, "Title") + inline(4, "name", "customer_id", "sub_client_id") + inline(5, "A", "{c1}", "NULL") + inline(9, "B", "oops", "{s1}") + inline(10, "Total") + inline(11, "C", "{c2}", "{s1}")), Options{}},
		{"bad/text-outside-its-place.xlsx", book(headRow + raw(2, "{c1}", `<c r="REF"><is><t>{s1}</t></is></c>`)), Options{}},
		{"bad/id-one-column-off.xlsx", book(sound + strings.Replace(inline(3, "{c2}", "{s1}"), "B3", "C3", 1)), Options{}},
		{"bad/opendocument.ods", zipped(part{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, part{"content.xml", "<x/>"}), Options{}},
		{"bad/word.docx", zipped(part{"[Content_Types].xml", "x"}, part{"_rels/.rels", "x"}, part{"word/document.xml", "x"}), Options{}},
		{"bad/apple.numbers", zipped(part{"Index/Document.iwa", "x"}), Options{}},
		{"bad/binary.xlsb", zipped(part{"[Content_Types].xml", "x"}, part{"_rels/.rels", "x"}, part{"xl/workbook.bin", "x"}), Options{}},
		{"bad/archive-with-csv.zip", zipped(part{"customers.csv", head}), Options{}},
	}
}

// real are files that LibreOffice has written; they are read from the corpus, not made here.
var real = []string{
	"good/real-libreoffice.xlsx", "good/real-libreoffice-utf16-semicolon.csv", "good/real-libreoffice-all-quoted.csv",
	"bad/real-libreoffice.ods", "bad/real-excel-97.xls", "bad/real-libreoffice.html", "bad/real-libreoffice.fods",
}

// specimens is the whole corpus.
func specimens() []specimen {
	all := append(append(append(goodText(), goodBooks()...), badText()...), badBooks()...)
	for i := range all {
		all[i].text = fill(all[i].text)
	}
	for _, file := range real {
		b, err := os.ReadFile(filepath.Join(corpus, file))
		if err != nil {
			panic(err)
		}
		all = append(all, specimen{file: file, text: string(b)})
	}
	for i := range all {
		all[i].o.Now = testOptions().Now
	}
	return all
}
