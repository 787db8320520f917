import { z } from 'zod'
import { type Known, State } from '../domain/state.ts'
import type { Connection, ReadableDatabase, Write } from './database.ts'

/** An annotation from another program, as it was when its marks were last imported. */
export interface Taken {
  /** Its project's number there, and its own. */
  key: string
  imageId: number
  annotator: string | null
  /** Milliseconds since 1970. */
  decidedAt: number
  /** The labels it mentions. */
  said: [labelId: number, state: Known][]
}

const schema = z.object({
  annotator: z.string().nullable(),
  decidedAt: z.number(),
  said: z.array(z.tuple([z.int(), z.literal([State.present, State.absent])])),
})

/**
 * Annotations that were imported as they were made, so that marks can be withdrawn when one is deleted: Label Studio then sends only its
 * number. They are rows of the settings, keyed by image and number, so that older versions can still open the project.
 */
export class TakenTable {
  readonly #db: ReadableDatabase
  readonly #write: Write

  constructor(db: ReadableDatabase, write: Write) {
    this.#db = db
    this.#write = write
  }

  find(key: string): Taken | undefined {
    const [row] = this.#rows(`key GLOB 'taken/*' AND substr(key, 7 + instr(substr(key, 7), '/')) = ?`, key)
    return row
  }

  ofImage(imageId: number): Taken[] {
    // '0' follows '/'.
    return this.#rows('key >= ? AND key < ?', `taken/${imageId}/`, `taken/${imageId}0`)
  }

  /** Adds or replaces one. */
  put({ key, imageId, annotator, decidedAt, said }: Taken): void {
    const value = JSON.stringify({ annotator, decidedAt, said })
    this.#write((db) => {
      remove(db, key)
      db.run('INSERT INTO setting (key, value) VALUES (?, ?)', `taken/${imageId}/${key}`, value)
    })
  }

  remove(keys: readonly string[]): void {
    if (keys.length === 0) return
    this.#write((db) => {
      for (const key of keys) remove(db, key)
    })
  }

  /** Skips rows that this version can't read. */
  #rows(condition: string, ...values: string[]): Taken[] {
    const rows = this.#db.tuples<[key: string, value: string]>(
      `SELECT key, value FROM setting WHERE ${condition} ORDER BY key`,
      ...values,
    )
    return rows.flatMap(([name, value]) => {
      const [, imageId, key] = /^taken\/(\d+)\/(.*)$/s.exec(name) ?? []
      const parsed = schema.safeParse(JSON.parse(value))
      return key !== undefined && parsed.success ? [{ key, imageId: Number(imageId), ...parsed.data }] : []
    })
  }
}

function remove(db: Connection, key: string): void {
  db.run(`DELETE FROM setting WHERE key GLOB 'taken/*' AND substr(key, 7 + instr(substr(key, 7), '/')) = ?`, key)
}
