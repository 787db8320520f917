import { randomUUID } from 'node:crypto'
import { UserError } from '../../src/main/base/errors.ts'
import type { ImportedState, ImportSink, ImportTarget } from '../../src/main/exchange/plan/plan.ts'
import type {
  ExportSource,
  ImageRecord,
  LabelRecord,
  ModelRecord,
  StateRecord,
  SuggestionRecord,
} from '../../src/main/exchange/records.ts'

/** A project of plain arrays: what exports read and imports write, without a database. */
export class MemoryProject implements ImportSink {
  uuid = randomUUID() as string
  name = 'Memory'
  changedAt = Date.UTC(2026, 10, 23, 10)
  labels: Omit<LabelRecord, 'presentCount'>[] = []
  images: ImageRecord[] = []
  models: ModelRecord[] = []
  states = new Map<number, StateRecord[]>()
  suggestions: SuggestionRecord[] = []
  /** When an import happens. */
  now = 1_800_000_000_000

  image(path: string, facts: Partial<ImageRecord> = {}): ImageRecord {
    const id = Math.max(0, ...this.images.map((image) => image.id)) + 1
    const image = {
      id,
      uid: randomUUID(),
      path,
      width: 640,
      height: 480,
      orientation: 1,
      sha256: null,
      problem: null,
      ...facts,
    }
    this.images.push(image)
    return image
  }

  label(name: string, facts: Partial<LabelRecord> = {}): number {
    return this.addLabel({ name, ...facts, key: facts.key ?? undefined })
  }

  mark(imageId: number, labelId: number, state: 1 | -1, facts: Partial<StateRecord> = {}): void {
    const rest = this.statesOf(imageId).filter((one) => one.labelId !== labelId)
    const record: StateRecord = {
      labelId,
      state,
      source: 'human',
      decidedAt: 1_790_000_000_000,
      modelId: null,
      score: null,
      annotator: null,
      ...facts,
    }
    this.states.set(imageId, [...rest, record])
  }

  statesOf(imageId: number): StateRecord[] {
    return this.states.get(imageId) ?? []
  }

  stateOf(imageId: number, labelId: number): 1 | 0 | -1 {
    return this.statesOf(imageId).find((one) => one.labelId === labelId)?.state ?? 0
  }

  /** `path: label present, …` for every image of which something is known. */
  told(): Record<string, Record<string, 'present' | 'absent'>> {
    const nameOf = new Map(this.labels.map(({ id, name }) => [id, name]))
    return Object.fromEntries(
      this.images
        .filter(({ id }) => this.statesOf(id).length > 0)
        .map(({ id, path }) => [
          path,
          Object.fromEntries(
            this.statesOf(id).map(({ labelId, state }) => [nameOf.get(labelId)!, state === 1 ? 'present' : 'absent']),
          ),
        ]),
    )
  }

  source(): ExportSource {
    const all = [...this.states.values()].flat()
    return {
      project: { uuid: this.uuid, name: this.name, imageFolder: 'photos', changedAt: this.changedAt },
      labels: this.labels.map((label) => ({
        ...label,
        presentCount: all.filter(({ labelId, state }) => labelId === label.id && state === 1).length,
      })),
      models: this.models,
      images: ({ readable, states }) =>
        this.images
          .filter(({ problem }) => (problem === null) === readable)
          .map((image) => ({
            image,
            states: this.statesOf(image.id).filter(
              ({ state }) => states === 'all' || (states !== 'none' && state === (states === 'present' ? 1 : -1)),
            ),
          })),
      suggestions: () => this.suggestions,
    }
  }

  target(): ImportTarget {
    return {
      labels: this.labels,
      images: () =>
        this.images.map(({ id, uid, path, sha256, problem }) => ({
          id,
          uid,
          path,
          sha256,
          available: problem?.code !== 'missing',
        })),
      stateOf: (imageId, labelId) => this.stateOf(imageId, labelId),
      labelNameOf: (text) => {
        if (text.trim() === '' || /\p{Cc}/u.test(text.trim())) throw new UserError('label-name', 'A bad name.')
        return text.normalize('NFC').trim()
      },
      labelNameKey: (name) => name.trim().normalize('NFC').toUpperCase().toLowerCase(),
    }
  }

  addLabel(label: Partial<Omit<LabelRecord, 'key'>> & { name: string; key?: string }): number {
    const id = this.labels.length * 3 + 5
    const { uid = randomUUID(), colour = '#000000', key = null, description = '', supercategory = '' } = label
    this.labels.push({ id, name: label.name, uid, colour, key, description, supercategory })
    return id
  }

  addModel(model: Parameters<ImportSink['addModel']>[0]): number {
    const known = this.models.find(({ uid }) => uid === model.uid)
    if (known) return known.id
    const { file: _, createdAt = this.now, ...rest } = model
    return this.models.push({ ...rest, createdAt, id: this.models.length * 2 + 7 }) * 2 + 5
  }

  adoptImageUid(imageId: number, uid: string): void {
    this.images.find(({ id }) => id === imageId)!.uid = uid
  }

  async writeStates(changes: Iterable<ImportedState>): Promise<number> {
    let count = 0
    for (const { imageId, labelId, state, decidedAt, ...rest } of changes) {
      this.mark(imageId, labelId, state, { ...rest, decidedAt: decidedAt ?? this.now })
      count++
    }
    return count
  }
}
