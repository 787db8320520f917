import type { Known } from '../../domain/state.ts'
import type { ReadableDatabase } from '../database.ts'
import { soundRow } from '../soundRow.ts'
import type { Statement } from '../types.ts'
import { inEffect } from './history.ts'
import { sourceOf } from './writer.ts'

/** A pair that people disagree on, and that nobody has settled since. */
export interface Dispute {
  labelId: number
  /** Earliest first. */
  statements: Statement[]
}

interface Row {
  label_id: number
  action_id: number
  origin: string
  state: Known
  source: number
  decided_at: number
  annotator: string | null
}

/** Who said what of pairs that people disagree on. Such a pair is unknown until somebody settles it. */
export class DisputesTable {
  readonly #db: ReadableDatabase
  /** The actions in effect that wrote statements, up to the last action of the history. */
  #known: { last: number; actions: ReadonlySet<number> } | undefined

  constructor(db: ReadableDatabase) {
    this.#db = db
  }

  /** Open disputes of an image, by label id. */
  ofImage(imageId: number): Dispute[] {
    const rows = this.#db.all<Row>(
      `SELECT * FROM statement AS s WHERE image_id = ? AND ${stillOpen} ORDER BY label_id, decided_at, action_id`,
      imageId,
    )
    for (const row of rows) soundRow('statement', row, this.#db.path)
    const actions = rows.length > 0 ? this.#actions() : new Set()
    const disputes = new Map<number, Dispute>()
    for (const { label_id: labelId, action_id: action, origin, state, source, decided_at, annotator } of rows) {
      if (!actions.has(action)) continue
      const dispute = disputes.get(labelId) ?? { labelId, statements: [] }
      disputes.set(labelId, dispute)
      dispute.statements.push({ origin, state, source: sourceOf(source), decidedAt: decided_at, annotator })
    }
    return [...disputes.values()]
  }

  /** The ids of all images with an open dispute. */
  images(): Set<number> {
    return new Set(this.#open().map(({ image_id: id }) => id))
  }

  /** The number of open disputes. */
  count(): number {
    return new Set(this.#open().map(({ image_id: image, label_id: label }) => `${image} ${label}`)).size
  }

  /** Whether an earlier merge that is in effect said the same of a pair: then it has been settled, or is waiting to be. */
  hasStatement(imageId: number, labelId: number, { state, decidedAt, annotator }: Statement): boolean {
    const actions = this.#db.column<number>(
      `SELECT action_id FROM statement
       WHERE image_id = ? AND label_id = ? AND state = ? AND decided_at = ? AND annotator IS ?`,
      imageId,
      labelId,
      state,
      decidedAt,
      annotator,
    )
    if (actions.length === 0) return false
    const done = this.#actions()
    return actions.some((action) => done.has(action))
  }

  #open(): { image_id: number; label_id: number }[] {
    const actions = this.#actions()
    if (actions.size === 0) return []
    return this.#db.all(
      `SELECT DISTINCT image_id, label_id FROM statement AS s
       WHERE action_id IN (SELECT value FROM json_each(?)) AND ${stillOpen}`,
      JSON.stringify([...actions]),
    )
  }

  /** Marks only extend the path of actions; after an undo it is a different one. */
  #actions(): ReadonlySet<number> {
    const last = this.#db.value<number>('SELECT max(id) FROM action') ?? 0
    if (this.#known?.last === last) return this.#known.actions
    const all = this.#db.column<number>('SELECT DISTINCT action_id FROM statement')
    const actions = inEffect(this.#db, all)
    this.#known = { last, actions }
    return actions
  }
}

/** Nobody has settled it since, and the label hasn't been removed. */
const stillOpen = `NOT EXISTS (SELECT 1 FROM label_state AS l WHERE l.image_id = s.image_id AND l.label_id = s.label_id)
  AND (SELECT removed FROM label WHERE id = s.label_id) = 0`
