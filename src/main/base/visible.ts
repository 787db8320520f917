/**
 * Characters that a terminal would act on instead of showing, or that can't be seen: control characters (C0, DEL, C1) and thus
 * escape sequences, line and paragraph separators, bidirectional controls, invisible characters and lone surrogates.
 */
const unprintable =
  /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

const short: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Untrusted text on one line, with special characters spelt out: '\x1b[2J' for the escape sequence that clears the screen. */
export function oneLine(text: string): string {
  return text.replace(unprintable, (character) => short[character] ?? escaped(character.codePointAt(0)!))
}

function escaped(code: number): string {
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`
}

/** JSON on one line. It parses to the same value: beyond the C0 characters that JSON escapes, this escapes the other unprintable ones. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(unprintable, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
