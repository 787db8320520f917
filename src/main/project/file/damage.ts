import type { Connection } from '../database.ts'
import { hasOwnSchema } from '../schema.ts'
import { type Column, type TableName, tables } from '../tables.ts'

/** Something wrong with the content of a project file that SQLite can read. */
export interface Damage {
  /** Where, in a few words: 'label 3: examples'. */
  where: string
  /** Replaces it with something harmless; undefined if nothing can. */
  mend: string | undefined
}

/** Columns by which people can find the row. */
const names: Partial<Record<TableName, string>> = {
  setting: 'key',
  label_state: "'of image ' || image_id || ' and label ' || label_id",
  project: "''",
  state_change: "'of action ' || action_id || ', image ' || image_id",
  statement: "'of image ' || image_id || ' and label ' || label_id",
}

/** Tables that grow with images × labels: opening a large file doesn't read through them. */
const long = new Set<TableName>(['image', 'label_state', 'state_change', 'statement'])

const columnsOf = (table: TableName): [string, Column][] => Object.entries(tables[table])

function inTable(table: TableName): string {
  const columns = columnsOf(table)
  const cases = columns.map(([name, { broken }]) => `WHEN ${broken(name)} THEN '${name}'`).join(' ')
  return `SELECT ${names[table] ?? 'id'} AS name, CASE ${cases} END AS broken FROM ${table} WHERE broken IS NOT NULL`
}

const livingCounts = `SELECT image_id, sum(state = 1) AS present, sum(state = -1) AS absent
  FROM label_state WHERE label_id IN (SELECT id FROM label WHERE removed = 0) GROUP BY image_id`

/** Invariants between rows. `find` selects the violations. */
const between: { find: string; where: string; mend?: string; isLong?: boolean }[] = [
  { where: 'number of projects', find: 'SELECT count(*) FROM project HAVING count(*) <> 1' },
  {
    where: 'the ids of images: up to',
    find: `SELECT max(id) FROM image HAVING max(id) > ${2 ** 26} OR min(id) < 1`,
  },
  {
    where: 'a label that is above itself',
    find: `WITH RECURSIVE up (start, at) AS (
        SELECT id, parent_id FROM label WHERE parent_id IS NOT NULL
        UNION SELECT start, parent_id FROM up JOIN label ON label.id = at WHERE parent_id IS NOT NULL
      ) SELECT start FROM up WHERE at = start`,
    mend: `UPDATE label SET parent_id = NULL WHERE id IN (WITH RECURSIVE up (start, at) AS (
        SELECT id, parent_id FROM label WHERE parent_id IS NOT NULL
        UNION SELECT start, parent_id FROM up JOIN label ON label.id = at WHERE parent_id IS NOT NULL
      ) SELECT start FROM up WHERE at = start)`,
  },
  {
    where: 'the order of the history at action',
    find: `SELECT id FROM action WHERE before_id >= id OR target_id >= id
      OR (target_id IS NULL) <> (kind = 'do') OR (kind <> 'do' AND before_id IS NOT NULL)
      OR EXISTS (SELECT 1 FROM action AS other WHERE other.id IN (action.target_id, action.before_id) AND other.kind <> 'do')`,
  },
  {
    where: 'label_change',
    find: `SELECT id FROM label_change WHERE ${['old_value', 'new_value'].map(fieldBroken).join(' OR ')}`,
  },
  {
    where: 'state_change of action',
    isLong: true,
    find: `SELECT action_id FROM state_change WHERE ${['old', 'new']
      .map(
        (side) =>
          `(${side}_state IS NOT NULL AND (${side}_state = 0 OR ${side}_source IS NULL OR ${side}_decided_at IS NULL))`,
      )
      .join(' OR ')}`,
  },
  {
    where: 'the counts of label',
    isLong: true,
    find: `SELECT id FROM label WHERE present_count <> (SELECT count(*) FROM label_state WHERE label_id = id AND state = 1)
      OR absent_count <> (SELECT count(*) FROM label_state WHERE label_id = id AND state = -1)`,
    mend: `UPDATE label SET present_count = (SELECT count(*) FROM label_state WHERE label_id = id AND state = 1),
      absent_count = (SELECT count(*) FROM label_state WHERE label_id = id AND state = -1)`,
  },
  {
    where: 'the counts of image',
    isLong: true,
    find: `SELECT image.id FROM image LEFT JOIN (${livingCounts}) ON image_id = image.id
      WHERE present_count <> coalesce(present, 0) OR absent_count <> coalesce(absent, 0)`,
    mend: `UPDATE image SET (present_count, absent_count) = (SELECT coalesce(sum(state = 1), 0), coalesce(sum(state = -1), 0)
      FROM label_state WHERE image_id = image.id AND label_id IN (SELECT id FROM label WHERE removed = 0))`,
  },
]

function fieldBroken(column: string): string {
  // The library writes every number as a float, and this column has no type that would convert it.
  const value = `iif(typeof(${column}) = 'real' AND ${column} = CAST(${column} AS INTEGER), CAST(${column} AS INTEGER), ${column})`
  const fields = columnsOf('label').map(([name, { broken }]) => `WHEN '${name}' THEN ${broken(value)}`)
  return `CASE field ${fields.join(' ')} ELSE 0 END`
}

/**
 * What keeps a file from being opened: foreign tables, pages that SQLite can't read, references to missing rows, and what
 * `findDamage` finds.
 * @param whole false for large files, which aren't read from end to end
 */
export function faultOf(db: Connection, { whole }: { whole: boolean }): { where?: string } | undefined {
  if (!hasOwnSchema(db)) return { where: 'its tables aren’t Surmise’s' }
  if (whole && db.pragma('quick_check(1)') !== 'ok') return {}
  // Null: nothing found.
  if (whole && db.pragma('foreign_key_check') != null) return { where: 'a row refers to a missing one' }
  return findDamage(db, { whole })
}

/**
 * The first problem, by the rules of `tables.ts` and the invariants between rows.
 * @param whole whether to check the tables that may be very long, too
 */
export function findDamage(db: Connection, { whole }: { whole: boolean }): Damage | undefined {
  for (const table of Object.keys(tables) as TableName[]) {
    if (long.has(table) && !whole) continue
    const found = db.tuple<[string | number, string]>(`${inTable(table)} LIMIT 1`)
    if (found) return damagedColumn(table, ...found)
  }
  for (const { find, where, mend, isLong } of between) {
    if (isLong && !whole) continue
    const found = db.value<number>(`${find} LIMIT 1`)
    if (found !== undefined) return { where: `${where} ${found}`, mend }
  }
  return undefined
}

function damagedColumn(table: TableName, name: string | number, column: string): Damage {
  const { broken, mend } = (tables[table] as Record<string, Column>)[column]
  const where = `${table} ${name}: ${column}`
  // A missing setting has its default.
  if (table === 'setting') return { where, mend: `DELETE FROM setting WHERE ${broken(column)}` }
  return { where, mend: mend && `UPDATE ${table} SET ${column} = ${mend} WHERE ${broken(column)}` }
}
