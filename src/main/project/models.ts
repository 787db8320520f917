import { randomUUID } from 'node:crypto'
import { UserError } from '../base/errors.ts'
import type { Model } from '../domain/model.ts'
import type { Connection, ReadableDatabase, Write } from './database.ts'
import { soundRow } from './soundRow.ts'

export type NewModel = Omit<Model, 'id' | 'uid' | 'createdAt' | 'current'> & { uid?: string; createdAt?: number }

interface ModelRow {
  id: number
  uid: string
  created_at: number
  kind: string
  backbone: string
  seed: number | null
  device: string | null
  metrics: string
  label_ids: string
  file: string | null
  is_current: number
}

/** The models that were trained in the project, or named by an import. At most one is current: the one that suggests. */
export class ModelsTable {
  readonly #db: ReadableDatabase
  readonly #write: Write

  constructor(db: ReadableDatabase, write: Write) {
    this.#db = db
    this.#write = write
  }

  /** Newest first. */
  list(): Model[] {
    return this.#db
      .all<ModelRow>('SELECT * FROM model ORDER BY created_at DESC, id DESC')
      .map((row) => modelOf(row, this.#db))
  }

  get(id: number): Model | undefined {
    const row = this.#db.get<ModelRow>('SELECT * FROM model WHERE id = ?', id)
    return row && modelOf(row, this.#db)
  }

  byUid(uid: string): Model | undefined {
    const row = this.#db.get<ModelRow>('SELECT * FROM model WHERE uid = ?', uid)
    return row && modelOf(row, this.#db)
  }

  current(): Model | undefined {
    const row = this.#db.get<ModelRow>('SELECT * FROM model WHERE is_current = 1')
    return row && modelOf(row, this.#db)
  }

  /** Adds a model, and optionally makes it the current one: both or neither. */
  add(model: NewModel, options: { current?: boolean } = {}): Model {
    let id = 0
    this.#write((db) => {
      id = insertModel(db, model)
      if (options.current) markCurrent(db, id)
    })
    return this.get(id)!
  }

  /** @param id null for no current model */
  setCurrent(id: number | null): void {
    this.#write((db) => markCurrent(db, id))
  }
}

export function insertModel(db: Connection, model: NewModel): number {
  return db.run(
    `INSERT INTO model (uid, created_at, kind, backbone, seed, device, metrics, label_ids, file)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    model.uid ?? randomUUID(),
    model.createdAt ?? Date.now(),
    model.kind,
    model.backbone,
    model.seed,
    model.device,
    JSON.stringify(model.metrics),
    JSON.stringify(model.labelIds),
    model.file,
  ).lastId
}

function modelOf(row: ModelRow, db: ReadableDatabase): Model {
  soundRow('model', row, db.path)
  return {
    id: row.id,
    uid: row.uid,
    createdAt: row.created_at,
    kind: row.kind,
    backbone: row.backbone,
    seed: row.seed,
    device: row.device,
    metrics: JSON.parse(row.metrics),
    labelIds: JSON.parse(row.label_ids),
    file: row.file,
    current: row.is_current === 1,
  }
}

function markCurrent(db: Connection, id: number | null): void {
  db.run('UPDATE model SET is_current = 0 WHERE is_current = 1')
  if (id === null) return
  const { changes } = db.run('UPDATE model SET is_current = 1 WHERE id = ?', id)
  if (changes === 0) {
    throw new UserError('model-unknown', 'There is no such model in this project.', 'Choose one from the list.')
  }
}
