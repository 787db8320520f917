import type { Connection, ReadableDatabase, Value } from '../database.ts'
import type { SlicesOptions } from '../labels/edit.ts'
import { soundRow } from '../soundRow.ts'
import type { Action } from '../types.ts'
import { type LabelField, sourceOf, type Writer } from './writer.ts'

/*
 * The history is a log that only grows. 'do' actions form a tree: each names (before_id) the one that an undo would have
 * taken back just before it. The place in the tree follows from the last row alone:
 *   after 'do' A: A;  after 'undo' of A: what is before A;  after 'redo' of A: A.
 * The next undo takes back the action at this place; the next redo does again its latest child. So a new action after an
 * undo hides what could have been redone, and nothing is ever changed or deleted.
 */

/** The 'do' that an undo would take back now. */
export function undoTarget(db: ReadableDatabase): number | null {
  const last = db.get<{ id: number; kind: string; target_id: number | null }>(
    'SELECT id, kind, target_id FROM action ORDER BY id DESC LIMIT 1',
  )
  if (!last) return null
  if (last.kind === 'do') return last.id
  return last.kind === 'redo' ? last.target_id : beforeOf(db, last.target_id!)
}

/** The 'do' that a redo would do again now. */
export function redoTarget(db: ReadableDatabase): number | null {
  return redoAfter(db, undoTarget(db))
}

function redoAfter(db: ReadableDatabase, place: number | null): number | null {
  return db.value<number>("SELECT max(id) FROM action WHERE kind = 'do' AND before_id IS ?", place) ?? null
}

/** What one redo after the other would do again. */
function* redoWay(db: ReadableDatabase, place: number | null): Generator<number> {
  for (let at = redoAfter(db, place); at !== null; at = redoAfter(db, at)) yield at
}

/** Of these actions, those that are in effect now: they lie on the way from the present place back to the start. */
export function inEffect(db: ReadableDatabase, actionIds: readonly number[]): Set<number> {
  if (actionIds.length === 0) return new Set()
  const oldest = Math.min(...actionIds)
  const way = db.column<number>(
    `WITH RECURSIVE way (id) AS (
       SELECT ? UNION ALL SELECT before_id FROM action JOIN way ON action.id = way.id WHERE before_id >= ?
     ) SELECT id FROM way WHERE id IN (SELECT value FROM json_each(?))`,
    undoTarget(db),
    oldest,
    JSON.stringify(actionIds),
  )
  return new Set(way)
}

function beforeOf(db: ReadableDatabase, actionId: number): number | null {
  return db.value<number>('SELECT before_id FROM action WHERE id = ?', actionId) ?? null
}

export interface ActionRow {
  id: number
  kind: Action['kind']
  title: string
  at: number
  target_id: number | null
  before_id: number | null
  state_changes: number
  label_changes: number
}

/** The action that an undo or a redo would be of now. */
export function replayTarget(db: ReadableDatabase, kind: 'undo' | 'redo'): ActionRow | undefined {
  const id = kind === 'undo' ? undoTarget(db) : redoTarget(db)
  return id === null ? undefined : db.get<ActionRow>('SELECT * FROM action WHERE id = ?', id)
}

/** What an undo or a redo did. */
export interface Replayed {
  title: string
  stateChanges: number
  labelChanges: number
  /** Where it can be seen: the first image it changed; null if it changed labels only. */
  firstImageId: number | null
  /** The label it changed first in that image. */
  firstLabelId: number | null
}

export interface ReplayOptions extends SlicesOptions {
  /** The id that a page gave it. @default null */
  sentAs?: string | null
}

/** What was done, and the way back and forth through it. It outlives the program. */
export class History {
  readonly #db: ReadableDatabase
  readonly #replay: (kind: 'undo' | 'redo', options: ReplayOptions) => Promise<Replayed | null>

  constructor(
    db: ReadableDatabase,
    replay: (kind: 'undo' | 'redo', options: ReplayOptions) => Promise<Replayed | null>,
  ) {
    this.#db = db
    this.#replay = replay
  }

