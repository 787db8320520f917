/*
 * White space as files of lines and of elements mean it: spaces, tabs and line ends. (A no-break space is a character of a name like
 * any other.) Written out, since a regular expression takes the square of the time for a long run of spaces.
 */

function isWhite(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d
}

export function trimmedEnd(text: string): string {
  let end = text.length
  while (end > 0 && isWhite(text.charCodeAt(end - 1))) end--
  return text.slice(0, end)
}

export function trimmed(text: string): string {
  let start = 0
  while (start < text.length && isWhite(text.charCodeAt(start))) start++
  return trimmedEnd(text.slice(start))
}

/** A line's last word, and what stands before it. */
export function lastWord(line: string): [before: string, word: string] {
  const text = trimmedEnd(line)
  let start = text.length
  while (start > 0 && !isWhite(text.charCodeAt(start - 1))) start--
  return [trimmedEnd(text.slice(0, start)), text.slice(start)]
}
