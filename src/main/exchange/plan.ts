import { setImmediate } from 'node:timers/promises'
import { cancelled, UserError } from '../base/errors.ts'
import type { Collected, FileLabel } from './collected.ts'
import { type MatchedBy, type Matches, matchImages, type TargetImage } from './match.ts'
import { type Json, type Problem, shortened } from './records.ts'
import { type Grouped, groupByImage, type ResolvedState } from './resolve.ts'

/** The project that an import goes into: what has to be known of it for a plan. */
export interface ImportTarget {
  labels: readonly { id: number; uid: string; name: string; key: string | null }[]
  images: () => Iterable<TargetImage>
  /** What is known already. */
  stateOf: (imageId: number, labelId: number) => 1 | 0 | -1
  /** The name as the project keeps it. @throws UserError if it can't be one */
  labelNameOf: (text: string) => string
  /** Names with equal keys are one label. */
  labelNameKey: (name: string) => string
}

export interface PlannedLabel {
  name: string
  /** Null: it is to be made. */
  labelId: number | null
  uid?: string
  colour?: string
  key?: string
  description?: string
  present: number
  absent: number
}

/** What an import would do, for a person to look at before anything is written. */
export interface ImportPreview {
  format: string
  /** Written by Surmise: sources, times and identities come with it. */
  ours: boolean
  images: {
    inFile: number
    matched: number
    by: Record<MatchedBy, number>
    unmatched: number
    unmatchedPaths: string[]
  }
  labels: { name: string; known: boolean; present: number; absent: number }[]
  states: {
    present: number
    absent: number
    /** Unknown in the project until now. */
    fresh: number
    /** Known to be the same. */
    same: number
    /** Known to be the opposite. */
    conflicting: number
  }
  /** If the file leaves open whether the rest is absent: so many pairs would become absent. Null if that is no question. */
  rest: number | null
  problems: Problem[]
}

export interface ImportChoices {
  /** What a pair that the file doesn't mention means; 'absent' only where the preview asks. @default 'unknown' */
  rest?: 'unknown' | 'absent'
  /** Where project and file disagree. @default 'keep' what the project says */
  conflicts?: 'keep' | 'replace'
}

/** What takes an import in: `Edit` of the project does. */
export interface ImportSink {
  addLabel: (label: { name: string; uid?: string; colour?: string; key?: string; description?: string }) => number
  addModel: (model: {
    uid: string
    createdAt?: number
    kind: string
    backbone: string
    seed: number | null
    device: string | null
    metrics: Json
    labelIds: number[]
    file: null
  }) => number
  adoptImageUid: (imageId: number, uid: string) => void
  setStates: (changes: Iterable<ImportedState>, options: ImportJob) => Promise<number>
}

export interface ImportedState {
  imageId: number
  labelId: number
  state: 1 | -1
  source: 'human' | 'accepted_suggestion' | 'import'
  /** Undefined: the time of the import. */
  decidedAt: number | undefined
  modelId: number | null
  score: number | null
  annotator: string | null
}

export interface ImportJob {
  signal?: AbortSignal
  onProgress?: (done: number) => void
}

const unmatchedShown = 1000
/** The event loop is kept waiting so long at most, in milliseconds. */
const slice = 12

/** What a file says, set against a project. Nothing is written before `apply`. */
export class ImportPlan {
  readonly preview: ImportPreview
  readonly labels: readonly PlannedLabel[]
  readonly #collected: Collected
  readonly #target: ImportTarget
  readonly #matches: Matches
  readonly #grouped: Grouped
  /** Planned label of each of the file's; −1 for none. */
  readonly #plannedOf: Int32Array

  private constructor(
    parts: Pick<ImportPlan, 'preview' | 'labels'> & {
      collected: Collected
      target: ImportTarget
      matches: Matches
      grouped: Grouped
      plannedOf: Int32Array
    },
  ) {
    this.preview = parts.preview
    this.labels = parts.labels
    this.#collected = parts.collected
    this.#target = parts.target
    this.#matches = parts.matches
    this.#grouped = parts.grouped
    this.#plannedOf = parts.plannedOf
  }

