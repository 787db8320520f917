import type { StateSource } from '../../domain/decision.ts'
import { State } from '../../domain/state.ts'
import type { Connection, Value } from '../database.ts'
import { projectDamaged } from '../errors.ts'
import { labelNameKey } from '../labels/name.ts'
import { unsoundColumn } from '../tables.ts'
import { DeltaColumns } from './deltaColumns.ts'

export const sources: readonly StateSource[] = ['human', 'accepted_suggestion', 'import']

export function sourceNumber(source: StateSource): number {
  return sources.indexOf(source) + 1
}

/** @throws UserError `project-damaged` */
export function sourceOf(number: number): StateSource {
  const source = sources[number - 1]
  if (source) return source
  throw projectDamaged(undefined, { where: 'what a mark comes from' })
}

export type LabelField =
  | 'name'
  | 'position'
  | 'colour'
  | 'key'
  | 'description'
  | 'removed'
  | 'parent_id'
  | 'group_name'
  | 'exclusive'
  | 'examples'

/** A state to write. If it is unknown, the other fields are ignored. */
export type StagedState = readonly [
  imageId: number,
  labelId: number,
  state: State,
  source: number,
  decidedAt: number,
  modelId: number | null,
  score: number | null,
  annotator: string | null,
]

/** States per batch: one statement for many rows is four times as fast as one statement each. */
export const batchSize = 1000
/** Rows per statement into the staging table. */
const rowsAtOnce = 25
/** How many images' counts are held back before they are written. */
const pendingImages = 2000

/** Larger than any label id, so that a pair fits into one number. */
const pairsOfImage = 2 ** 21

