/** Pasted labels, one per line: trimmed, without empty lines, and without duplicates in any case. */
export function parseLabels(text: string): { labels: string[]; repeated: number } {
  const byKey = new Map<string, string>()
  let lines = 0
  for (const line of text.split(/\r\n|\r|\n/)) {
    const name = line.normalize('NFC').trim()
    if (name === '') continue
    lines++
    // As the project compares names: upper case first, so that “ß” and “SS” are one.
    const key = name.toUpperCase().toLowerCase().normalize('NFC')
    if (!byKey.has(key)) byKey.set(key, name)
  }
  return { labels: [...byKey.values()], repeated: lines - byKey.size }
}
