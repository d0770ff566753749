package input

import "unicode/utf8"

// neverClosed is what is wrong with a quote that takes the rest of the file into its cell.
const neverClosed = "a quote opens here and is never closed"

// Some programs write ="2aNE…" so that Excel leaves a text as it is. No other program reads that, and ids have no need of it.
const (
	guarded       = `the cell is written ="…", as some programs do for Excel`
	guardedAdvice = "open the file in Excel, copy the column, paste it as values and save the file as .xlsx; or let its program write the ids alone"
)

// quoteTrouble finds, in a row that a csv.Reader refused, the quote that is to blame: the cell in which it stands (from 0), how many lines
// below the row's first that is, and what is wrong with it. column is -1 when no quote is wrong.
func quoteTrouble(row []byte, delimiter rune) (column, lines int, what string) {
	const (
		start  = iota // of a cell
		bare          // in a cell without quotes
		quoted        // in a cell with quotes
		closed        // after the closing quote
	)
	state, opened := start, 0
	sign := false // the cell is an equals sign so far
	for len(row) > 0 {
		c, size := utf8.DecodeRune(row)
		row = row[size:]
		behindSign := sign
		sign = c == '=' && state == start
		switch {
		case c == '"' && behindSign:
			return column, lines, guarded
		case c == '"' && state == bare:
			return column, lines, "a quote stands inside a cell that does not begin with one"
		case c == '"' && state == quoted:
			state = closed
		case c == '"':
			if state == start {
				opened = lines
			}
			state = quoted
		case state == quoted:
			if c == '\n' {
				lines++
			}
		case c == delimiter:
			column, state = column+1, start
		case c == '\n':
			return -1, 0, ""
		case state == closed && c != '\r':
			return column, lines, "a quoted cell goes on after its closing quote"
		case c != '\r':
			state = bare
		}
	}
	if state == quoted {
		return column, opened, neverClosed
	}
	return -1, 0, ""
}
