import type { FlatTable } from './flatTable.ts'

/** What a column’s values are made of, as far as their lengths go. */
export type Layout =
  | { kind: 'null' }
  | { kind: 'fixed'; bits: number }
  | { kind: 'text'; isWide: boolean }
  | { kind: 'view' }
  | { kind: 'list'; isWide: boolean; child: Layout }
  | { kind: 'struct'; children: Layout[] }
  | { kind: 'repeated'; times: number; child: Layout }

export interface Schema {
  columns: Layout[]
  /** Of the dictionaries, by their ids. */
  dictionaries: Map<number, Layout>
}

const deepest = 40

/** @throws RangeError lengths that don’t fit; Error kinds of columns that aren’t read */
export function schemaOf(table: FlatTable): Schema {
  const dictionaries = new Map<number, Layout>()
  checkFacts(table, 2)
  return { columns: table.tables(1).map((field) => layoutOf(field, dictionaries, 0)), dictionaries }
}

/** Pairs of texts that Arrow keeps beside a schema, a column or a file. */
export function checkFacts(table: FlatTable, field: number): void {
  for (const pair of table.tables(field)) {
    pair.text(0)
    pair.text(1)
  }
}

function layoutOf(field: FlatTable, dictionaries: Map<number, Layout>, depth: number): Layout {
  if (depth > deepest) throw new RangeError('Its columns lie too deep in one another')
  field.text(0)
  checkFacts(field, 6)
  const children = field.tables(5).map((child) => layoutOf(child, dictionaries, depth + 1))
  const layout = valuesOf(field.byte(2), field.table(3), children)
  const dictionary = field.table(4)
  if (!dictionary) return layout
  dictionaries.set(dictionary.long(0), layout)
  return { kind: 'fixed', bits: dictionary.table(1)?.int(0) ?? 32 }
}

function valuesOf(kind: number, type: FlatTable | undefined, children: Layout[]): Layout {
  const fixed = (bits: number): Layout => {
    if (bits < 0) throw new RangeError('A value has fewer than no bits')
    return { kind: 'fixed', bits }
  }
  const only = (): Layout => {
    if (children.length !== 1) throw new RangeError('A list is of one kind of values')
    return children[0]
  }
  // The numbers of Arrow’s Schema.fbs.
  switch (kind) {
    case 1:
      return { kind: 'null' }
    case 2:
      return fixed(type?.int(0) ?? 0)
    case 3:
      return fixed([16, 32, 64][type?.short(0) ?? 0] ?? 64)
    case 4:
    case 5:
      return { kind: 'text', isWide: false }
    case 6:
      return fixed(1)
    case 7:
      // Ten to the power of it is computed.
      if (Math.abs(type?.int(1) ?? 0) > 100) throw new RangeError('A number has too many digits')
      return fixed(type?.int(2, 128) ?? 128)
    case 8:
      return fixed((type?.short(0, 1) ?? 1) === 0 ? 32 : 64)
    case 9:
      return fixed((type?.short(0, 1) ?? 1) < 2 ? 32 : 64)
    case 10:
      type?.text(1)
      return fixed(64)
    case 11:
      return fixed([32, 64, 128][type?.short(0) ?? 0] ?? 128)
    case 12:
      return { kind: 'list', isWide: false, child: only() }
    case 13:
      return { kind: 'struct', children }
    case 15:
      return fixed(8 * (type?.int(0) ?? 0))
    case 16: {
      const times = type?.int(0) ?? 0
      if (times < 0) throw new RangeError('A list has fewer than no values')
      return { kind: 'repeated', times, child: only() }
    }
    case 17:
      return { kind: 'list', isWide: false, child: only() }
    case 18:
      return fixed(64)
    case 19:
    case 20:
      return { kind: 'text', isWide: true }
    case 21:
      return { kind: 'list', isWide: true, child: only() }
    case 23:
    case 24:
      return { kind: 'view' }
    default:
      throw new Error('It has columns of a kind that isn’t read')
  }
}
