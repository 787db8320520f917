import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { cancelled, UserError } from '../../base/errors.ts'
import type { Connection, Value } from '../database.ts'
import { insertModel, type NewModel } from '../models.ts'
import { undoTarget } from '../states/history.ts'
import { batchSize, type LabelField, type StagedState, sourceNumber, Writer } from '../states/writer.ts'
import type { StateChange, Statement } from '../types.ts'
import { labelById, labelByUid, livingLabels, takenKey, takenName } from './labels.ts'
import { labelNameOf } from './name.ts'
import { defaultColour } from './palette.ts'
import { relatedAnew } from './relations.ts'

export interface EditOptions {
  /** Shown in the history and on the undo button, such as 'Mark “dog” present'. */
  title: string
  /** @default now */
  at?: number
  /** The annotator of changes that don't name one. @default null */
  annotator?: string | null
  /** The id given by the page that sent it (`History.sent`). @default null */
  sentAs?: string | null
}

export interface NewLabel {
  name: string
  colour?: string
  key?: string | null
  description?: string
  parentId?: number | null
  group?: string
  exclusive?: boolean
  /** From an import; replaced if another label already has it. */
  uid?: string
}

export interface LabelPatch {
  name?: string
  colour?: string
  key?: string | null
  description?: string
  /** An image with this label has its parent too; null for none. */
  parentId?: number | null
  /** '' for none. */
  group?: string
  /** Applies to its whole group. @default what the group has */
  exclusive?: boolean
  /** Ids of images. */
  examples?: readonly number[]
}

export interface SlicesOptions {
  signal?: AbortSignal
  /** @param done changes so far */
  onProgress?: (done: number) => void
}

/** The longest time that the event loop is blocked, in milliseconds. */
const slice = 12

/** An action in progress: everything done through it is undone by a single undo. Valid only within its transaction. */
export class Edit {
  readonly writer: Writer
  /** What has changed besides labels and states. */
  readonly alsoChanged = new Set<'images' | 'models'>()
  readonly #db: Connection
  readonly #recorded: boolean
  readonly #title: string
  readonly #at: number
  readonly #annotator: string | null
  readonly #sentAs: string | null
  #actionId: number | null = null
  #batch: StagedState[] = []
  #stateChanges = 0
  #labelChanges = 0

  /** @param recorded false for the initial content of a project, which can't be undone */
  constructor(db: Connection, options: EditOptions, recorded = true) {
    this.#db = db
    this.#recorded = recorded
    this.#title = options.title
    this.#at = options.at ?? Date.now()
    this.#annotator = options.annotator ?? null
    this.#sentAs = options.sentAs ?? null
    this.writer = new Writer(db)
  }

  /** How many states have changed so far. Setting the same decision again, at another time, is no change. */
  get changedStates(): number {
    this.#writeStates()
    return this.#stateChanges
  }

