import { setImmediate } from 'node:timers/promises'
import type { StateDelta } from '../../domain/change.ts'
import type { DecisionColumns, Origin } from '../../domain/decision.ts'
import type { ReadableDatabase } from '../database.ts'
import { sourceOf } from './writer.ts'

type Row = readonly [
  imageId: number,
  labelId: number,
  state: number,
  source: number,
  at: number,
  modelId: number | null,
  annotator: string | null,
]

/** Target length of a slice of loading in milliseconds; the event loop never waits much longer. */
const aim = 5
/** If a change touches more images than this, everything is read again instead of image by image. */
const manyImages = 20_000
const imagesAtOnce = 500

const columns = 'image_id, label_id, state, source, decided_at, model_id, annotator'

/**
 * Who decided each known state, and when, in memory: no index in the file could answer that for millions of states fast enough. It
 * takes 16 bytes per known state, and follows every committed change.
 */
export class Decisions implements DecisionColumns {
  readonly #db: ReadableDatabase
  readonly #origins: Origin[] = []
  readonly #originOf = new Map<string, number>()
  /** By image id. */
  #starts = new Int32Array(0)
  #ends = new Int32Array(0)
  #signed = new Int32Array(1024)
  #originAt = new Int32Array(1024)
  #times = new Float64Array(1024)
  /** How many places are used. Images that were read again leave unused ones behind: `#inVain`. */
  #length = 0
  #inVain = 0
  /** Images up to this id have been read. While loading, changes of later ones can be ignored: they are still to be read. */
  #readUpTo = 0
  #loaded = false
  readonly #stale = new Set<number>()
  #reading: Promise<void> | undefined

  constructor(db: ReadableDatabase) {
    this.#db = db
  }

  /** All distinct origins. */
  get origins(): readonly Origin[] {
    return this.#origins
  }

  /** The index of an image's first state, by image id. */
  get starts(): Int32Array {
    return this.#starts
  }

  get ends(): Int32Array {
    return this.#ends
  }

  /** The label's id, negated if absent. */
  get signedLabels(): Int32Array {
    return this.#signed
  }

  /** An index into `origins`. */
  get originAt(): Int32Array {
    return this.#originAt
  }

  /** Milliseconds since 1970. */
  get times(): Float64Array {
    return this.#times
  }

  /** By label id: 1 unless removed. */
  livingLabels(): Uint8Array {
    const ids = this.#db.column<number>('SELECT id FROM label WHERE removed = 0')
    const living = new Uint8Array(this.#db.value<number>('SELECT coalesce(max(id), 0) FROM label')! + 1)
    for (const id of ids) living[id] = 1
    return living
  }

  /** To be called after the commit. */
  statesChanged({ length, imageIds }: StateDelta): void {
    for (let i = 0; i < length; i++) {
      if (this.#loaded || imageIds[i] <= this.#readUpTo) this.#stale.add(imageIds[i])
    }
  }

  /** Brings it up to date, in slices. Use it before the next await, since a change may come in between. */
  async follow(): Promise<void> {
    while (!this.#loaded || this.#stale.size > 0) {
      this.#reading ??= this.#read().finally(() => {
        this.#reading = undefined
      })
      await this.#reading
    }
  }

  async #read(): Promise<void> {
    if (this.#stale.size > manyImages || this.#inVain > this.#length / 2) this.#forget()
    if (!this.#loaded) await this.#load()
    const stale = [...this.#stale]
    for (let from = 0; from < stale.length; from += imagesAtOnce) {
      const ids = stale.slice(from, from + imagesAtOnce).sort((a, b) => a - b)
      const rows = this.#db.tuples<Row>(
        `SELECT ${columns} FROM label_state WHERE image_id IN (SELECT value FROM json_each(?)) ORDER BY image_id`,
        JSON.stringify(ids),
      )
      this.#makePlaces(ids.at(-1)!)
      for (const id of ids) this.#inVain += this.#ends[id] - this.#starts[id]
      this.#append(ids, rows)
      for (const id of ids) this.#stale.delete(id)
      if (from + imagesAtOnce < stale.length) await setImmediate()
    }
  }

  #forget(): void {
    this.#stale.clear()
    this.#loaded = false
    this.#readUpTo = 0
    this.#length = 0
    this.#inVain = 0
    this.#starts.fill(0)
    this.#ends.fill(0)
  }

  async #load(): Promise<void> {
    const end = this.#db.value<number>('SELECT coalesce(max(id), 0) FROM image')!
    this.#makePlaces(end)
    // Allocated once: growing step by step would leave half of the space unused, and the outgrown arrays behind.
    this.#reserve(this.#db.value<number>('SELECT coalesce(sum(present_count + absent_count), 0) FROM label')!, 1.01)
    for (let size = 64; this.#readUpTo < end; ) {
      const started = performance.now()
      this.#readSlice(Math.min(end, this.#readUpTo + size))
      const took = performance.now() - started
      if (took < aim / 2) size = Math.min(size * 2, 65536)
      else if (took > aim * 1.5) size = Math.max(1, size >> 1)
      await setImmediate()
    }
    this.#loaded = true
  }

  #readSlice(last: number): void {
    const first = this.#readUpTo + 1
    const rows = this.#db.tuples<Row>(
      `SELECT ${columns} FROM label_state WHERE image_id BETWEEN ? AND ? ORDER BY image_id`,
      first,
      last,
    )
    this.#append(
      Array.from({ length: last - first + 1 }, (_, i) => first + i),
      rows,
    )
    this.#readUpTo = last
  }

  /** @param imageIds ascending @param rows of these images, in the same order */
  #append(imageIds: readonly number[], rows: readonly Row[]): void {
    this.#reserve(this.#length + rows.length)
    let next = 0
    for (const imageId of imageIds) {
      this.#starts[imageId] = this.#length
      for (; next < rows.length && rows[next][0] === imageId; next++) {
        const row = rows[next]
        this.#signed[this.#length] = row[1] * row[2]
        this.#originAt[this.#length] = this.#originIndex(row)
        this.#times[this.#length] = row[4]
        this.#length++
      }
      this.#ends[imageId] = this.#length
    }
  }

  #originIndex([, , , source, , modelId, annotator]: Row): number {
    const key = `${source} ${modelId} ${annotator === null ? '' : `“${annotator}`}`
    const known = this.#originOf.get(key)
    if (known !== undefined) return known
    this.#originOf.set(key, this.#origins.length)
    this.#origins.push({ source: sourceOf(source), annotator, modelId })
    return this.#origins.length - 1
  }

  #makePlaces(imageId: number): void {
    if (imageId < this.#starts.length) return
    const size = Math.max(imageId + 1, Math.ceil(this.#starts.length * 1.2))
    this.#starts = grown(this.#starts, new Int32Array(size))
    this.#ends = grown(this.#ends, new Int32Array(size))
  }

  #reserve(length: number, spare = 1.25): void {
    if (length <= this.#times.length) return
    const room = Math.ceil(length * spare)
    this.#signed = grown(this.#signed, new Int32Array(room))
    this.#originAt = grown(this.#originAt, new Int32Array(room))
    this.#times = grown(this.#times, new Float64Array(room))
  }
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}
