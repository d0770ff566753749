package input

import "unicode/utf8"

// neverClosed is what is wrong with a quote that takes the rest of the file into its cell.
const neverClosed = "a quote opens here and is never closed"

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
	for len(row) > 0 {
		c, size := utf8.DecodeRune(row)
		row = row[size:]
		switch {
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