const stateColumns = 'image_id, label_id, state, source, decided_at, model_id, score, annotator'
const stagingTable = `CREATE TEMP TABLE IF NOT EXISTS staged (
  image_id INTEGER, label_id INTEGER, state INTEGER, source INTEGER, decided_at INTEGER,
  model_id INTEGER, score REAL, annotator TEXT, PRIMARY KEY (image_id, label_id)
) WITHOUT ROWID`
const stageOne = 'INSERT OR REPLACE INTO staged VALUES (?, ?, ?, ?, ?, ?, ?, ?)'
const insertOne = `INSERT OR REPLACE INTO label_state (${stateColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
const insertMany = `${insertOne}${', (?, ?, ?, ?, ?, ?, ?, ?)'.repeat(rowsAtOnce - 1)}`
const stageMany = `${stageOne}${', (?, ?, ?, ?, ?, ?, ?, ?)'.repeat(rowsAtOnce - 1)}`

/**
 * The only writer of label states and label fields. It keeps the counts per label and per image equal to the rows, whatever is
 * written in whatever order. Used within a transaction; call `flush` before the commit.
 */
export class Writer {
  readonly #db: Connection
  readonly #living: Set<number>
  readonly #labelCounts = new Map<number, { present: number; absent: number }>()
  readonly #imageCounts = new Map<number, { present: number; absent: number }>()
  readonly delta = new DeltaColumns()
  labelsChanged = false

  constructor(db: Connection) {
    this.#db = db
    this.#living = new Set(db.column<number>('SELECT id FROM label WHERE removed = 0'))
  }

  isLiving(labelId: number): boolean {
    return this.#living.has(labelId)
  }

  /**
   * Writes states, and records old and new ones in the history.
   * @param batch if a pair occurs twice, the last one counts
   * @param actionId called only if something changes (a different time alone is no change)
   * @returns how many have changed
   */
  writeStates(batch: readonly StagedState[], actionId: () => number): number {
    const db = this.#db
    const range = this.#emptyRange(batch)
    if (range) return this.#writeNew(batch, range, actionId())
    this.#stage(batch)
    db.run(`
      DELETE FROM staged AS new WHERE CASE state
        WHEN 0 THEN NOT EXISTS (SELECT 1 FROM label_state AS old WHERE old.image_id = new.image_id AND old.label_id = new.label_id)
        ELSE EXISTS (SELECT 1 FROM label_state AS old WHERE old.image_id = new.image_id AND old.label_id = new.label_id
          AND old.state = new.state AND old.source = new.source AND old.model_id IS new.model_id
          AND old.score IS new.score AND old.annotator IS new.annotator)
      END`)
    const changes = db.tuples<[number, number, State, State]>(`
      SELECT new.image_id, new.label_id, coalesce(old.state, 0), new.state
      FROM staged AS new LEFT JOIN label_state AS old ON old.image_id = new.image_id AND old.label_id = new.label_id`)
    if (changes.length === 0) return 0
    db.run(
      // The same pair twice in one action: the state before the first, and after the last.
      `INSERT INTO state_change
       SELECT ?, new.image_id, new.label_id,
         old.state, old.source, old.decided_at, old.model_id, old.score, old.annotator,
         nullif(new.state, 0), new.source, new.decided_at, new.model_id, new.score, new.annotator
       FROM staged AS new LEFT JOIN label_state AS old ON old.image_id = new.image_id AND old.label_id = new.label_id
       WHERE TRUE
       ON CONFLICT DO UPDATE SET new_state = excluded.new_state, new_source = excluded.new_source,
         new_decided_at = excluded.new_decided_at, new_model_id = excluded.new_model_id,
         new_score = excluded.new_score, new_annotator = excluded.new_annotator`,
      actionId(),
    )
    if (changes.some(([, , , to]) => to === 0)) {
      db.run(
        'DELETE FROM label_state WHERE (image_id, label_id) IN (SELECT image_id, label_id FROM staged WHERE state = 0)',
      )
    }
    db.run(`INSERT OR REPLACE INTO label_state (${stateColumns}) SELECT ${stateColumns} FROM staged WHERE state <> 0`)
    for (const change of changes) this.#count(...change)
    return changes.length
  }

  /** The images of a batch of new states, from first to last, if nothing is known of any image in this range. */
  #emptyRange(batch: readonly StagedState[]): [first: number, last: number] | undefined {
    let [first, last] = [Number.POSITIVE_INFINITY, 0]
    for (const [imageId, , state] of batch) {
      if (state === State.unknown) return undefined
      first = Math.min(first, imageId)
      last = Math.max(last, imageId)
    }
    const known = this.#db.value<number>(
      'SELECT 1 FROM label_state WHERE image_id BETWEEN ? AND ? LIMIT 1',
      first,
      last,
    )
    return known === undefined ? [first, last] : undefined
  }

  /** The fast path of imports: with nothing known before, nothing has to be compared. It takes half the time. */
  #writeNew(batch: readonly StagedState[], [first, last]: [number, number], actionId: number): number {
    const db = this.#db
    let at = 0
    for (; at + rowsAtOnce <= batch.length; at += rowsAtOnce) {
      db.run(insertMany, ...batch.slice(at, at + rowsAtOnce).flat())
    }
    for (; at < batch.length; at++) db.run(insertOne, ...batch[at])
    // The action has already set and cleared these pairs: their state before that stays on record.
    db.run(
      `INSERT INTO state_change
       SELECT ?, image_id, label_id, NULL, NULL, NULL, NULL, NULL, NULL,
         state, source, decided_at, model_id, score, annotator
       FROM label_state WHERE image_id BETWEEN ? AND ?
       ON CONFLICT DO UPDATE SET new_state = excluded.new_state, new_source = excluded.new_source,
         new_decided_at = excluded.new_decided_at, new_model_id = excluded.new_model_id,
         new_score = excluded.new_score, new_annotator = excluded.new_annotator`,
      actionId,
      first,
      last,
    )
    // If a pair occurs twice, the last one counts.
    const seen = new Set<number>()
    for (let row = batch.length - 1; row >= 0; row--) {
      const [imageId, labelId, state] = batch[row]
      const pair = imageId * pairsOfImage + labelId
      if (seen.has(pair)) continue
      seen.add(pair)
      this.#count(imageId, labelId, 0, state)
    }
    return seen.size
  }

  /**
   * Undoes or redoes the next batch of an action's states.
   * @param after the last pair so far @returns the last pair of this batch; undefined at the end
   */
  replayStates(
    actionId: number,
    kind: 'undo' | 'redo',
    after: readonly [number, number],
  ): [number, number] | undefined {
    const db = this.#db
    const [from, to] = kind === 'undo' ? ['new', 'old'] : ['old', 'new']
    const rows = db.tuples<[number, number, State, State]>(
      `SELECT image_id, label_id, coalesce(${from}_state, 0), coalesce(${to}_state, 0) FROM state_change
       WHERE action_id = ? AND (image_id, label_id) > (?, ?) ORDER BY image_id, label_id LIMIT ${batchSize}`,
      actionId,
      ...after,
    )
    if (rows.length === 0) return undefined
    for (const [image_id, label_id] of rows) {
      const column = unsoundColumn('state_change', { image_id, label_id })
      if (column) throw projectDamaged(db.path, { where: `state_change of action ${actionId}: ${column}` })
    }
    const [imageId, labelId] = rows.at(-1)!
    const range = 'action_id = ? AND (image_id, label_id) > (?, ?) AND (image_id, label_id) <= (?, ?)'
    const values = [actionId, ...after, imageId, labelId]
    if (rows.some(([, , , next]) => next === 0)) {
      db.run(
        `DELETE FROM label_state WHERE (image_id, label_id) IN
           (SELECT image_id, label_id FROM state_change WHERE ${range} AND ${to}_state IS NULL)`,
        ...values,
      )
    }
    db.run(
      `INSERT OR REPLACE INTO label_state (${stateColumns})
       SELECT image_id, label_id, ${to}_state, ${to}_source, ${to}_decided_at, ${to}_model_id, ${to}_score, ${to}_annotator
       FROM state_change WHERE ${range} AND ${to}_state IS NOT NULL`,
      ...values,
    )
    for (const row of rows) this.#count(...row)
    return [imageId, labelId]
  }

  /** It is created as removed: restoring it is then a change that can be undone. */
  insertLabel(label: { uid: string; name: string; position: number; colour: string }): number {
    this.labelsChanged = true
    return this.#db.run(
      'INSERT INTO label (uid, name, name_key, position, colour, removed) VALUES (?, ?, ?, ?, ?, 1)',
      label.uid,
      label.name,
      labelNameKey(label.name),
      label.position,
      label.colour,
    ).lastId
  }

  setField(labelId: number, field: LabelField, value: Value): void {
    this.labelsChanged = true
    this.#db.run(`UPDATE label SET ${field} = ? WHERE id = ?`, value, labelId)
    if (field === 'name')
      this.#db.run('UPDATE label SET name_key = ? WHERE id = ?', labelNameKey(String(value)), labelId)
    if (field !== 'removed') return
    if (value === 1) this.#living.delete(labelId)
    else this.#living.add(labelId)
    // An image's counts leave out removed labels.
    this.#flushImages()
    const change = value === 1 ? '- 1' : '+ 1'
    for (const [column, state] of [
      ['present_count', 1],
      ['absent_count', -1],
    ] as const) {
      this.#db.run(
        `UPDATE image SET ${column} = ${column} ${change}
         WHERE id IN (SELECT image_id FROM label_state WHERE label_id = ? AND state = ?)`,
        labelId,
        state,
      )
    }
  }

  /** Writes the counts that were held back. Call it before the commit. */
  flush(): void {
    this.#flushImages()
    for (const [labelId, { present, absent }] of this.#labelCounts) {
      this.#db.run(
        'UPDATE label SET present_count = present_count + ?, absent_count = absent_count + ? WHERE id = ?',
        present,
        absent,
        labelId,
      )
    }
    this.#labelCounts.clear()
  }

  #stage(batch: readonly StagedState[]): void {
    this.#db.run(stagingTable)
    this.#db.run('DELETE FROM staged')
    let at = 0
    for (; at + rowsAtOnce <= batch.length; at += rowsAtOnce)
      this.#db.run(stageMany, ...batch.slice(at, at + rowsAtOnce).flat())
    for (; at < batch.length; at++) this.#db.run(stageOne, ...batch[at])
  }

  #count(imageId: number, labelId: number, from: State, to: State): void {
    // Reported even if only its origin is new.
    this.delta.push(imageId, labelId, to)
    if (from === to) return
    addTo(this.#labelCounts, labelId, from, to)
    if (!this.#living.has(labelId)) return
    addTo(this.#imageCounts, imageId, from, to)
    if (this.#imageCounts.size >= pendingImages) this.#flushImages()
  }

  #flushImages(): void {
    for (const [imageId, { present, absent }] of this.#imageCounts) {
      if (present === 0 && absent === 0) continue
      this.#db.run(
        'UPDATE image SET present_count = present_count + ?, absent_count = absent_count + ? WHERE id = ?',
        present,
        absent,
        imageId,
      )
    }
    this.#imageCounts.clear()
  }
}

function addTo(counts: Map<number, { present: number; absent: number }>, id: number, from: number, to: number): void {
  let change = counts.get(id)
  if (!change) {
    change = { present: 0, absent: 0 }
    counts.set(id, change)
  }
  change.present += Number(to === 1) - Number(from === 1)
  change.absent += Number(to === -1) - Number(from === -1)
}
