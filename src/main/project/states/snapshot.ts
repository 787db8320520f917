import type { KnownState } from '../../domain/decision.ts'
import type { ImageStatus } from '../../domain/imageFilter.ts'
import type { Model } from '../../domain/model.ts'
import { Connection } from '../database.ts'
import { imagesAfter } from '../images/images.ts'
import { livingLabels } from '../labels/labels.ts'
import { ModelsTable } from '../models.ts'
import type { Image, Label } from '../types.ts'
import { knownStateOf, type StateRow } from './states.ts'

export interface ImageWithStates {
  image: Image
  states: KnownState[]
}

export interface SnapshotQuery {
  /** Only images with these statuses. @default all */
  status?: readonly ImageStatus[]
  /** Only these states are read; 'none' reads none. @default 'all' */
  states?: 'all' | 'present' | 'absent' | 'none'
}

/** Images read at once: a few milliseconds. */
const imagesAtOnce = 200

const stateConditions = { all: '', present: 'AND state = 1', absent: 'AND state = -1' }

/**
 * A consistent snapshot of the project while marking goes on, for exports. It has its own connection and read transaction. Close it
 * soon: the write-ahead log can't shrink meanwhile.
 */
export class ProjectSnapshot {
  readonly labels: Label[]
  readonly models: Model[]
  /** When labels or states last changed; null if never. */
  readonly changedAt: number | null
  readonly #db: Connection

  constructor(path: string) {
    this.#db = new Connection(path, { readOnly: true, cacheMegabytes: 16 })
    try {
      this.#db.run('BEGIN')
      this.labels = livingLabels(this.#db)
      this.models = new ModelsTable(this.#db, () => {}).list()
      this.changedAt = this.#db.value<number>('SELECT max(at) FROM action') ?? null
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  /** Images by id, each with its states by label id. Can be iterated any number of times. */
  *images(query: SnapshotQuery = {}): Generator<ImageWithStates> {
    const status = query.status ?? ['ok', 'missing', 'broken']
    const condition = `status IN (${status.map(() => '?').join(', ')})`
    const living = new Set(this.labels.map(({ id }) => id))
    for (let after = 0; ; ) {
      const images = imagesAfter(this.#db, after, imagesAtOnce, condition, ...status)
      if (images.length === 0) return
      const states = this.#statesOf(images, query.states ?? 'all')
      let next = 0
      for (const image of images) {
        const known: KnownState[] = []
        while (next < states.length && states[next][0] < image.id) next++
        for (; next < states.length && states[next][0] === image.id; next++) {
          if (living.has(states[next][1])) known.push(knownStateOf(states[next], this.#db.path))
        }
        yield { image, states: known }
      }
      after = images.at(-1)!.id
    }
  }

  close(): void {
    if (this.#db.open) this.#db.close()
  }

  #statesOf(images: readonly Image[], which: keyof typeof stateConditions | 'none'): StateRow[] {
    if (which === 'none') return []
    const sql = `SELECT image_id, label_id, state, source, decided_at, model_id, score, annotator FROM label_state
      WHERE image_id BETWEEN ? AND ? ${stateConditions[which]} ORDER BY image_id, label_id`
    const [first, last] = [images[0].id, images.at(-1)!.id]
    // One query for all of them, unless they are far apart: then most rows would be of other images.
    if (last - first < images.length * 2) return this.#db.tuples<StateRow>(sql, first, last)
    return images.flatMap(({ id }) => this.#db.tuples<StateRow>(sql, id, id))
  }
}
