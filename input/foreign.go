package input

import (
	"archive/zip"
	"bytes"
	"path"
	"strings"
)

// foreign recognises what is no spreadsheet that can be read here, by how it begins; nil for what may be one. The name is not asked: people
// rename files.
func foreign(head []byte) *Problem {
	known := []struct{ magic, what, advice string }{
		{"\x1f\x8b", "packed twice", "unpack it"},
		{"%PDF-", "a PDF", "ask for the spreadsheet that it was made from"},
		{"{\\rtf", "a text document (RTF)", "save the table as .xlsx or CSV UTF-8"},
		{"SQLite format 3\x00", "an SQLite database", "export the table as CSV"},
		{"PAR1", "a Parquet file", "export the table as CSV"},
		{"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it"},
		{"Rar!", "a RAR archive", "unpack it"},
		{"BZh", "packed with bzip2", "unpack it"},
		{"\xfd7zXZ\x00", "packed with xz", "unpack it"},
		{"\x28\xb5\x2f\xfd", "packed with zstd", "unpack it"},
		{"\x89PNG", "a picture", "ask for the spreadsheet that it shows"},
		{"\xff\xd8\xff", "a picture", "ask for the spreadsheet that it shows"},
	}
	if bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) {
		return oleFile(head)
	}
	for _, k := range known {
		if bytes.HasPrefix(head, []byte(k.magic)) {
			return notSpreadsheet(k.what, k.advice)
		}
	}
	start := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head[:min(len(head), 512)], []byte("\xef\xbb\xbf")), " \t\r\n"))
	switch {
	case bytes.HasPrefix(start, []byte("<!doctype html")), bytes.HasPrefix(start, []byte("<html")), bytes.HasPrefix(start, []byte("<table")):
		return notSpreadsheet("a web page (some programs call that .xls)", "open it in a spreadsheet program and save it as .xlsx")
	case bytes.HasPrefix(start, []byte("<?xml")) && bytes.Contains(start, []byte("urn:schemas-microsoft-com:office:spreadsheet")),
		bytes.HasPrefix(start, []byte("<?mso-application progid=\"excel.sheet\"")):
		return notSpreadsheet("an Excel 2003 XML spreadsheet", "open it in a spreadsheet program and save it as .xlsx")
	case bytes.HasPrefix(start, []byte("<?xml")) && bytes.Contains(head, []byte("urn:oasis:names:tc:opendocument")):
		return notSpreadsheet("an OpenDocument file (.fods)", "save it as .xlsx")
	case bytes.HasPrefix(start, []byte("<?xml")):
		return notSpreadsheet("an XML document", "export the table as CSV or .xlsx")
	case bytes.HasPrefix(start, []byte("{")), bytes.HasPrefix(start, []byte("[{")), bytes.HasPrefix(start, []byte("[[")):
		return notSpreadsheet("JSON", "if it is a plan, give it to apply; else export the table as CSV or .xlsx")
	}
	return nil
}

// oleFile tells the two apart that begin alike: a workbook of Excel 97, and any workbook that Excel has encrypted. The names of what such a
// file holds stand in its directory, in UTF-16, mostly near its beginning.
func oleFile(head []byte) *Problem {
	names := bytes.ReplaceAll(head, []byte{0}, nil)
	switch {
	case bytes.Contains(names, []byte("EncryptedPackage")) || bytes.Contains(names, []byte("EncryptionInfo")):
		return notSpreadsheet("a workbook protected with a password", "open it with its password and save it without one")
	case bytes.Contains(names, []byte("Workbook")):
		return notSpreadsheet("an old Excel workbook (.xls)", "open it and save it as .xlsx or CSV UTF-8")
	}
	return notSpreadsheet("an old Excel workbook (.xls), or one protected with a password", "open it, remove the password, and save it as .xlsx or CSV UTF-8")
}

func notSpreadsheet(what, advice string) *Problem {
	return &Problem{Code: "not_a_spreadsheet", What: "this is no spreadsheet that can be read here but " + what, Advice: advice}
}

// foreignArchive recognises a ZIP archive that is no XLSX workbook.
func foreignArchive(parts map[string]*zip.File) *Problem {
	has := func(name string) bool { return parts[name] != nil }
	switch {
	case has("xl/workbook.bin"):
		return notSpreadsheet("a binary Excel workbook (.xlsb)", "save it as .xlsx")
	case has("_rels/.rels") && has("[Content_Types].xml") && !has("word/document.xml") && !has("ppt/presentation.xml"):
		return nil
	case has("word/document.xml"):
		return notSpreadsheet("a Word document", "save its table as .xlsx or CSV UTF-8")
	case has("ppt/presentation.xml"):
		return notSpreadsheet("a presentation", "save its table as .xlsx or CSV UTF-8")
	case has("content.xml") && has("mimetype"):
		return notSpreadsheet("an OpenDocument file (.ods)", "save it as .xlsx")
	case has("Index/Document.iwa") || has("Index.zip"):
		return notSpreadsheet("a Numbers spreadsheet", "export it as Excel or CSV")
	}
	for name := range parts {
		switch strings.ToLower(path.Ext(name)) {
		case ".csv", ".tsv", ".txt", ".xlsx", ".xls":
			return notSpreadsheet("a ZIP archive with a spreadsheet in it", "unpack it and give the file that is in it")
		}
	}
	return notSpreadsheet("a ZIP archive", "unpack it and give the spreadsheet that is in it")
}
