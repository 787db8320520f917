import { withoutIsolates } from '../texts/bidi.ts'

/** Something that can be found by typing. */
export interface Findable {
  id: string
  title: string
  /** Other words that people use for it. */
  words?: string
  /** Whether it is available now. */
  available: boolean
}

const plain = (text: string): string =>
  withoutIsolates(text).normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase()

/**
 * The entries that contain every typed word, best first: available ones, then by match (start of the name, start of a word, within a
 * word), then by recent use, then in the given order. With nothing typed, all available ones.
 * @param recent ids of recently used entries, latest first
 */
export function rank<Item extends Findable>(query: string, items: readonly Item[], recent: readonly string[]): Item[] {
  const typed = plain(query).trim()
  const tokens = typed.split(/\s+/).filter(Boolean)
  const lately = new Map(recent.map((id, place) => [id, recent.length - place]))
  const found: { item: Item; worth: number }[] = []
  for (const item of items) {
    if (tokens.length === 0 && !item.available) continue
    const worth = worthOf(typed, tokens, plain(item.title), plain(item.words ?? ''))
    if (worth === null) continue
    const often = (lately.get(item.id) ?? 0) / (recent.length + 1)
    found.push({ item, worth: worth + often + (item.available ? 1000 : 0) })
  }
  return found.sort((a, b) => b.worth - a.worth).map(({ item }) => item)
}

/** Null if any word is missing. */
function worthOf(typed: string, tokens: readonly string[], title: string, words: string): number | null {
  let worth = title.startsWith(typed) && typed ? 50 : 0
  for (const token of tokens) {
    if (beginsWord(title, token)) worth += 10
    else if (title.includes(token)) worth += 5
    else if (beginsWord(words, token)) worth += 3
    else return null
  }
  return worth
}

function beginsWord(text: string, token: string): boolean {
  for (let at = text.indexOf(token); at >= 0; at = text.indexOf(token, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1])) return true
  }
  return false
}
