package input

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"
)

// workbook is an XLSX file as far as its parts go; their content is read by walk (ours) and by excelize.
type workbook struct {
	raw     []byte
	parts   map[string]*zip.File // by path, with slashes
	root    string               // the part xl/workbook.xml, wherever it is
	strings string               // the part with the shared strings; "" for none
	sheets  []workSheet
}

type workSheet struct {
	name   string
	part   string
	hidden bool
}

// maxSmallPart bounds the parts that are read whole: the list of sheets, the styles.
const maxSmallPart = 32 << 20

// openWorkbook reads what the workbook consists of.
func (r *reading) openWorkbook(src *bufio.Reader) (*workbook, error) {
	raw, err := io.ReadAll(src)
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, r.damaged("the file begins like a workbook (or a ZIP archive) and is damaged or cut off: " + err.Error())
	}
	w := &workbook{raw: raw, parts: map[string]*zip.File{}}
	for _, f := range z.File {
		name := strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/")
		if w.parts[name] != nil {
			return nil, r.damaged(fmt.Sprintf("the workbook holds %s twice", clip(name)))
		}
		if f.Flags&1 != 0 {
			return nil, r.fatal(*notSpreadsheet("an archive protected with a password", "unpack it, or save the workbook without a password"))
		}
		w.parts[name] = f
	}
	if p := foreignArchive(w.parts); p != nil {
		return nil, r.fatal(*p)
	}
	if err := w.list(); err != nil {
		return nil, r.damaged("the workbook is damaged: " + err.Error())
	}
	return w, nil
}

func (r *reading) damaged(what string) *Error {
	return r.fatal(Problem{Code: "damaged", What: what, Advice: "open the file in a spreadsheet program and save it again, or get it again"})
}

// relations are the links from one part to others.
type relations struct {
	List []struct {
		ID     string `xml:"Id,attr"`
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
	} `xml:"Relationship"`
}

// list finds the sheets and the strings, following the workbook's own links.
func (w *workbook) list() error {
	var top relations
	if err := w.unmarshal("_rels/.rels", &top); err != nil {
		return err
	}
	w.root = top.target("", "/officeDocument")
	var book struct {
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"id,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := w.unmarshal(w.root, &book); err != nil {
		return err
	}
	base := path.Dir(w.root)
	var links relations
	if err := w.unmarshal(path.Join(base, "_rels", path.Base(w.root)+".rels"), &links); err != nil {
		return err
	}
	w.strings = links.target(base, "/sharedStrings")
	for _, s := range book.Sheets {
		for _, l := range links.List {
			if l.ID == s.ID && strings.HasSuffix(l.Type, "/worksheet") { // not a chart or a dialog
				w.sheets = append(w.sheets, workSheet{s.Name, resolve(base, l.Target), s.State != "" && s.State != "visible"})
			}
		}
	}
	return nil
}

// target returns the part to which the last link of a type leads; "" when there is none.
func (r relations) target(base, kind string) string {
	part := ""
	for _, l := range r.List {
		if strings.HasSuffix(l.Type, kind) {
			part = resolve(base, l.Target)
		}
	}
	return part
}

// resolve gives a link's target as a part's path.
func resolve(base, target string) string {
	if strings.HasPrefix(target, "/") {
		return path.Clean(target[1:])
	}
	return path.Join(base, target)
}

func (w *workbook) unmarshal(part string, v any) error {
	rc, err := w.open(part)
	if err != nil {
		return err
	}
	defer rc.Close()
	b, err := io.ReadAll(io.LimitReader(rc, maxSmallPart+1))
	if err == nil && len(b) > maxSmallPart {
		err = fmt.Errorf("it is larger than %d MiB", maxSmallPart>>20)
	}
	if err == nil {
		err = xml.Unmarshal(b, v)
	}
	if err != nil {
		return fmt.Errorf("read its part %s: %w", part, err)
	}
	return nil
}

func (w *workbook) open(part string) (io.ReadCloser, error) {
	f := w.parts[part]
	if f == nil {
		return nil, fmt.Errorf("its part %q is missing", part)
	}
	return f.Open()
}

// excerpt is the workbook with nothing but what is needed to read one sheet: pictures, caches and other sheets stay packed, whatever they
// would grow to.
func (w *workbook) excerpt(sheet string, limit int64) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	dir := path.Dir(w.root)
	needed := []string{
		"[Content_Types].xml", "_rels/.rels", w.root, path.Join(dir, "_rels", path.Base(w.root)+".rels"), path.Join(dir, "styles.xml"),
		path.Join(dir, "theme/theme1.xml"), w.strings, sheet,
	}
	for i, name := range needed {
		f := w.parts[name]
		if f == nil {
			continue
		}
		most := int64(maxSmallPart)
		if i >= len(needed)-2 {
			most = limit
		}
		if f.UncompressedSize64 > uint64(most) {
			return nil, fmt.Errorf("its part %s unpacks to %d MiB; %d are allowed", name, f.UncompressedSize64>>20, most>>20)
		}
		if err := z.Copy(f); err != nil {
			return nil, fmt.Errorf("copy its part %s: %w", name, err)
		}
	}
	err := z.Close()
	return b.Bytes(), err
}
