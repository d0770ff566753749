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
// it, and a row above it that begins with #, are titles. Hidden rows are rows.
//
// # Columns
//
// Case, space, underscore and hyphen in a header do not matter. customer_id goes before its aliases customer and dakota_customer_id, and
// sub_client_id before sub_client and dakota_sub_client_id, which people use for names; an alias beside a misspelt sub_client_id is
// ambiguous. Two columns with the same meaning are ambiguous. A column may be named by header or by letter.
//
// # Cells
//
// Space, no-break space, invisible characters and quotes around an id (an apostrophe before it too: Excel's mark for text) are taken
// away with a notice. What is left must be an id, or nothing at all; a word for nothing (NULL, n/a, -, 0) is a problem, for nobody
// knows whether its writer knew what an empty cell does. A cell that held only quotes is a problem too, and so is an empty cell when
//   - the file ends in it without a line end, or the next row has too few cells: the row seems cut off,
//   - an id stands beside it in a column that has no header,
//   - it is the empty result of a formula, or one of several merged cells,
//   - the column is empty from top to bottom and nobody said that it is meant.
//
// # What is refused as a whole
//
// Problems of rows stand in [Table].Problems and in their assignments; --skip-invalid may leave such rows out. An [*Error] is about the
// file: no header, a column twice, a quote that is never closed, broken XML, a sheet that reads in two ways. Nothing of such a file is to
// be used, however good its rows look.
//
// # Codes
//
// Of rows: bad_id, number, placeholder, formula, formula_error, case_differs, same_as_customer, conflicting_rows, no_customer, blank,
// stray_id, cut_off, ragged_row, repeated_header, damaged. Of files: empty, no_header, no_rows, no_sheet, ambiguous_column,
// ambiguous_delimiter, ambiguous_sheet, same_column, swapped_columns, empty_column, merged_cells, quote, damaged, too_long, too_wide,
// not_a_spreadsheet, no_space, unreadable. Of notices: cleaned, repeated_row, customer_is_target, windows_1252, hidden_rows,
// hidden_column, formulas.
package input
