import { Connection } from './database.ts'
import { migrate } from './migrations/index.ts'

/** By its name, what makes each table, index, trigger and view. */
type Schema = ReadonlyMap<string, string>

let own: Schema | undefined

/**
 * Whether the file is laid out as the migrations lay it out, and holds nothing that acts by itself. A file may come from a stranger:
 * triggers, and tables without their checks, are none of ours.
 */
export function hasOwnSchema(connection: Connection): boolean {
  own ??= freshSchema()
  const found = schemaOf(connection)
  return found.size === own.size && [...own].every(([name, sql]) => found.get(name) === sql)
}

function freshSchema(): Schema {
  const connection = new Connection(':memory:')
  try {
    migrate(connection)
    return schemaOf(connection)
  } finally {
    connection.close()
  }
}

function schemaOf(connection: Connection): Schema {
  const rows = connection.tuples<[string, string | null]>('SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL')
  return new Map(
    rows.flatMap(([name, sql]) => (name.startsWith('sqlite_') ? [] : [[name, (sql ?? '').replace(/\s+/g, ' ')]])),
  )
}
