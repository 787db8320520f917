import { copyFileSync } from 'node:fs'
import Database from 'better-sqlite3'

/** One way to damage what stands in a sound database file. */
export interface Mutation {
  name: string
  apply: (db: Database.Database) => void
}

const huge = 'x'.repeat(300_000)
const values: [name: string, value: string][] = [
  ['NULL', 'NULL'],
  ['empty', "''"],
  ['text', "'x'"],
  ['object', "'{}'"],
  ['list', "'[]'"],
  ['list of lists', "'[[1],[2]]'"],
  ['half of a list', "'[1'"],
  ['list of texts', `'["1", null, -1, 1.5, 1e400]'`],
  ['null of JSON', "'null'"],
  ['number of JSON', "'1e400'"],
  ['deep', `'${'['.repeat(900)}${']'.repeat(900)}'`],
  ['very long', `'${huge}'`],
  ['with a zero', `'a' || char(0) || 'b'`],
  ['control characters', `char(27) || '[2J' || char(10) || char(8238)`],
  ['path upwards', "'../../../../etc/passwd'"],
  ['0', '0'],
  ['-1', '-1'],
  ['1', '1'],
  ['2', '2'],
  ['9e15', '9000000000000000'],
  ['-9e15', '-9000000000000000'],
  ['2^62', '4611686018427387904'],
  ['2^31', '2147483648'],
  ['3e9', '3000000000'],
  ['1.5', '1.5'],
  ['infinite', '9e999'],
  ['bytes', "x'00ff80'"],
  ['broken UTF-8', "CAST(x'c3282f80ff' AS TEXT)"],
]

/** Every column of every table, with every value, in one row and in all; and what is wrong with the file as a whole. */
export function mutationsOf(file: string): Mutation[] {
  const db = new Database(file, { readonly: true })
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[]
  const columns = tables.flatMap((table) =>
    (db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table) as string[]).map((column) => ({
      table,
      column,
    })),
  )
  const others = db
    .prepare("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND sql IS NOT NULL")
    .all() as { type: string; name: string }[]
  db.close()
  return [
    ...columns.flatMap(({ table, column }) =>
      values.flatMap(([name, value]) =>
        [' in one', ' in all'].map((where, all) => ({
          name: `${table}.${column} = ${name}${where}`,
          apply: (to: Database.Database) => write(to, table, column, value, all === 1),
        })),
      ),
    ),
    // What is named and not there; what is there and named twice.
    ...tables.flatMap((table) => [
      sql(`${table} is empty`, `DELETE FROM ${table}`),
      sql(`half of ${table} is gone`, `DELETE FROM ${table} WHERE abs(random()) % 2 = 0`),
    ]),
    ...[-1, 0, 1, 2, 4, 99, 2 ** 31 - 1].map((n) => sql(`user_version = ${n}`, `PRAGMA user_version = ${n}`)),
    ...[-1, 0, 1].map((n) => sql(`application_id = ${n}`, `PRAGMA application_id = ${n}`)),
    ...others.map(({ type, name }) => sql(`without ${type} ${name}`, `DROP ${type} ${name}`)),
    sql('another table', 'CREATE TABLE another (a)'),
    sql('a trigger', 'CREATE TRIGGER t AFTER INSERT ON action BEGIN DELETE FROM label; END'),
    sql('a view', 'CREATE VIEW v AS SELECT * FROM label'),
    sql('another column', 'ALTER TABLE label ADD COLUMN more TEXT'),
    sql('a circle of labels', 'UPDATE label SET parent_id = 1 + id % (SELECT count(*) FROM label)'),
    sql('a circle of actions', 'UPDATE action SET before_id = id WHERE before_id IS NOT NULL'),
    sql('a circle of two actions', 'UPDATE action SET before_id = id + 1 WHERE before_id IS NOT NULL'),
    sql('undone twice', "UPDATE action SET target_id = (SELECT min(id) FROM action) WHERE kind <> 'do'"),
    sql('labels of one name', "UPDATE label_change SET old_value = 'dog', new_value = 'dog' WHERE field = 'name'"),
    sql('counts of labels', 'UPDATE label SET present_count = 0, absent_count = 0'),
    sql('counts of images', 'UPDATE image SET present_count = 0, absent_count = 0'),
    sql('counts too large', 'UPDATE image SET present_count = 1000'),
    sql('a far image', 'UPDATE image SET id = 2000000000 WHERE id = (SELECT max(id) FROM image)'),
    sql('a far label', 'UPDATE label SET id = 2000000000 WHERE id = (SELECT max(id) FROM label)'),
    ...['name', 'backbone', 'annotator', 'device', 'seed', 'filters', 'backboneTrials'].flatMap((key) =>
      [
        '{}',
        '[]',
        '"x"',
        '""',
        '-1',
        '1e300',
        'null',
        '[{}]',
        '[1]',
        '{"name":1}',
        JSON.stringify(huge),
        '[{"name":"f","filter":{"labels":[{"labelId":99,"is":"present"}],"text":7},"sort":{}}]',
      ].map((value) => ({
        name: `setting ${key} = ${value.slice(0, 20)}`,
        apply: (to: Database.Database) =>
          void to.prepare('INSERT OR REPLACE INTO setting VALUES (?, ?)').run(key, value),
      })),
    ),
  ]
}

function sql(name: string, text: string): Mutation {
  return { name, apply: (db) => void db.exec(text) }
}

/** Tables forget for a moment that they are strict. What an index forbids stays as it is. */
function write(db: Database.Database, table: string, column: string, value: string, all: boolean): void {
  db.unsafeMode()
  const { sql: strict } = db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').get(table) as { sql: string }
  const loose = strict
    .replace(/\) STRICT, /, ') ')
    .replace(/\) STRICT$/, ')')
    .replaceAll('NOT NULL', '        ')
  db.pragma('writable_schema = ON')
  const rewrite = (text: string) => {
    db.prepare('UPDATE sqlite_schema SET sql = ? WHERE name = ?').run(text, table)
    db.pragma('writable_schema = RESET')
    db.pragma('writable_schema = ON')
  }
  rewrite(loose)
  const some = all ? '' : ` WHERE ${column} = (SELECT max(${column}) FROM ${table})`
  try {
    db.exec(`UPDATE OR IGNORE ${table} SET ${column} = ${value}${some}`)
  } catch {
    // A key, or what an expression makes of it.
  }
  rewrite(strict)
  db.pragma('writable_schema = OFF')
}

/** @param large more than what is looked through at opening: what is wrong is met where it is read */
export function damaged(from: string, to: string, mutation: Mutation, large: boolean): void {
  copyFileSync(from, to)
  const db = new Database(to)
  try {
    db.pragma('journal_mode = DELETE')
    db.pragma('foreign_keys = OFF')
    db.pragma('ignore_check_constraints = ON')
    mutation.apply(db)
    if (large) db.exec('CREATE TABLE filler AS SELECT zeroblob(17000000) AS filling; DROP TABLE filler')
  } finally {
    db.close()
  }
}
