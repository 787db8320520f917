/**
 * What a terminal, or whoever reads a log on one, would obey rather than show: control characters (C0, DEL, C1) with the escape
 * sequences they begin, line and paragraph separators, whatever turns the direction of the text around, characters that are
 * nothing to be seen, and halves of characters.
 */
const obeyed =
  /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

const short: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A text of any origin as one line that shows what is in it: '\x1b[2J' for the escape sequence that would clear the screen. */
export function oneLine(text: string): string {
  return text.replace(obeyed, (character) => short[character] ?? escaped(character.codePointAt(0)!))
}

function escaped(code: number): string {
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`
}

/** JSON in one line. It reads back as the same: JSON itself escapes only the C0 characters, and this the others too. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(obeyed, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
