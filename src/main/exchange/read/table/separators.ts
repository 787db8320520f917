import { listIn } from './lists.ts'

/** How a cell is cut into tags. */
export type Separator =
  | 'none'
  | 'list'
  | 'line'
  | 'bar'
  | 'semicolon'
  | 'comma'
  | 'comma-space'
  | 'tight-comma'
  | 'space'

const cutters: Record<Separator, (cell: string) => string[]> = {
  none: (cell) => [cell],
  list: (cell) => listIn(cell) ?? [cell],
  line: (cell) => cell.split(/\r\n|\r|\n/),
  bar: (cell) => cell.split('|'),
  semicolon: (cell) => cell.split(';'),
  comma: (cell) => cell.split(','),
  'comma-space': (cell) => cell.split(', '),
  // “bus, coach,car” is two tags: what joins them has no blank after it.
  'tight-comma': (cell) => cell.split(/,(?! )/),
  space: (cell) => cell.split(/[ \t\u3000]/),
}

/** The tags of a cell, without the blanks around them; none for an empty one. */
export function tagsIn(cell: string, separator: Separator): string[] {
  return cutters[separator](cell)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
}

/** Two ways to read the cells, of which none is clearly the better. */
export class UnclearSeparator {
  readonly separators: [Separator, Separator]
  /** A cell that the two read differently. */
  readonly cell: string

  constructor(separators: [Separator, Separator], cell: string) {
    this.separators = separators
    this.cell = cell
  }
}

/** Others than lists, the likeliest first where all else is equal. */
const candidates: readonly Separator[] = [
  ...(['none', 'line', 'bar', 'semicolon', 'tight-comma', 'comma-space', 'comma', 'space'] as const),
]
/** A description that is longer by so much is not as good; where one of the two cuts at blanks, which names have, too. */
const [clearlyLonger, longerThanBlanks] = [1.04, 1.1]
/** In bits, of a character of a name. */
const perCharacter = 4

/**
 * What separates the tags in these cells: that which makes labels repeat. Measured as the length of the shortest description: the names
 * of all labels once, and then for each cell which of them it has. Cutting what never occurs apart makes it longer, and so does
 * keeping together what does.
 * @param isLong an image has several rows: then each has one label
 * @param noBlanks names are known to hold nothing that separates
 * @param isOne the column’s name is about one label
 */
export function separatorOf(
  cells: readonly string[],
  isLong: boolean,
  { noBlanks = false, isOne = false }: { noBlanks?: boolean; isOne?: boolean } = {},
): Separator | UnclearSeparator {
  const filled = cells.map((cell) => cell.trim()).filter((cell) => cell !== '')
  const lists = filled.filter((cell) => listIn(cell) !== undefined).length
  if (lists > 0 && lists >= filled.length * 0.9) return 'list'
  const lengths = new Map<Separator, number>()
  let before: string | undefined
  const someCut = noBlanks && candidates.some((one) => filled.some((cell) => tagsIn(cell, one).length > 1))
  for (const separator of candidates) {
    if (separator === 'none' && someCut) continue
    const tags = filled.map((cell) => tagsIn(cell, separator))
    // Of two that cut alike, the first.
    const told = JSON.stringify(tags)
    if (separator !== 'none' && tags.every((one) => one.length === 1)) continue
    if (told === before) continue
    before = told
    lengths.set(separator, descriptionLength(tags, separator))
  }
  const [best, second] = [...lengths].sort((a, b) => a[1] - b[1])
  if (best === undefined) return 'none'
  if (someCut) return best[0]
  // In a table with a row for each label, names of several words are the rule.
  if (isLong && best[0] !== 'none' && best[1] > (lengths.get('none') ?? 0) * 0.6) return 'none'
  if (isOne && best[0] === 'none' && second?.[0] === 'space') return 'none'
  const commas = best[0].endsWith('comma') && second?.[0].endsWith('comma')
  const clearly = commas ? 1.005 : best[0] === 'space' || second?.[0] === 'space' ? longerThanBlanks : clearlyLonger
  if (isLong || second === undefined || second[1] > best[1] * clearly) return best[0]
  const differs = (cell: string) => tagsIn(cell, best[0]).join('\0') !== tagsIn(cell, second[0]).join('\0')
  return new UnclearSeparator([best[0], second[0]], filled.find(differs) ?? filled[0])
}

/** In bits. */
function descriptionLength(cells: readonly string[][], separator: Separator): number {
  const counts = new Map<string, number>()
  let tokens = 0
  for (const tags of cells) {
    for (const tag of tags) {
      counts.set(tag, (counts.get(tag) ?? 0) + 1)
      tokens++
    }
  }
  let bits = 0
  for (const [name, count] of counts) {
    bits +=
      (name.length + 1) * perCharacter + unlikely(name, separator) + count * Math.log2((tokens + cells.length) / count)
  }
  // Where each cell ends.
  return bits + cells.length * Math.log2((tokens + cells.length) / cells.length)
}

/** In bits: names hardly ever hold what separates lists. */
function unlikely(name: string, separator: Separator): number {
  if (/[|\r\n]/.test(name)) return 40
  if (name.includes(';')) return 30
  if (/,(?! )/.test(name)) return 20
  // Where commas without a blank are what joins tags, one with a blank is part of a name.
  return name.includes(',') && separator !== 'tight-comma' ? 6 : 0
}