  /** @throws UserError `cancelled` */
  static async make(
    format: string,
    collected: Collected,
    target: ImportTarget,
    { signal }: ImportJob = {},
  ): Promise<ImportPlan> {
    const { problems } = collected
    noteMissing(collected)
    const { labels, plannedOf } = planLabels(collected, target)
    const matches = matchImages(withoutForeignUids(collected), target.images(), problems)
    const grouped = groupByImage(collected.states, matches.imageIds, plannedOf, labels.length)
    const states = { present: 0, absent: 0, fresh: 0, same: 0, conflicting: 0 }
    let rest = 0
    let sliceStart = performance.now()
    for (let group = 0; group < grouped.imageIds.length; group++) {
      const imageId = grouped.imageIds[group]
      const resolved = grouped.resolve(group)
      for (const { label, state, contradictory } of resolved) {
        if (contradictory) {
          problems.add(
            'contradictory',
            'Labels that the file says are both present and absent in one image: left unknown',
            () => `${pathOf(collected, matches, imageId)}: ${labels[label].name}`,
          )
        }
        if (contradictory || state === 0) continue
        const planned = labels[label]
        planned[state === 1 ? 'present' : 'absent']++
        states[state === 1 ? 'present' : 'absent']++
        const known = planned.labelId === null ? 0 : target.stateOf(imageId, planned.labelId)
        states[known === 0 ? 'fresh' : known === state ? 'same' : 'conflicting']++
      }
      if (collected.asksForRest) for (const _ of restOf(labels, resolved, imageId, target)) rest++
      if (performance.now() - sliceStart < slice) continue
      await setImmediate()
      if (signal?.aborted) throw cancelled('The import')
      sliceStart = performance.now()
    }
    const preview: ImportPreview = {
      format,
      ours: collected.ours,
      images: {
        inFile: collected.images.filter(Boolean).length,
        matched: matches.imageIds.filter((id) => id !== 0).length,
        by: matches.by,
        unmatched: matches.unmatched.length,
        unmatchedPaths: matches.unmatched
          .slice(0, unmatchedShown)
          .map((index) => shortened(collected.images[index]!.path)),
      },
      labels: labels.map(({ name, labelId, present, absent }) => ({ name, known: labelId !== null, present, absent })),
      states,
      rest: collected.asksForRest ? rest : null,
      problems: problems.list(),
    }
    return new ImportPlan({ preview, labels, collected, target, matches, grouped, plannedOf })
  }

  /**
   * Writes it: within one action of the project, so that one undo takes all of it back.
   * @returns how many states have changed @throws UserError `rest-not-asked`, and what the sink throws
   */
  async apply(sink: ImportSink, choices: ImportChoices = {}, job: ImportJob = {}): Promise<number> {
    if (choices.rest === 'absent' && this.preview.rest === null) {
      throw new UserError(
        'rest-not-asked',
        'This file says itself what is absent: the rest is unknown.',
        'Import it without marking the rest as absent.',
      )
    }
    const labelIds = this.labels.map((label) => label.labelId ?? sink.addLabel(label))
    const modelIds = this.#collected.models.map(({ labels, ...model }) => {
      const known = labels.map((label) => this.#plannedOf[label]).filter((label) => label >= 0)
      return sink.addModel({ ...model, labelIds: known.map((label) => labelIds[label]), file: null })
    })
    await this.#adoptUids(sink, job)
    return sink.setStates(this.#changes(choices, labelIds, modelIds), job)
  }

  /** The images are the same as those that were exported: they get the identities back that they had. */
  async #adoptUids(sink: ImportSink, { signal }: ImportJob): Promise<void> {
    if (!this.#collected.ours) return
    for (const [index, image] of this.#collected.images.entries()) {
      const imageId = this.#matches.imageIds[index]
      if (image?.uid && imageId !== 0) sink.adoptImageUid(imageId, image.uid)
      if (index % 500 !== 499) continue
      await setImmediate()
      if (signal?.aborted) throw cancelled('The import')
    }
  }

  *#changes(choices: ImportChoices, labelIds: number[], modelIds: number[]): Generator<ImportedState> {
    const target = this.#target
    for (let group = 0; group < this.#grouped.imageIds.length; group++) {
      const imageId = this.#grouped.imageIds[group]
      const resolved = this.#grouped.resolve(group)
      // Before the pairs themselves are written, and known.
      const rest = choices.rest === 'absent' ? [...restOf(this.labels, resolved, imageId, target)] : []
      for (const { label, state, contradictory, row } of resolved) {
        if (contradictory || state === 0) continue
        const { labelId } = this.labels[label]
        const known = labelId === null ? 0 : target.stateOf(imageId, labelId)
        if (known === state || (known !== 0 && choices.conflicts !== 'replace')) continue
        const provenance = this.#collected.ours ? this.#collected.states.provenanceAt(row) : undefined
        yield {
          imageId,
          labelId: labelIds[label],
          state,
          source: provenance?.source ?? 'import',
          decidedAt: provenance?.decidedAt ?? undefined,
          modelId: provenance && provenance.model >= 0 ? modelIds[provenance.model] : null,
          score: provenance?.score ?? null,
          annotator: provenance?.annotator ?? null,
        }
      }
      const nothing = { source: 'import', decidedAt: undefined, modelId: null, score: null, annotator: null } as const
      for (const label of rest) yield { imageId, labelId: labelIds[label], state: -1, ...nothing }
    }
  }
}

