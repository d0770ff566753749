// Package input reads a spreadsheet as people make them and gives assignments, or every problem in it with its place.
//
// The most dangerous cell is an empty one: it disassociates a customer. So nothing here guesses. A cell counts as empty only where the
// file, read strictly and to its end, says so; a column that can't be found, a row with a cell too few, a formula nobody has calculated
// or a file that ends too soon is a problem with a place and an advice.
//
// # What is read
//
// Text: comma, semicolon, tab or pipe, decided by the header line alone (the delimiter with which it has the two columns) or by a sep=
// line; LF, CRLF and CR; UTF-8, UTF-16 with a byte order mark, else Windows-1252 with a notice; the same inside gzip. The cells go
// through gocsv over a csv.Reader of ours. Workbooks: XLSX through excelize, each row of which is believed only as far as a second,
// strict walk through the sheet's XML agrees. Everything else that people send is recognised and answered with what to do.
//
// # Rows
//
// Rows are numbered as a spreadsheet program numbers them: blank lines count, a quoted cell with newlines is one row, a sep= line is
// none. A row whose cells are all empty is a blank row and no assignment. The header may stand in any of the first ten rows; rows above
// it, and a row above it that begins with #, are titles.
//
// # Cells
//
// Space, no-break space, invisible characters and quotes around an id (an apostrophe before it too: Excel's mark for text) are taken
// away with a notice. What is left must be an id, or nothing at all; a word for nothing (NULL, n/a, -, 0) is a problem, for nobody
// knows whether its writer knew what an empty cell does. A cell that held only quotes is a problem too.
package input
