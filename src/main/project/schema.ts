import { Connection, type ReadableDatabase } from './database.ts'
import { migrate, migrations, newestVersion } from './migrations/index.ts'

/** The SQL of each table, index, trigger and view, by name. */
type Schema = ReadonlyMap<string, string>

const fresh = new Map<number, Schema>()

/**
 * Whether the schema is exactly what the migrations create, without anything that acts by itself. A file may come from a stranger:
 * triggers, and tables without their checks, aren't ours.
 * @param version of the format
 */
export function hasOwnSchema(connection: ReadableDatabase, version = newestVersion): boolean {
  const own = fresh.get(version) ?? freshSchema(version)
  fresh.set(version, own)
  const found = schemaOf(connection)
  return found.size === own.size && [...own].every(([name, sql]) => found.get(name) === sql)
}

/** Missing indexes, as SQL, and foreign objects that act by themselves. */
export function strayParts(connection: ReadableDatabase): { missing: string[]; added: string[] } {
  const own = fresh.get(newestVersion) ?? freshSchema(newestVersion)
  const found = schemaOf(connection)
  const missing = [...own].filter(([name, sql]) => !found.has(name) && /^CREATE (UNIQUE )?INDEX /.test(sql))
  const added = [...found].flatMap(([name, sql]) => {
    const type = /^CREATE (TRIGGER|VIEW|INDEX|UNIQUE INDEX) /i.exec(sql)?.[1].replace(/^UNIQUE /i, '')
    return own.has(name) || !type ? [] : [`DROP ${type} "${name.replaceAll('"', '""')}"`]
  })
  return { missing: missing.map(([, sql]) => sql), added }
}

function freshSchema(version: number): Schema {
  const connection = new Connection(':memory:')
  try {
    migrate(connection, migrations.slice(0, version))
    return schemaOf(connection)
  } finally {
    connection.close()
  }
}

function schemaOf(connection: ReadableDatabase): Schema {
  const rows = connection.tuples<[string, string | null]>('SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL')
  return new Map(
    rows.flatMap(([name, sql]) => (name.startsWith('sqlite_') ? [] : [[name, (sql ?? '').replace(/\s+/g, ' ')]])),
  )
}
