/*
 * JSON as programs write it. Two things JSON.parse would get wrong without a word, or refuse for nothing: an integer beyond 2^53 is an
 * id, and becomes another id as a number; NaN and Infinity, which Python writes, mostly stand in fields that nobody reads here.
 */

const longInteger = /\d{16}/
const notNumbers = /NaN|Infinity/

/** Integers that a number can't hold are texts of their digits; NaN and Infinity are null. @throws SyntaxError */
export function parseJsonText(text: string): unknown {
  const exact = longInteger.test(text) ? outsideStrings(text, quoteLongIntegers) : text
  if (!notNumbers.test(exact)) return JSON.parse(exact)
  try {
    return JSON.parse(exact)
  } catch {
    return JSON.parse(outsideStrings(exact, (part) => part.replace(/-?\b(?:NaN|Infinity)\b/g, 'null')))
  }
}

function quoteLongIntegers(part: string): string {
  return part.replace(/(?<![\w.+-])-?\d{16,}(?![\w.])/g, (digits) =>
    String(Number(digits)) === digits ? digits : `"${digits}"`,
  )
}

/** Changes what stands between the strings of a JSON text. By hand: a regular expression for strings overflows at long ones. */
function outsideStrings(text: string, change: (part: string) => string): string {
  const parts: string[] = []
  for (let at = 0; at < text.length; ) {
    const start = text.indexOf('"', at)
    if (start < 0) {
      parts.push(change(text.slice(at)))
      break
    }
    let end = start + 1
    while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
    parts.push(change(text.slice(at, start)), text.slice(start, end + 1))
    at = end + 1
  }
  return parts.join('')
}
