import { UserError } from '../../base/errors.ts'
import type { ReadableDatabase } from '../database.ts'
import { soundRow } from '../soundRow.ts'
import type { Label } from '../types.ts'
import type { Edit, EditOptions, LabelPatch, NewLabel } from './edit.ts'
import { labelNameKey } from './name.ts'

interface LabelRow {
  id: number
  uid: string
  name: string
  position: number
  colour: string
  key: string | null
  description: string
  parent_id: number | null
  group_name: string
  exclusive: number
  examples: string
  removed: number
  present_count: number
  absent_count: number
}

/** The labels, in order, with their counts. Every change is an action that can be undone. */
export class LabelsTable {
  readonly #db: ReadableDatabase
  readonly #edit: <T>(options: EditOptions, work: (edit: Edit) => T) => T

  constructor(db: ReadableDatabase, edit: <T>(options: EditOptions, work: (edit: Edit) => T) => T) {
    this.#db = db
    this.#edit = edit
  }

  list(): Label[] {
    return livingLabels(this.#db)
  }

  /** Also returns a removed label, as the history may mention it. */
  get(id: number): Label | undefined {
    return labelById(this.#db, id)
  }

  byUid(uid: string): Label | undefined {
    return labelByUid(this.#db, uid)
  }

  /** Ignores case. */
  byName(name: string): Label | undefined {
    return first(this.#db, 'SELECT * FROM label WHERE name_key = ? AND removed = 0', labelNameKey(name))
  }

  /** @throws UserError, see `Edit.addLabel` */
  add(label: NewLabel): Label {
    const id = this.#edit({ title: `Add label “${label.name.trim()}”` }, (edit) => edit.addLabel(label))
    return this.get(id)!
  }

  /** @throws UserError, see `Edit.updateLabel` */
  update(id: number, patch: LabelPatch): Label {
    const old = this.get(id)?.name ?? ''
    const title =
      patch.name !== undefined && patch.name !== old
        ? `Rename label “${old}” to “${patch.name.trim()}”`
        : `Change label “${old}”`
    this.#edit({ title }, (edit) => edit.updateLabel(id, patch))
    return this.get(id)!
  }

  remove(id: number): void {
    this.#edit({ title: `Remove label “${this.get(id)?.name ?? ''}”` }, (edit) => edit.removeLabel(id))
  }

  /** @param ids every label, in the new order */
  reorder(ids: readonly number[]): void {
    this.#edit({ title: 'Reorder labels' }, (edit) => edit.reorderLabels(ids))
  }
}

export function livingLabels(db: ReadableDatabase): Label[] {
  const labels = db
    .all<LabelRow>('SELECT * FROM label WHERE removed = 0 ORDER BY position, id')
    .map((row) => labelOf(row, db))
  const living = new Set(labels.map(({ id }) => id))
  // A removed parent is only hidden here, so that undoing the removal also restores its children.
  return labels.map((label) => (living.has(label.parentId ?? 0) ? label : { ...label, parentId: null }))
}

export function labelById(db: ReadableDatabase, id: number): Label | undefined {
  return first(db, 'SELECT * FROM label WHERE id = ?', id)
}

export function labelByUid(db: ReadableDatabase, uid: string): Label | undefined {
  return first(db, 'SELECT * FROM label WHERE uid = ?', uid)
}

/** @throws UserError `label-name-taken` if another label has this name */
export function takenName(db: ReadableDatabase, name: string, except = 0): void {
  const other = first(db, 'SELECT * FROM label WHERE name_key = ? AND removed = 0', labelNameKey(name))
  if (!other || other.id === except) return
  const known = other.name === name ? '' : ` (“${other.name}”: upper and lower case count as the same)`
  throw new UserError('label-name-taken', `A label named “${name}” already exists${known}.`, 'Choose another name.')
}

/** @throws UserError `label-key-taken` if another label has this shortcut */
export function takenKey(db: ReadableDatabase, key: string, except = 0): void {
  const other = first(db, 'SELECT * FROM label WHERE key = ? AND removed = 0', key)
  if (!other || other.id === except) return
  throw new UserError(
    'label-key-taken',
    `The key ${key} is already used for the label “${other.name}”.`,
    'Choose another key.',
  )
}

function first(db: ReadableDatabase, sql: string, value: string | number): Label | undefined {
  const row = db.get<LabelRow>(sql, value)
  return row && labelOf(row, db)
}

function labelOf(row: LabelRow, db: ReadableDatabase): Label {
  soundRow('label', row, db.path)
  return {
    id: row.id,
    uid: row.uid,
    name: row.name,
    position: row.position,
    colour: row.colour,
    key: row.key,
    description: row.description,
    parentId: row.parent_id,
    group: row.group_name,
    exclusive: row.exclusive === 1,
    examples: JSON.parse(row.examples),
    removed: row.removed === 1,
    presentCount: row.present_count,
    absentCount: row.absent_count,
  }
}