/** Labels of the file that it doesn't mention for this image, and of which the project knows nothing either. */
function* restOf(
  labels: readonly PlannedLabel[],
  resolved: readonly ResolvedState[],
  imageId: number,
  target: ImportTarget,
): Generator<number> {
  const mentioned = new Set(resolved.map(({ label }) => label))
  for (const [label, { labelId }] of labels.entries()) {
    if (!mentioned.has(label) && (labelId === null || target.stateOf(imageId, labelId) === 0)) yield label
  }
}

function planLabels(collected: Collected, target: ImportTarget): { labels: PlannedLabel[]; plannedOf: Int32Array } {
  const { problems } = collected
  const byUid = new Map(target.labels.map((label) => [label.uid, label]))
  const byName = new Map(target.labels.map((label) => [target.labelNameKey(label.name), label]))
  const takenKeys = new Set(target.labels.map(({ key }) => key))
  const plannedOf = new Int32Array(collected.labels.length).fill(-1)
  const labels: PlannedLabel[] = []
  const plannedByName = new Map<string, number>()
  const plannedById = new Map<number, number>()
  for (const index of inOrder(collected.labels)) {
    const label = collected.labels[index]!
    let name: string
    try {
      name = target.labelNameOf(label.name)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      problems.add(
        'label-name',
        'Labels whose name can’t be used: left out',
        `${JSON.stringify(shortened(label.name, 60))}: ${error.message}`,
      )
      continue
    }
    const key = target.labelNameKey(name)
    const known = (collected.ours && label.uid && byUid.get(label.uid)) || byName.get(key)
    const other = known ? plannedById.get(known.id) : plannedByName.get(key)
    if (other !== undefined) {
      problems.add('label-twice', 'Labels of one name (upper and lower case count as the same): taken together', name)
      plannedOf[index] = other
      continue
    }
    const planned: PlannedLabel = { name: known?.name ?? name, labelId: known?.id ?? null, present: 0, absent: 0 }
    if (!known) Object.assign(planned, newLabelFacts(collected, label, takenKeys))
    plannedOf[index] = labels.push(planned) - 1
    plannedByName.set(key, plannedOf[index])
    if (known) plannedById.set(known.id, plannedOf[index])
  }
  return { labels, plannedOf }
}

/** Colour, key and so on of a label that is to be made, as far as the project can take them. */
function newLabelFacts(collected: Collected, label: FileLabel, takenKeys: Set<string | null>): Partial<PlannedLabel> {
  const facts: Partial<PlannedLabel> = {}
  if (collected.ours && label.uid) facts.uid = label.uid
  if (label.colour && /^#[0-9a-f]{6}$/i.test(label.colour)) facts.colour = label.colour
  if (label.description) facts.description = label.description
  if (label.key && label.key.length <= 40 && !/[\p{Cc}\p{Cs}]/u.test(label.key)) {
    const key = label.key.normalize('NFC')
    if (takenKeys.has(key))
      collected.problems.add(
        'key-taken',
        'Shortcuts that are taken: these labels come without',
        `${key}: ${label.name}`,
      )
    else facts.key = key
    takenKeys.add(key)
  }
  return facts
}

/** Indexes of the labels, by their place; those that have none keep the order of the file. */
function inOrder(labels: readonly (FileLabel | undefined)[]): number[] {
  const indexes = [...labels.keys()].filter((index) => labels[index] !== undefined)
  return indexes.toSorted((a, b) => (labels[a]!.order ?? a) - (labels[b]!.order ?? b) || a - b)
}

/** What is referred to, and never told. */
function noteMissing(collected: Collected): void {
  const { images, labels, problems } = collected
  for (const [key, index] of collected.imageKeys()) {
    if (!images[index])
      problems.add('image-missing', 'Entries about images that the file doesn’t list: left out', `image ${key}`)
  }
  for (const [key, index] of collected.labelKeys()) {
    if (!labels[index])
      problems.add('label-missing', 'Entries about labels that the file doesn’t list: left out', `label ${key}`)
  }
}

/** Identities count only in files of Surmise: elsewhere a field of that name means who knows what. */
function withoutForeignUids(collected: Collected): Collected['images'] {
  if (collected.ours) return collected.images
  return collected.images.map((image) => image && { ...image, uid: null })
}

function pathOf(collected: Collected, matches: Matches, imageId: number): string {
  return shortened(collected.images[matches.imageIds.indexOf(imageId)]?.path ?? '', 100)
}
