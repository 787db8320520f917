import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import type { RandomState } from '../../src/main/base/random.ts'

/** A change that leaves the file well formed, and says something odd in it: what only broken bytes never reach. */
export type Restructure = (bytes: Buffer, random: RandomState) => Buffer

const nested = (depth: number): unknown => (depth === 0 ? 0 : { a: [nested(depth - 1)] })
const oddValues: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1, 2, 1.5, -0, 1e300, 2 ** 53, 2 ** 32, -(2 ** 31), Number.MIN_VALUE],
  ...[
    '',
    ' ',
    '0',
    '1',
    'dog',
    'a.jpg',
    'sub/b.jpg',
    '__proto__',
    'constructor',
    '../../x',
    '/etc/passwd',
    '\0',
    '\ud800',
    '\u202e',
  ],
  ...['x'.repeat(5000), '1e999', 'NaN', 'present', 'absent', '9007199254740993', '2024-13-45T99:99:99Z', '=1+1'],
  ...[
    [],
    {},
    [[]],
    [null],
    [{}],
    [1, 'a', null],
    { id: 1 },
    { name: 'dog' },
    nested(40),
    Array(2000).fill(1),
    Array(300).fill({ id: 1 }),
  ],
]
const oddKeys = [
  '__proto__',
  'constructor',
  'id',
  'name',
  '',
  'image_id',
  'file_name',
  'labels',
  'hasOwnProperty',
  '0',
  'length',
]

const below = (random: RandomState, limit: number): number => Math.floor(random.random() * limit)
const one = <T>(random: RandomState, list: readonly T[]): T => list[below(random, list.length)]

/** One of one's own: it may be changed further. */
const oddValue = (random: RandomState): unknown => structuredClone(one(random, oddValues))

type Holder = Record<string, unknown>

/** Everything in it that holds something, once, with its keys. */
function holders(value: unknown, found: Holder[] = []): Holder[] {
  if (typeof value !== 'object' || value === null || found.length > 500) return found
  found.push(value as Holder)
  for (const inner of Object.values(value)) holders(inner, found)
  return found
}

function changeHolder(holder: Holder, all: readonly Holder[], extra: string[], random: RandomState): void {
  if (Array.isArray(holder) && (holder.length === 0 || below(random, 4) === 0)) {
    holder.push(oddValue(random))
    return
  }
  const key = one(random, Object.keys(holder).length > 0 ? Object.keys(holder) : oddKeys)
  switch (below(random, 7)) {
    case 0:
      delete holder[key]
      break
    case 1:
      if (Array.isArray(holder)) holder.splice(Number(key), 1)
      else
        Object.defineProperty(holder, one(random, oddKeys), {
          value: oddValue(random),
          enumerable: true,
          configurable: true,
          writable: true,
        })
      break
    case 2:
      holder[key] = structuredClone(one(random, all))
      break
    case 3:
      if (Array.isArray(holder)) holder.push(...structuredClone(holder.slice(0, 3)))
      else holder[key] = [holder[key]]
      break
    case 4:
      // The same key twice: JSON.stringify can't write that.
      extra.push(`,${JSON.stringify(key)}:${JSON.stringify(oddValue(random))}`)
      break
    default:
      holder[key] = oddValue(random)
  }
}

export const jsonChanged: Restructure = (bytes, random) => {
  let top: unknown
  try {
    top = JSON.parse(bytes.toString())
  } catch {
    return bytes
  }
  const extra: string[] = []
  for (let times = 1 + below(random, 4); times > 0; times--) {
    const all = holders(top)
    if (all.length === 0) return Buffer.from(JSON.stringify(oddValue(random)))
    try {
      changeHolder(one(random, all), all, extra, random)
    } catch {
      // Something whose prototype became a list by an earlier change.
    }
  }
  const text = JSON.stringify(top) ?? 'null'
  return Buffer.from(extra.length > 0 && text.endsWith('}') ? `${text.slice(0, -1)}${extra.join('')}}` : text)
}

/** A database that is sound, and holds what its program would never have written. */
export const databaseChanged: Restructure = (bytes, random) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-sql-'))
  const file = path.join(folder, 'x.db')
  try {
    writeFileSync(file, bytes)
    const db = new Database(file)
    try {
      db.unsafeMode(true)
      for (const text of [
        'ignore_check_constraints = ON',
        'foreign_keys = OFF',
        'writable_schema = ON',
        'journal_mode = DELETE',
      ])
        db.pragma(text)
      for (let times = 1 + below(random, 3); times > 0; times--) changeRow(db, random)
    } finally {
      db.close()
    }
    return readFileSync(file)
  } catch {
    // What broken bytes have made of it can't be opened.
    return bytes
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const oddCells: readonly (string | number | null | Buffer)[] = [
  ...[
    null,
    0,
    -1,
    1,
    2,
    99,
    1e18,
    -1e18,
    0.5,
    '',
    'x',
    '../../etc/passwd',
    '[',
    '{}',
    '[1,2]',
    '{"__proto__":1}',
    '"x"',
    'NaN',
    '\0',
  ],
  ...[
    'x'.repeat(64),
    'f'.repeat(64),
    'ok',
    'human',
    'do',
    'undo',
    '😀',
    '[99,98]',
    '[[[[',
    'x'.repeat(100_000),
    Buffer.from([0xff, 0xfe]),
  ],
]

function changeRow(db: Database.Database, random: RandomState): void {
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[]
  const table = one(random, tables)
  const columns = db.pragma(`table_info(${JSON.stringify(table)})`) as { name: string }[]
  const column = one(random, columns).name
  const value = one(random, oddCells)
  try {
    switch (below(random, 6)) {
      case 0:
        db.exec(`DELETE FROM "${table}" WHERE abs(random()) % 3 = 0`)
        break
      case 1:
        db.exec(`DROP TABLE "${table}"`)
        break
      case 2:
        db.exec(`INSERT OR REPLACE INTO "${table}" SELECT * FROM "${table}" LIMIT 1`)
        break
      case 3:
        db.exec(`CREATE TRIGGER odd AFTER INSERT ON "${table}" BEGIN DELETE FROM image; END`)
        break
      default:
        db.prepare(`UPDATE "${table}" SET "${column}" = ? WHERE abs(random()) % 2 = 0`).run(value)
    }
  } catch {
    // STRICT and UNIQUE hold even here.
  }
}
