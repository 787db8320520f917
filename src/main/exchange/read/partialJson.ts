const deepest = 64

/**
 * What the beginning of a JSON file says, as far as it goes: of JSON Lines, the first line. An entry that is cut off is left
 * out. Undefined where it isn't JSON.
 */
export function partialJson(head: string): unknown {
  const text = head.trimStart()
  if (text[0] !== '{' && text[0] !== '[') return undefined
  // The last place where everything that had begun could be closed, and what closes it.
  let [cut, closing] = [0, '']
  const open: string[] = []
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (inString) {
      if (sign === '\\') at++
      else if (sign === '"') inString = false
      continue
    }
    if (sign === '"') inString = true
    else if (sign === '{' || sign === '[') {
      if (open.length >= deepest) return parsed(text.slice(0, cut) + closing)
      open.push(sign === '{' ? '}' : ']')
      ;[cut, closing] = [at + 1, open.toReversed().join('')]
    } else if (sign === '}' || sign === ']') {
      if (open.pop() !== sign) return undefined
      ;[cut, closing] = [at + 1, open.toReversed().join('')]
      if (open.length === 0) return parsed(text.slice(0, cut))
    } else if (sign === ',') {
      ;[cut, closing] = [at, open.toReversed().join('')]
    }
  }
  return parsed(text.slice(0, cut) + closing)
}

/** NaN and Infinity are none of JSON's, but Python writes them. */
function parsed(text: string): unknown {
  for (const one of [text, text.replace(/([:[,]\s*)(NaN|-?Infinity)(?=\s*[,\]}])/g, '$1null')]) {
    try {
      return JSON.parse(one)
    } catch {}
  }
  return undefined
}
