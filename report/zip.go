package report

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// orderedZip writes a workbook's parts in one fixed order and without times. excelize writes streamed sheets in the order of a map,
// which would give the same report different bytes each time. Parts are kept compressed until Close.
type orderedZip struct {
	w     io.Writer
	parts []*part
}

// part is one file of the archive.
type part struct {
	name string
	body bytes.Buffer // compressed
	pack *flate.Writer
	sum  hash.Hash32
	size uint64
}

// Write compresses b. excelize writes the parts that withoutMacros changes in one piece.
func (p *part) Write(b []byte) (int, error) {
	n := len(b)
	b = withoutMacros(p.name, b)
	p.sum.Write(b) //nolint:errcheck // a hash never fails
	p.size += uint64(len(b))
	_, err := p.pack.Write(b)
	return n, err
}

// macroLink is what refers to macros: relationships, and the types of the parts that hold them.
var macroLink = regexp.MustCompile(`<(Relationship|Override|Default) [^>]*[vV]ba[^>]*?(/>|></(Relationship|Override|Default)>)`)

// withoutMacros returns a part without what refers to macros, whose parts are left out: a report runs nothing, and Excel refuses a
// workbook with macros in a file whose name ends in .xlsx.
func withoutMacros(name string, b []byte) []byte {
	if name != "[Content_Types].xml" && name != "xl/_rels/workbook.xml.rels" {
		return b
	}
	b = macroLink.ReplaceAll(b, nil)
	plain := []byte("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml")
	for _, kind := range []string{"sheet", "template", "addin"} {
		b = bytes.ReplaceAll(b, []byte("application/vnd.ms-excel."+kind+".macroEnabled.main+xml"), plain)
	}
	return b
}

// Create begins a part.
func (z *orderedZip) Create(name string) (io.Writer, error) {
	if strings.HasPrefix(name, "xl/vba") {
		return io.Discard, nil
	}
	p := &part{name: name, sum: crc32.NewIEEE()}
	pack, err := flate.NewWriter(&p.body, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	p.pack = pack
	z.parts = append(z.parts, p)
	return p, nil
}

// AddFS is part of excelize's interface, which never calls it.
func (z *orderedZip) AddFS(fs.FS) error { return fs.ErrInvalid }

// Close writes the archive: the content types and relationships first, as Excel has them and as some programs recognise a workbook by.
func (z *orderedZip) Close() error {
	slices.SortFunc(z.parts, func(a, b *part) int { return strings.Compare(rank(a.name), rank(b.name)) })
	out := zip.NewWriter(z.w)
	for _, p := range z.parts {
		if err := p.pack.Close(); err != nil {
			return err
		}
		w, err := out.CreateRaw(&zip.FileHeader{
			Name: p.name, Method: zip.Deflate, CRC32: p.sum.Sum32(),
			CompressedSize64: uint64(p.body.Len()), UncompressedSize64: p.size,
		})
		if err != nil {
			return err
		}
		if _, err := p.body.WriteTo(w); err != nil {
			return err
		}
	}
	return out.Close()
}

func rank(name string) string {
	switch name {
	case "[Content_Types].xml":
		return "0"
	case "_rels/.rels":
		return "1"
	}
	return "2" + name
}
