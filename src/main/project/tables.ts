import { State } from '../domain/state.ts'
/**
 * The valid values of each column of each table, beyond what SQLite enforces. A file may come from a stranger, or hold damaged values
 * in a sound database: every value is checked where it is read (`soundRow`), and whole tables are checked in SQL when a file is opened
 * (`damage.ts`), by the same rules. They aren't zod's, since both checks derive from one rule, and a row must cost no more than a few
 * comparisons: exports read millions.
 */
export interface Column {
  isSound: (value: unknown) => boolean
  /** An SQL condition that is true for invalid values. */
  broken: (column: string) => string
  /** The replacement, in SQL; left out if there is none. */
  mend?: string
}

export type TableName = keyof typeof tables

/** The range of a JavaScript date, in milliseconds since 1970. */
const farthest = 8.64e15
const longestText = 10_000_000

interface Options {
  nullable?: boolean
  mend?: string
}

function integer(least: number, most: number, { nullable = false, mend }: Options = {}): Column {
  return {
    isSound: (value) =>
      (nullable && value === null) ||
      (Number.isInteger(value) && (value as number) >= least && (value as number) <= most),
    broken: (column) =>
      withNull(nullable, column, `typeof(${column}) <> 'integer' OR ${column} NOT BETWEEN ${least} AND ${most}`),
    mend,
  }
}

function text(least: number, most = longestText, { nullable = false, mend }: Options = {}): Column {
  return {
    isSound: (value) =>
      (nullable && value === null) ||
      (typeof value === 'string' && value.length >= least && value.length <= most && !value.includes('\0')),
    // In bytes, which are never fewer than characters: SQLite counts characters only up to the first NUL.
    broken: (column) =>
      withNull(
        nullable,
        column,
        `typeof(${column}) <> 'text' OR octet_length(${column}) NOT BETWEEN ${least} AND ${most * 3} OR instr(${column}, char(0)) > 0`,
      ),
    mend,
  }
}

function oneOf(values: readonly (string | number)[]): Column {
  const list = values.map((value) => (typeof value === 'string' ? `'${value}'` : value)).join(', ')
  return {
    isSound: (value) => values.includes(value as string),
    broken: (column) => withNull(false, column, `${column} NOT IN (${list})`),
  }
}

function fraction(): Column {
  return {
    isSound: (value) => value === null || (typeof value === 'number' && value >= 0 && value <= 1),
    broken: (column) =>
      withNull(true, column, `typeof(${column}) NOT IN ('real', 'integer') OR ${column} NOT BETWEEN 0 AND 1`),
    mend: 'NULL',
  }
}

/** JSON. @param ofIds a list of distinct ids, at most this many */
function json({ ofIds, mend }: { ofIds?: number; mend?: string } = {}): Column {
  const isListOfIds = (value: unknown): boolean =>
    Array.isArray(value) &&
    value.length <= ofIds! &&
    value.every((id) => Number.isInteger(id) && id > 0 && id <= mostImages) &&
    new Set(value).size === value.length
  return {
    isSound: (value) => {
      if (typeof value !== 'string') return false
      try {
        const parsed: unknown = JSON.parse(value)
        return ofIds === undefined || isListOfIds(parsed)
      } catch {
        return false
      }
    },
    broken: (column) =>
      `CASE WHEN typeof(${column}) <> 'text' OR NOT json_valid(${column}) THEN 1${
        ofIds === undefined
          ? ' ELSE 0'
          : ` WHEN json_type(${column}) <> 'array' OR json_array_length(${column}) > ${ofIds} THEN 1
              ELSE EXISTS (SELECT 1 FROM json_each(${column}) WHERE type <> 'integer' OR value NOT BETWEEN 1 AND ${mostImages})
                OR (SELECT count(*) - count(DISTINCT value) FROM json_each(${column})) > 0`
      } END`,
    mend,
  }
}

function withNull(nullable: boolean, column: string, condition: string): string {
  return nullable ? `(${column} IS NOT NULL AND (${condition}))` : `(${column} IS NULL OR ${condition})`
}

/** Ids are assigned consecutively, and tables in memory are as long as the largest. A pair must fit into one number. */
const mostImages = 2 ** 26
const mostLabels = 2 ** 20
const mostRows = Number.MAX_SAFE_INTEGER

