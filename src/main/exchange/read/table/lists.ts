/*
 * Lists as programs write them into a cell: Python's and JSON's (['a', "b"]), NumPy's (['a' 'b']), tuples and sets. By hand: none of
 * them is the other's language, and nothing here is run.
 */

const closing: Record<string, string> = { '[': ']', '(': ')', '{': '}' }

/** The members of the list that the cell is; undefined for what is none. What is missing (None, nan, null) is left out. */
export function listIn(cell: string): string[] | undefined {
  const text = cell.trim()
  if (/^(\[\s*\]|\(\s*\)|\{\s*\}|set\(\))$/.test(text)) return []
  const close = closing[text[0]]
  if (close === undefined || !text.endsWith(close) || text.length < 2) return undefined
  const members: string[] = []
  let bare = ''
  const endBare = () => {
    const word = bare.trim()
    if (word !== '' && !/^(none|nan|null)$/i.test(word)) members.push(word)
    bare = ''
  }
  const end = text.length - 1
  for (let at = 1; at < end; at++) {
    const sign = text[at]
    if ((sign === '"' || sign === "'") && bare.trim() === '') {
      const [member, next] = quotedAt(text, at, end)
      if (member === undefined) return undefined
      members.push(member)
      at = next
      bare = ''
    } else if (sign === ',' || sign === '\n') endBare()
    // What holds more than names is no list of tags.
    else if (sign === '[' || sign === '{' || sign === '(' || (sign === ':' && text[0] === '{')) return undefined
    else bare += sign
  }
  endBare()
  // (a), {a}: a word in brackets may be part of a name.
  if (text[0] !== '[' && !/["',]/.test(text)) return undefined
  return members
}

/** @returns the text between the quotation marks, and the place of the second */
function quotedAt(text: string, start: number, end: number): [string | undefined, number] {
  const mark = text[start]
  let value = ''
  for (let at = start + 1; at < end; at++) {
    if (text[at] === mark) return [value, at]
    if (text[at] !== '\\' || at + 1 >= end) {
      value += text[at]
      continue
    }
    at++
    const escaped = text[at]
    if (escaped === 'u' && /^[0-9a-f]{4}$/i.test(text.slice(at + 1, at + 5))) {
      value += String.fromCharCode(Number.parseInt(text.slice(at + 1, at + 5), 16))
      at += 4
    } else value += escaped === 'n' ? '\n' : escaped === 't' ? '\t' : escaped
  }
  return [undefined, end]
}
