import Database from 'better-sqlite3'
import { asProjectError, projectClosed } from './errors.ts'

export type Value = number | string | null

export interface ConnectionOptions {
  readOnly?: boolean
  /** Pages kept in memory; others are read again from the system’s cache. @default 16 */
  cacheMegabytes?: number
  /** How long to wait for a lock that another program holds. @default 5000 */
  busyMs?: number
}

export function sqliteVersion(): string {
  const db = new Database(':memory:')
  try {
    return db.prepare('SELECT sqlite_version()').pluck().get() as string
  } finally {
    db.close()
  }
}

/** Pages per step of a copy that blocks writers: a few milliseconds. */
const pagesAtOnce = 1000

type Statement = Database.Statement<Value[]>

/** A connection for reading. Its type offers no writing, and SQL that would write is refused. */
export interface ReadableDatabase {
  readonly path: string
  readonly open: boolean
  get<Row>(sql: string, ...values: Value[]): Row | undefined
  all<Row>(sql: string, ...values: Value[]): Row[]
  tuples<Row extends readonly Value[]>(sql: string, ...values: Value[]): Row[]
  tuple<Row extends readonly Value[]>(sql: string, ...values: Value[]): Row | undefined
  column<T extends Value>(sql: string, ...values: Value[]): T[]
  value<T extends Value>(sql: string, ...values: Value[]): T | undefined
}

/** Runs work in a transaction; only there does a table get a connection that can write. */
export type Write = (work: (db: Connection) => void) => void

/**
 * A connection to an SQLite file. Every statement of the program goes through here, so that failures are explained in one place.
 * Statements are prepared once and cached by their text.
 */
export class Connection implements ReadableDatabase {
  readonly path: string
  readonly #db: Database.Database
  readonly #rows = new Map<string, Statement>()
  readonly #tuples = new Map<string, Statement>()
  readonly #columns = new Map<string, Statement>()

  /** @param path an existing file; an empty one becomes a database @throws UserError, see `asProjectError` */
  constructor(path: string, options: ConnectionOptions = {}) {
    this.path = path
    try {
      this.#db = new Database(path, {
        readonly: options.readOnly ?? false,
        fileMustExist: true,
        timeout: options.busyMs ?? 5000,
      })
    } catch (error) {
      throw asProjectError(error, path)
    }
    try {
      this.pragma('foreign_keys = ON')
      this.pragma('cell_size_check = ON')
      // A file from a stranger may hold views and triggers: they must not call functions that could do harm.
      this.pragma('trusted_schema = OFF')
      this.pragma(`cache_size = ${-1024 * (options.cacheMegabytes ?? 16)}`)
      this.pragma('temp_store = MEMORY')
      // FULL: what is shown as saved survives a power cut.
      if (!options.readOnly) this.pragma('synchronous = FULL')
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  get open(): boolean {
    return this.#db.open
  }

  /** Runs a statement that returns no rows. */
  run(sql: string, ...values: Value[]): { changes: number; lastId: number } {
    try {
      const { changes, lastInsertRowid } = this.#prepared(this.#rows, sql).run(...values)
      return { changes, lastId: Number(lastInsertRowid) }
    } catch (error) {
      throw asProjectError(error, this.path)
    }
  }

  /** The first row. */
  get<Row>(sql: string, ...values: Value[]): Row | undefined {
    try {
      return this.#reading(this.#rows, sql).get(...values) as Row | undefined
    } catch (error) {
      throw asProjectError(error, this.path)
    }
  }

  all<Row>(sql: string, ...values: Value[]): Row[] {
    try {
      return this.#reading(this.#rows, sql).all(...values) as Row[]
    } catch (error) {
      throw asProjectError(error, this.path)
    }
  }

  /** Rows as arrays: the fastest form for many rows. */
  tuples<Row extends readonly Value[]>(sql: string, ...values: Value[]): Row[] {
    try {
      return this.#reading(this.#tuples, sql).all(...values) as unknown as Row[]
    } catch (error) {
      throw asProjectError(error, this.path)
    }
  }

  /** The first row as an array. */
  tuple<Row extends readonly Value[]>(sql: string, ...values: Value[]): Row | undefined {
    try {
      return this.#reading(this.#tuples, sql).get(...values) as unknown as Row | undefined
    } catch (error) {
      throw asProjectError(error, this.path)
    }
  }

  /** The first column of every row. */
  column<T extends Value>(sql: string, ...values: Value[]): T[] {
    try {
      return this.#reading(this.#columns, sql).all(...values) as T[]
    } catch (error) {
      throw asProjectError(error, this.path)
    }
  }

  /** The first column of the first row. */
  value<T extends Value>(sql: string, ...values: Value[]): T | undefined {
    try {
      return this.#reading(this.#columns, sql).get(...values) as T | undefined
    } catch (error) {
      throw asProjectError(error, this.path)
    }
  }

  /** Several statements without values, as in a migration. */
  script(sql: string): void {
    try {
      this.#db.exec(sql)
    } catch (error) {
      throw asProjectError(error, this.path)
    }
  }

  pragma(text: string): Value {
    try {
      return this.#db.pragma(text, { simple: true }) as Value
    } catch (error) {
      throw asProjectError(error, this.path)
    }
  }

  /** All or nothing. It takes the write lock at once, so that it can't fail half-way because of another writer. */
  transaction<T>(work: () => T): T {
    this.begin()
    try {
      const result = work()
      this.commit()
      return result
    } catch (error) {
      this.rollback()
      throw error
    }
  }

  begin(): void {
    this.run('BEGIN IMMEDIATE')
  }

  commit(): void {
    this.run('COMMIT')
  }

  /** Rolls back, unless SQLite has already done so by itself (as it does when the disk is full). */
  rollback(): void {
    if (this.#db.open && this.#db.inTransaction) this.run('ROLLBACK')
  }

  /**
   * Copies a consistent snapshot of the whole file to another. With a write-ahead log, writers aren't affected. Without one they would
   * have to wait, so it copies in steps, which a write starts over; after too many, it copies the rest at once.
   */
  async backupTo(file: string): Promise<void> {
    const atOnce = this.pragma('journal_mode') === 'wal'
    let steps = 0
    try {
      await this.#db.backup(file, {
        progress: ({ totalPages }) =>
          atOnce || ++steps > 4 * Math.ceil(totalPages / pagesAtOnce) + 4 ? totalPages + pagesAtOnce : pagesAtOnce,
      })
    } catch (error) {
      throw asProjectError(error, this.path)
    }
  }

  close(): void {
    for (const statements of [this.#rows, this.#tuples, this.#columns]) statements.clear()
    try {
      this.#db.close()
    } catch (error) {
      throw asProjectError(error, this.path)
    }
  }

  /** Readers can use these statements too, so SQL that writes is a bug here. */
  #reading(statements: Map<string, Statement>, sql: string): Statement {
    const statement = this.#prepared(statements, sql)
    if (!statement.readonly) throw new Error(`This writes, and was asked for as if it read: ${sql}`)
    return statement
  }

  #prepared(statements: Map<string, Statement>, sql: string): Statement {
    const known = statements.get(sql)
    if (known) return known
    if (!this.#db.open) throw projectClosed(this.path)
    const statement = this.#db.prepare<Value[]>(sql)
    if (statements === this.#tuples) statement.raw()
    if (statements === this.#columns) statement.pluck()
    statements.set(sql, statement)
    return statement
  }
}