const rowId = integer(1, mostRows)
const time = integer(-farthest, farthest, { mend: 'CAST(unixepoch() * 1000 AS INTEGER)' })
const count = integer(0, mostRows, { mend: '0' })
const uid = text(1, 1000)
const flag = integer(0, 1)
const annotator = text(0, 100_000, { nullable: true, mend: 'NULL' })
const colour: Column = {
  isSound: (value) => typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value),
  broken: (column) =>
    withNull(false, column, `lower(${column}) NOT GLOB '#[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]'`),
  mend: "'#808080'",
}
const said = { state: oneOf([State.present, State.absent]), source: oneOf([1, 2, 3]), decided_at: time, annotator }

const pair = { image_id: integer(1, mostImages), label_id: integer(1, mostLabels) }

/** The known and the unknown side of a change. */
function changed(side: 'old' | 'new'): Record<string, Column> {
  return {
    [`${side}_state`]: integer(-1, 1, { nullable: true }),
    [`${side}_source`]: integer(1, 3, { nullable: true }),
    [`${side}_decided_at`]: integer(-farthest, farthest, { nullable: true, mend: time.mend }),
    [`${side}_score`]: fraction(),
    [`${side}_annotator`]: annotator,
  }
}

export const tables = {
  project: {
    uuid: uid,
    created_at: time,
    images_root: text(1, 100_000),
    images_root_relative: text(0, 100_000, { nullable: true, mend: 'NULL' }),
  },
  setting: { key: text(1, 1000), value: json() },
  label: {
    ...{ id: integer(1, mostLabels), uid, name: text(1, 1000), name_key: text(1, 10_000) },
    position: integer(-mostRows, mostRows, { mend: 'id' }),
    colour,
    key: text(1, 40, { nullable: true, mend: 'NULL' }),
    description: text(0),
    parent_id: integer(1, mostLabels, { nullable: true, mend: 'NULL' }),
    group_name: text(0, 1000, { mend: "''" }),
    ...{ exclusive: flag, removed: flag, present_count: count, absent_count: count },
    examples: json({ ofIds: 1000, mend: "'[]'" }),
  },
  model: {
    ...{ id: integer(1, 2 ** 31 - 1), uid, created_at: time, kind: text(0, 1000), backbone: text(0, 100_000) },
    seed: integer(0, 2 ** 32 - 1, { nullable: true, mend: 'NULL' }),
    device: text(0, 1000, { nullable: true, mend: 'NULL' }),
    metrics: json({ mend: "'{}'" }),
    label_ids: json({ ofIds: mostLabels, mend: "'[]'" }),
    file: text(1, 1000, { nullable: true, mend: 'NULL' }),
    is_current: flag,
  },
  action: {
    ...{ id: integer(1, 2 ** 31 - 1), kind: oneOf(['do', 'undo', 'redo']), title: text(0), at: time },
    ...{ state_changes: count, label_changes: count },
  },
  label_change: { id: rowId },
  image: {
    ...{ id: integer(1, mostImages), uid, path: text(1, 100_000) },
    width: integer(0, 2 ** 31 - 1, { mend: '0' }),
    height: integer(0, 2 ** 31 - 1, { mend: '0' }),
    orientation: integer(1, 8, { mend: '1' }),
    byte_size: count,
    mtime_ms: integer(-farthest, farthest, { mend: '0' }),
    sha256: text(64, 64, { nullable: true, mend: 'NULL' }),
    status: oneOf(['ok', 'missing', 'broken']),
    problem_code: text(0, 1000, { nullable: true, mend: 'NULL' }),
    problem: text(0, 100_000, { nullable: true, mend: 'NULL' }),
    ...{ added_at: time, present_count: count, absent_count: count },
  },
  label_state: { ...pair, ...said, score: fraction() },
  state_change: { ...pair, ...changed('old'), ...changed('new') },
  statement: { ...pair, ...said, origin: text(0, 100_000) },
} satisfies Record<string, Record<string, Column>>

/** The first invalid column of a row. Columns that weren't read are skipped. */
export function unsoundColumn(table: TableName, row: object): string | undefined {
  for (const [name, value] of Object.entries(row)) {
    const column = (tables[table] as Record<string, Column>)[name]
    if (column && !column.isSound(value)) return name
  }
  return undefined
}
