import { stringify } from 'csv-stringify/sync'

/*
 * A spreadsheet runs a cell as a formula if it begins with one of = + - @ (also in their wide forms), a tab or a line end.
 * Such a cell is written with an apostrophe in front, which spreadsheets read as "this is text". So that every text comes
 * back as it was, one that begins with apostrophes and then such a character gets one more; reading takes one away.
 */
const dangerous = /^'*[=+\-@\t\r\n＝＋－＠]/
const neutral = /^'+[=+\-@\t\r\n＝＋－＠]/

export function neutralised(text: string): string {
  return dangerous.test(text) ? `'${text}` : text
}

/** What `neutralised` was given. */
export function restored(text: string): string {
  return neutral.test(text) ? text.slice(1) : text
}

/** One line, with its end. Cells are quoted where they need to be. */
export function csvLine(cells: readonly string[], delimiter = ','): string {
  // Most cells need no quotes, and the library has its price for each line.
  if (!cells.some((cell) => /[",;\t\r\n]|^\s|\s$/.test(cell))) return `${cells.join(delimiter)}\n`
  return stringify([[...cells]], { delimiter, quoted_match: /[",;\t\r\n]|^\s|\s$/ })
}

/** What the name of the file asks for. */
export function delimiterOf(file: string): string {
  return /\.tsv$/i.test(file) ? '\t' : ','
}
