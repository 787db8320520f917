import type { Connection, ReadableDatabase, Value } from '../database.ts'
import type { SlicesOptions } from '../labels/edit.ts'
import { soundRow } from '../soundRow.ts'
import type { Action } from '../types.ts'
import { type LabelField, sourceOf, type Writer } from './writer.ts'

/*
 * The history is an append-only log. 'do' actions form a tree: each names (before_id) the action that an undo would have undone just
 * before it. The last row alone determines the current place in the tree:
 *   after 'do' A: A;  after 'undo' of A: the action before A;  after 'redo' of A: A.
 * The next undo undoes the action at this place; the next redo repeats its latest child. So a new action after an undo hides what
 * could have been redone, and nothing is ever changed or deleted.
 */

/** The 'do' that the next undo would undo. */
export function undoTarget(db: ReadableDatabase): number | null {
  const last = db.get<{ id: number; kind: string; target_id: number | null }>(
    'SELECT id, kind, target_id FROM action ORDER BY id DESC LIMIT 1',
  )
  if (!last) return null
  if (last.kind === 'do') return last.id
  return last.kind === 'redo' ? last.target_id : beforeOf(db, last.target_id!)
}

/** The 'do' that the next redo would repeat. */
export function redoTarget(db: ReadableDatabase): number | null {
  return redoAfter(db, undoTarget(db))
}

function redoAfter(db: ReadableDatabase, place: number | null): number | null {
  return db.value<number>("SELECT max(id) FROM action WHERE kind = 'do' AND before_id IS ?", place) ?? null
}

/** What one redo after the other would repeat. */
function* redoWay(db: ReadableDatabase, place: number | null): Generator<number> {
  for (let at = redoAfter(db, place); at !== null; at = redoAfter(db, at)) yield at
}

/** Those of these actions that are in effect: they lie on the path from the current place back to the start. */
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

/** The action that the next undo or redo would apply to. */
export function replayTarget(db: ReadableDatabase, kind: 'undo' | 'redo'): ActionRow | undefined {
  const id = kind === 'undo' ? undoTarget(db) : redoTarget(db)
  return id === null ? undefined : db.get<ActionRow>('SELECT * FROM action WHERE id = ?', id)
}

/** The outcome of an undo or a redo. */
export interface Replayed {
  title: string
  stateChanges: number
  labelChanges: number
  /** The first image it changed; null if it changed labels only. */
  firstImageId: number | null
  /** The first label it changed in that image. */
  firstLabelId: number | null
}

export interface ReplayOptions extends SlicesOptions {
  /** The id assigned by a page. @default null */
  sentAs?: string | null
}

/** The log of actions, with undo and redo. It survives restarts. */
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

  /** What the next undo would undo; null if there is nothing. */
  get undoTitle(): string | null {
    return replayTarget(this.#db, 'undo')?.title ?? null
  }

  /** What the next redo would repeat; null if there is nothing. */
  get redoTitle(): string | null {
    return replayTarget(this.#db, 'redo')?.title ?? null
  }

  /** Newest first. @param before for the next page: the last id of the previous page @param kind default: all */
  list(limit: number, before?: number, kind?: Action['kind']): Action[] {
    return listActions(this.#db, limit, before, kind)
  }

  /**
   * The actions to undo or redo, in order, so that an action becomes the latest in effect. Undefined if it can't be reached from
   * here.
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

  /** The action a page sent with this id; undefined if it was never done, or changed nothing. */
  sent(id: string): { title: string } | undefined {
    return this.#db.get<{ title: string }>('SELECT title FROM action WHERE sent_as = ?', id)
  }

  /** Null if there is nothing to undo. A small action is undone before this returns. */
  undo(options: ReplayOptions = {}): Promise<Replayed | null> {
    return this.#replay('undo', options)
  }

  /** Null if there is nothing to redo. A small action is redone before this returns. */
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
  // What lies on the path from the current place back to the start is in effect.
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

/** Writes the row that records the undo or redo of `target`. */
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

/** Undoes or redoes an action within a transaction; yields after every batch. */
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
