import type { StateSource } from '../../domain/decision.ts'
import type { ReadableDatabase } from '../database.ts'
import { sourceOf } from './writer.ts'

/** One row of the history, seen as work. */
export interface Worked {
  id: number
  at: number
  /** How many pairs were decided; negative for an undo. */
  pairs: number
  /** How they were decided; null for pairs that became unknown again. */
  source: StateSource | null
}

/** One action that accepted several suggestions at once. */
export interface AcceptedInBulk {
  title: string
  /** Milliseconds since 1970. */
  at: number
  labels: { name: string; present: number; absent: number }[]
}

const rowsAtOnce = 2000

/** The progress of the work, from the history. Large numbers come from the counts that labels and actions keep. */
export class ProgressTable {
  readonly #db: ReadableDatabase

  constructor(db: ReadableDatabase) {
    this.#db = db
  }

  /** The latest row of the history; 0 for none. @param before this time, in milliseconds since 1970 */
  lastId(before = Number.MAX_SAFE_INTEGER): number {
    // Times rise with the ids, so a scan from the newest row ends soon.
    return this.#db.value<number>('SELECT id FROM action WHERE at < ? ORDER BY id DESC LIMIT 1', before) ?? 0
  }

  /** The next rows that changed states, oldest first; fewer than requested only at the end. One look-up per row, however large. */
  after(id: number, limit = rowsAtOnce): Worked[] {
    // All changes of an action are of one kind, so its first pair tells.
    return this.#db
      .tuples<[id: number, at: number, pairs: number, source: number]>(
        `SELECT id, at, iif(kind = 'undo', -state_changes, state_changes), coalesce((
           SELECT iif(new_state IS NULL, 0, new_source) FROM state_change
           WHERE action_id = coalesce(action.target_id, action.id) LIMIT 1), 0)
         FROM action WHERE id > ? AND state_changes > 0 ORDER BY id LIMIT ?`,
        id,
        limit,
      )
      .map(([rowId, at, pairs, source]) => ({
        ...{ id: rowId, at, pairs },
        source: source === 0 ? null : sourceOf(source),
      }))
  }

  /** What was accepted in bulk and still stands: neither undone nor decided again. Oldest first. */
  acceptedInBulk(): AcceptedInBulk[] {
    return this.#db
      .tuples<[id: number, title: string, at: number]>(
        `SELECT id, title, at FROM action WHERE kind = 'do' AND state_changes > 1 AND 2 =
           (SELECT new_source FROM state_change WHERE action_id = action.id LIMIT 1) ORDER BY id`,
      )
      .map(([id, title, at]) => ({ title, at, labels: this.#standing(id) }))
      .filter(({ labels }) => labels.length > 0)
  }

  #standing(actionId: number): AcceptedInBulk['labels'] {
    return this.#db
      .tuples<[name: string, present: number, absent: number]>(
        `SELECT label.name, sum(now.state = 1), sum(now.state = -1)
         FROM state_change AS change JOIN label_state AS now USING (image_id, label_id) JOIN label ON label.id = label_id
         WHERE action_id = ? AND change.new_source = 2 AND removed = 0 AND now.source = 2
           AND now.state = new_state AND now.decided_at = new_decided_at
         GROUP BY label.id ORDER BY position, label.id`,
        actionId,
      )
      .map(([name, present, absent]) => ({ name, present, absent }))
  }
}