  /** Sets or clears one state. @throws UserError `label-removed` */
  setState(change: StateChange): void {
    if (!this.writer.isLiving(change.labelId)) this.#refuseLabel(change.labelId)
    // Consecutive changes of an image stay in one batch, because changes are compared with known states image by image.
    const full = this.#batch.length >= batchSize && change.imageId !== this.#batch.at(-1)![0]
    if (full || this.#batch.length >= 2 * batchSize) this.#writeStates()
    this.#batch.push([
      change.imageId,
      change.labelId,
      change.state,
      sourceNumber(change.source ?? 'human'),
      change.decidedAt ?? this.#at,
      change.modelId ?? null,
      change.score ?? null,
      change.annotator === undefined ? this.#annotator : change.annotator,
    ])
  }

  /**
   * Sets any number of states, in slices that let the event loop run in between.
   * @returns how many have changed @throws UserError `cancelled`, `label-removed`
   */
  async setStates(
    changes: Iterable<StateChange> | AsyncIterable<StateChange>,
    options: SlicesOptions = {},
  ): Promise<number> {
    const before = this.changedStates
    let [seen, sliceStart] = [0, performance.now()]
    const breathe = async () => {
      if (performance.now() - sliceStart < slice) return
      options.onProgress?.(seen)
      await setImmediate()
      if (options.signal?.aborted) throw cancelled(this.#title)
      sliceStart = performance.now()
    }
    const pauseAt = batchSize / 4
    if (Symbol.asyncIterator in changes) {
      for await (const change of changes) {
        this.setState(change)
        if (++seen % pauseAt === 0) await breathe()
      }
    } else {
      for (const change of changes) {
        this.setState(change)
        if (++seen % pauseAt === 0) await breathe()
      }
    }
    return this.changedStates - before
  }

  /** @returns its id @throws UserError `label-name`, `label-name-taken`, `label-key`, `label-key-taken`, `label-colour` */
  addLabel(label: NewLabel): number {
    const name = labelNameOf(label.name)
    takenName(this.#db, name)
    const position = this.#db.value<number>('SELECT coalesce(max(position) + 1, 0) FROM label')!
    const uid = label.uid && !labelByUid(this.#db, label.uid) ? label.uid : randomUUID()
    const colour = label.colour === undefined ? defaultColour(position) : colourOf(label.colour)
    const id = this.writer.insertLabel({ uid, name, position, colour })
    this.#setField(id, 'removed', 1, 0)
    const { key, description, parentId, group, exclusive } = label
    this.updateLabel(id, { key, description, parentId, group, exclusive })
    return id
  }

  /** @throws UserError as `addLabel`, and `label-removed` */
  updateLabel(id: number, patch: LabelPatch): void {
    const label = this.#livingLabel(id)
    if (patch.name !== undefined) {
      const name = labelNameOf(patch.name)
      takenName(this.#db, name, id)
      this.#setField(id, 'name', label.name, name)
    }
    if (patch.colour !== undefined) this.#setField(id, 'colour', label.colour, colourOf(patch.colour))
    if (patch.description !== undefined)
      this.#setField(id, 'description', label.description, descriptionOf(patch.description))
    if (patch.examples !== undefined) {
      const [old, next] = [label.examples, [...new Set(patch.examples)]].map((ids) => JSON.stringify(ids))
      this.#setField(id, 'examples', old, next)
    }
    this.#relate(id, patch)
    if (patch.key !== undefined) {
      const key = patch.key === null ? null : keyOf(patch.key)
      if (key !== null) takenKey(this.#db, key, id)
      this.#setField(id, 'key', label.key, key)
    }
  }

  /** Changes its parent and group; whether labels exclude each other changes for the whole group. */
  #relate(id: number, patch: LabelPatch): void {
    if (patch.parentId === undefined && patch.group === undefined && patch.exclusive === undefined) return
    const labels = livingLabels(this.#db)
    const byId = new Map(labels.map((label) => [label.id, label]))
    for (const next of relatedAnew(labels, id, patch)) {
      const old = byId.get(next.id)!
      this.#setField(next.id, 'parent_id', old.parentId, next.parentId)
      this.#setField(next.id, 'group_name', old.group, next.group)
      this.#setField(next.id, 'exclusive', Number(old.exclusive), Number(next.exclusive))
    }
  }

  /** Removes a label together with its states; undo restores both. @throws UserError `label-removed` */
  removeLabel(id: number): void {
    this.#livingLabel(id)
    this.#setField(id, 'removed', 0, 1)
  }

  /** @param ids every label, in the new order */
  reorderLabels(ids: readonly number[]): void {
    const labels = livingLabels(this.#db)
    const named = new Set(ids)
    if (ids.length !== labels.length || !labels.every(({ id }) => named.has(id))) {
      throw new UserError(
        'label-order',
        'The new order doesn’t list every label exactly once.',
        'Reload the labels, then try again.',
      )
    }
    // The set of positions doesn't change, so that a removed label comes back between its old neighbours.
    const places = labels.map(({ position }) => position)
    const old = new Map(labels.map(({ id, position }) => [id, position]))
    for (const [index, id] of ids.entries()) this.#setField(id, 'position', old.get(id)!, places[index])
  }

  /**
   * Records what several people said about a pair that is left open because they disagree (`DisputesTable`). Undone with the action.
   * @throws an Error if two statements have the same origin
   */
  addStatements(imageId: number, labelId: number, statements: readonly Statement[]): void {
    for (const { origin, state, source, decidedAt, annotator } of statements) {
      this.#db.run(
        `INSERT INTO statement (image_id, label_id, action_id, origin, state, source, decided_at, annotator)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        imageId,
        labelId,
        this.#action(),
        origin,
        state,
        sourceNumber(source),
        decidedAt,
        annotator,
      )
    }
  }

  /** Adds a model that an import names. Undo doesn't remove it. @returns its id */
  addModel(model: NewModel): number {
    const known = model.uid && this.#db.value<number>('SELECT id FROM model WHERE uid = ?', model.uid)
    if (known) return known
    this.alsoChanged.add('models')
    return insertModel(this.#db, model)
  }

  /** Gives an image the uid used in an import, unless another image has it. Not reverted by undo. */
  adoptImageUid(imageId: number, uid: string): void {
    const { changes } = this.#db.run('UPDATE OR IGNORE image SET uid = ? WHERE id = ? AND uid <> ?', uid, imageId, uid)
    if (changes > 0) this.alsoChanged.add('images')
  }

  /** Ends the action. @returns its id, or null if nothing has changed */
  finish(): number | null {
    this.#writeStates()
    this.writer.flush()
    if (this.#actionId === null) return null
    this.#db.run(
      'UPDATE action SET state_changes = ?, label_changes = ? WHERE id = ?',
      this.#stateChanges,
      this.#labelChanges,
      this.#actionId,
    )
    return this.#actionId
  }

  /** The action's row is created with the first change, so that there are no empty actions. */
  #action(): number {
    this.#actionId ??= this.#db.run(
      "INSERT INTO action (kind, title, at, before_id, sent_as) VALUES ('do', ?, ?, ?, ?)",
      this.#title,
      this.#at,
      undoTarget(this.#db),
      this.#sentAs,
    ).lastId
    return this.#actionId
  }

  #writeStates(): void {
    if (this.#batch.length === 0) return
    this.#stateChanges += this.writer.writeStates(this.#batch, () => this.#action())
    this.#batch = []
  }

  #setField(labelId: number, field: LabelField, old: Value, next: Value): void {
    if (old === next) return
    // States first, to keep the order of the calls: the label may be about to be removed.
    this.#writeStates()
    if (this.#recorded) {
      this.#db.run(
        'INSERT INTO label_change (action_id, label_id, field, old_value, new_value) VALUES (?, ?, ?, ?, ?)',
        this.#action(),
        labelId,
        field,
        old,
        next,
      )
      this.#labelChanges++
    }
    this.writer.setField(labelId, field, next)
  }

  #livingLabel(id: number) {
    const label = labelById(this.#db, id)
    if (!label || label.removed) this.#refuseLabel(id)
    return label!
  }

  #refuseLabel(id: number): never {
    const label = labelById(this.#db, id)
    if (!label) {
      throw new UserError(
        'label-unknown',
        'This label no longer exists in the project.',
        'It may have been removed elsewhere.',
      )
    }
    throw new UserError(
      'label-removed',
      `The label “${label.name}” has been removed.`,
      'Undo the removal, or choose another label.',
    )
  }
}

function colourOf(text: string): string {
  if (/^#[0-9a-f]{6}$/i.test(text)) return text.toLowerCase()
  throw new UserError('label-colour', `“${text.slice(0, 40)}” isn’t a colour.`, 'Write it as #rrggbb.')
}

/** A file may contain a description of any length, which every screen and export would have to carry along. */
const maxDescriptionLength = 10_000

function descriptionOf(text: string): string {
  if (text.length <= maxDescriptionLength) return text
  throw new UserError(
    'label-description',
    `The description “${text.slice(0, 40)}…” is too long.`,
    `Use at most ${maxDescriptionLength.toLocaleString('en')} characters.`,
  )
}

function keyOf(text: string): string {
  const key = text.normalize('NFC')
  if (key !== '' && key.length <= 40 && !/[\p{Cc}\p{Cs}]/u.test(key)) return key
  throw new UserError('label-key', 'This key can’t be used as a shortcut.', 'Choose another key.')
}