  /** What an undo would take back; null if there is nothing. */
  get undoTitle(): string | null {
    return replayTarget(this.#db, 'undo')?.title ?? null
  }

  /** What a redo would do again; null if there is nothing. */
  get redoTitle(): string | null {
    return replayTarget(this.#db, 'redo')?.title ?? null
  }

  /** Newest first. @param before for the next page: the last id of the page before @param kind without it, all */
  list(limit: number, before?: number, kind?: Action['kind']): Action[] {
    return listActions(this.#db, limit, before, kind)
  }

  /**
   * How an action becomes the latest that is in effect: the actions that are undone or done again for that, in their order.
   * Undefined: it lies on no way from here.
   */
  wayTo(id: number): { kind: 'undo' | 'redo'; actions: number[] } | undefined {
    const place = undoTarget(this.#db)
    const undone: number[] = []
    for (let at = place; at !== null && at >= id; at = beforeOf(this.#db, at)) {
      if (at === id) return { kind: 'undo', actions: undone }
      undone.push(at)
    }
    const again: number[] = []
    for (const at of redoWay(this.#db, place)) {
      again.push(at)
      if (at === id) return { kind: 'redo', actions: again }
    }
    return undefined
  }

  /** What a page asked for under this id; undefined if it never was done, or changed nothing. */
  sent(id: string): { title: string } | undefined {
    return this.#db.get<{ title: string }>('SELECT title FROM action WHERE sent_as = ?', id)
  }

  /** Null if there is nothing to undo. A small action is undone before this returns. */
  undo(options: ReplayOptions = {}): Promise<Replayed | null> {
    return this.#replay('undo', options)
  }

  /** Null if there is nothing to redo. A small action is done again before this returns. */
  redo(options: ReplayOptions = {}): Promise<Replayed | null> {
    return this.#replay('redo', options)
  }
}

function listActions(
  db: ReadableDatabase,
  limit: number,
  before = Number.MAX_SAFE_INTEGER,
  kind: Action['kind'] | null = null,
): Action[] {
  const rows = db.all<ActionRow & { source: number | null }>(
    `SELECT *, (SELECT new_source FROM state_change WHERE action_id = coalesce(target_id, action.id) LIMIT 1) AS source
     FROM action WHERE id < ? AND kind = coalesce(?, kind) ORDER BY id DESC LIMIT ?`,
    before,
    kind,
    limit,
  )
  // In effect is what lies on the way from the present place back to the start.
  const done = new Set<number>()
  const oldest = rows.at(-1)?.id ?? 0
  const place = undoTarget(db)
  for (let id = place; id !== null && id >= oldest; id = beforeOf(db, id)) done.add(id)
  const again = new Set<number>()
  for (const id of redoWay(db, place)) {
    if (id >= before) break
    again.add(id)
  }
  for (const row of rows) soundRow('action', row, db.path)
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    title: row.title,
    at: row.at,
    stateChanges: row.state_changes,
    labelChanges: row.label_changes,
    undone: row.kind === 'do' && !done.has(row.id),
    redoable: again.has(row.id),
    source: row.source === null ? null : sourceOf(row.source),
  }))
}

/** Writes the row that says that `target` is taken back or done again. */
export function recordReplay(db: Connection, kind: 'undo' | 'redo', target: ActionRow, sentAs: string | null): number {
  return db.run(
    'INSERT INTO action (kind, title, at, target_id, state_changes, label_changes, sent_as) VALUES (?, ?, ?, ?, ?, ?, ?)',
    kind,
    target.title,
    Date.now(),
    target.id,
    target.state_changes,
    target.label_changes,
    sentAs,
  ).lastId
}

/** Takes an action back, or does it again, within a transaction; yields after every batch. */
export function* replay(db: Connection, kind: 'undo' | 'redo', actionId: number, writer: Writer): Generator<void> {
  if (kind === 'redo') replayLabels(db, kind, actionId, writer)
  for (let last = writer.replayStates(actionId, kind, [-1, -1]); last; last = writer.replayStates(actionId, kind, last))
    yield
  if (kind === 'undo') replayLabels(db, kind, actionId, writer)
}

interface LabelChangeRow {
  label_id: number
  field: LabelField
  old_value: Value
  new_value: Value
}

function replayLabels(db: Connection, kind: 'undo' | 'redo', actionId: number, writer: Writer): void {
  const rows = db.all<LabelChangeRow>('SELECT * FROM label_change WHERE action_id = ? ORDER BY id', actionId)
  if (kind === 'undo') rows.reverse()
  for (const { label_id, field, old_value, new_value } of rows) {
    writer.setField(label_id, field, kind === 'undo' ? old_value : new_value)
  }
}
