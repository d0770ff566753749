package input

import (
	"fmt"
	"time"
)

// Blank is what an empty sub_client_id means.
type Blank int

const (
	BlankDisassociate Blank = iota // the customer shall have no sub-client
	BlankKeep                      // the customer is left as it is
	BlankError                     // the row is invalid
)

var blankNames = []string{"disassociate", "keep", "error"}

// String returns the word that ParseBlank reads.
func (b Blank) String() string { return blankNames[b] }

// ParseBlank reads the value of --blank.
func ParseBlank(s string) (Blank, error) {
	for i, name := range blankNames {
		if s == name {
			return Blank(i), nil
		}
	}
	return 0, fmt.Errorf("read --blank: %q is none of disassociate, keep, error", s)
}

// Options say how to read. The zero value reads as the design says.
type Options struct {
	Sheet           string // the sheet of a workbook, "" to find the one that has the columns
	CustomerColumn  string // by name or letter, "" to find it
	SubClientColumn string // by name or letter, "" to find it
	Blank           Blank
	BlankSaid       bool // Blank was said explicitly: a column that is empty from top to bottom is meant
	// SkipInvalid says that the caller will work on the good rows of a file that has bad ones. It changes advice, never what is found.
	SkipInvalid bool
	Now         func() time.Time // nil for time.Now: an id made later than that is corrupt
	TempDir     string           // where a directory for temporary files is made and removed again; "" for the system's
	MaxRows     int              // more rows are refused; 0 for 2,000,000
	MaxBytes    int64            // of text or of a workbook, unpacked; more are refused; 0 for 2 GiB

	inMemory int64 // of a part of a workbook, larger ones go to temporary files; 0 for the 16 MiB of excelize; for tests
}

const (
	maxRecord   = 1 << 20     // bytes of one row of text, or of one token of a sheet
	maxHead     = 64 << 10    // bytes of text in which the header must end
	maxColumns  = 16384       // as in Excel: column XFD
	maxArea     = 200_000_000 // cells of a sheet, blank ones before others included
	headerRows  = 10          // the header is among the first ten rows
	maxProblems = 10000       // kept; more are counted
	maxRepeats  = 100         // notices about rows said twice that are kept; more are counted
)

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxRows == 0 {
		o.MaxRows = 2_000_000
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 2 << 30
	}
	return o
}
