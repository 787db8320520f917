import { setImmediate } from 'node:timers/promises'
import { cancelled, shortened, UserError } from '../../base/errors.ts'
import type { Json } from '../../domain/model.ts'
import { type Known, State, sideOf } from '../../domain/state.ts'
import { imagesAtHand } from '../match/atHand.ts'
import { type Matches, matchImages, type TargetImage } from '../match/match.ts'
import type { Collected } from '../read/collected.ts'
import { type PredictedScores, scoresOf } from '../read/predictions.ts'
import type { ProblemList } from '../records.ts'
import { leaveOutUnused, planLabels, type Renames } from './labels.ts'
import type { ImportPreview, PreviewImage, PreviewRow } from './preview.ts'
import { type Grouped, groupByImage } from './resolve.ts'
import { type RestImages, restImages, restOf } from './rest.ts'

/** The project that an import goes into: what has to be known of it for a plan. */
export interface ImportTarget {
  labels: readonly { id: number; uid: string; name: string; key: string | null }[]
  images: () => Iterable<TargetImage>
  /** What is known already. */
  stateOf: (imageId: number, labelId: number) => State
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
  /** Of images that the project doesn't have: it isn't made. */
  leftOut?: boolean
}

export type Rest = 'unknown' | 'absent' | 'absent-everywhere'

export interface ImportChoices {
  /**
   * What a pair that the file doesn't mention means; another answer only where the preview asks. 'absent' is about images of which the
   * file names a label, 'absent-everywhere' about those without any, too. @default 'unknown'
   */
  rest?: Rest
  /** Where project and file disagree. @default 'keep' what the project says */
  conflicts?: 'keep' | 'replace'
  /** What models say in the file is kept as suggestions. @default true */
  suggestions?: boolean
}

/** What takes an import in: an action of the project. */
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
  writeStates: (changes: Iterable<ImportedState>, options: ImportJob) => Promise<number>
}

export interface ImportedState {
  imageId: number
  labelId: number
  state: Known
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

export interface PlanOptions extends ImportJob {
  renames?: Renames
}

const unmatchedShown = 1000
const rowsShown = 12
const imagesShown = 5
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
  #labelIds: number[] = []

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
    { signal, renames }: PlanOptions = {},
  ): Promise<ImportPlan> {
    // The file's own problems stay as reading found them: another plan may be made of it.
    const problems = collected.problems.copy()
    noteMissing(collected, problems)
    const { labels, plannedOf } = planLabels(collected, target, problems, renames)
    // Identities count only in files of Surmise: elsewhere a field of that name means who knows what.
    const matches = await matchImages(collected.images, target.images(), problems, {
      signal,
      uids: collected.ours,
      locate: collected.place === undefined ? undefined : imagesAtHand(collected.place),
    })
    const grouped = groupByImage(collected.states, matches.imageIds, plannedOf, labels.length)
    const states = { present: 0, absent: 0, fresh: 0, same: 0, conflicting: 0 }
    const rows: PreviewRow[] = []
    leaveOutUnused(labels, collected, matches, plannedOf, problems)
    const rests = restImages(collected, matches)
    const rest = { labelled: 0, empty: 0 }
    const first = firstImages(collected, matches, target)
    let sliceStart = performance.now()
    for (let group = 0; group < grouped.imageIds.length; group++) {
      const imageId = grouped.imageIds[group]
      const resolved = grouped.resolve(group)
      for (const { label, state, contradictory } of resolved) {
        if (contradictory) {
          problems.add(
            'contradictory',
            'Labels marked both present and absent in one image: left unknown',
            () => `${pathOf(collected, matches, imageId)}: ${labels[label].name}`,
          )
        }
        if (contradictory || state === State.unknown) continue
        const planned = labels[label]
        planned[sideOf(state)]++
        first.get(imageId)?.[sideOf(state)].push(planned.name)
        states[sideOf(state)]++
        const known = planned.labelId === null ? 0 : target.stateOf(imageId, planned.labelId)
        states[known === 0 ? 'fresh' : known === state ? 'same' : 'conflicting']++
        if (rows.length < rowsShown) {
          rows.push({ image: pathOf(collected, matches, imageId), label: planned.name, state, known })
        }
      }
      const side = collected.asksForRest && sideOfRest(rests, imageId)
      if (side) for (const _ of restOf(labels, resolved, imageId, target)) rest[side]++
      if (performance.now() - sliceStart < slice) continue
      await setImmediate()
      if (signal?.aborted) throw cancelled('The import')
      sliceStart = performance.now()
    }
    const disputed = disputedPairs(collected, matches, plannedOf)
    if (disputed.size > 0) {
      const message = 'Labels that only some annotators of an image chose: present, or unknown if the rest is absent'
      for (const [image, label] of collected.disputed) {
        if (matches.imageIds[image] === 0 || plannedOf[label] < 0) continue
        const example = () => `${pathOf(collected, matches, matches.imageIds[image])}: ${labels[plannedOf[label]].name}`
        problems.add('annotators-differ', message, example)
      }
    }
    const wanted = labels.filter(({ leftOut }) => !leftOut)
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
        ambiguous: matches.ambiguous.length,
        ambiguousPaths: matches.ambiguous
          .slice(0, unmatchedShown)
          .map((index) => shortened(collected.images[index]!.path)),
      },
      labels: wanted.map(({ name, labelId, present, absent }) => ({ name, known: labelId !== null, present, absent })),
      states,
      suggestions: predictedPairs(collected, matches, plannedOf),
      rows,
      first: [...first.values()],
      rest: collected.asksForRest ? rest.labelled : null,
      restEmpty: collected.asksForRest ? { images: rests.empty.size, pairs: rest.empty } : null,
      problems: problems.list(),
    }
    return new ImportPlan({ preview, labels, collected, target, matches, grouped, plannedOf })
  }

  /** What was read, set against the project once more with other names. @throws UserError `cancelled` */
  renamed(target: ImportTarget, options: PlanOptions): Promise<ImportPlan> {
    return ImportPlan.make(this.preview.format, this.#collected, target, options)
  }

  /**
   * Writes it: within one action of the project, so that one undo takes all of it back.
   * @returns how many states have changed @throws UserError `rest-not-asked`, and what the sink throws
   */
  async apply(sink: ImportSink, choices: ImportChoices = {}, job: ImportJob = {}): Promise<number> {
    if (choices.rest !== undefined && choices.rest !== 'unknown' && this.preview.rest === null) {
      throw new UserError(
        'rest-not-asked',
        'This file says what is absent; the rest is unknown.',
        'Import it without marking the rest as absent.',
      )
    }
    const labelIds = this.labels.map((label) => label.labelId ?? (label.leftOut ? 0 : sink.addLabel(label)))
    this.#labelIds = labelIds
    const modelIds = this.#collected.models.map(({ labels, ...model }) => {
      const known = labels.map((label) => this.#plannedOf[label]).filter((label) => labelIds[label] > 0)
      return sink.addModel({ ...model, labelIds: known.map((label) => labelIds[label]), file: null })
    })
    await this.#adoptUids(sink, job)
    return sink.writeStates(this.#changes(choices, labelIds, modelIds), job)
  }

  /** What each of the file's models says, by the ids of the project. To be asked for after `apply`. */
  suggestions(): PredictedScores[] {
    if (!this.preview.suggestions) return []
    const labelIds = this.#plannedOf.map((planned) => (planned < 0 ? 0 : this.#labelIds[planned]))
    return this.#collected
      .allPredictions()
      .map((table) => scoresOf(table, this.#matches.imageIds, labelIds))
      .filter(({ probabilities }) => probabilities.length > 0)
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
    const rests = restImages(this.#collected, this.#matches)
    const sides = new Set(restSides[choices.rest ?? 'unknown'])
    const disputed = disputedPairs(this.#collected, this.#matches, this.#plannedOf)
    for (let group = 0; group < this.#grouped.imageIds.length; group++) {
      const imageId = this.#grouped.imageIds[group]
      const resolved = this.#grouped.resolve(group)
      // Before the pairs themselves are written, and known.
      const side = sideOfRest(rests, imageId)
      const rest = side && sides.has(side) ? [...restOf(this.labels, resolved, imageId, target)] : []
      for (const { label, state, contradictory, row } of resolved) {
        if (contradictory || state === State.unknown) continue
        if (sides.size > 0 && state === State.present && disputed.has(`${imageId} ${label}`)) continue
        const { labelId } = this.labels[label]
        const known = labelId === null ? 0 : target.stateOf(imageId, labelId)
        if (known === state || (known !== 0 && choices.conflicts !== 'replace')) continue
        const { ours, keepsAnnotators, states } = this.#collected
        const told = ours || keepsAnnotators ? states.provenanceAt(row) : undefined
        const provenance = ours ? told : undefined
        yield {
          imageId,
          labelId: labelIds[label],
          state,
          source: provenance?.source ?? 'import',
          decidedAt: told?.decidedAt ?? undefined,
          modelId: provenance && provenance.model >= 0 ? modelIds[provenance.model] : null,
          score: provenance?.score ?? null,
          annotator: told?.annotator ?? null,
        }
      }
      const nothing = { source: 'import', decidedAt: undefined, modelId: null, score: null, annotator: null } as const
      for (const label of rest) yield { imageId, labelId: labelIds[label], state: State.absent, ...nothing }
    }
  }
}

const restSides: Record<Rest, readonly (keyof RestImages)[]> = {
  unknown: [],
  absent: ['labelled'],
  'absent-everywhere': ['labelled', 'empty'],
}

/** Labels that only some of an image's annotators chose, by ids of images and planned labels. */
function disputedPairs({ disputed }: Collected, { imageIds }: Matches, plannedOf: Int32Array): Set<string> {
  const pairs = disputed.filter(([image, label]) => imageIds[image] !== 0 && plannedOf[label] >= 0)
  return new Set(pairs.map(([image, label]) => `${imageIds[image]} ${plannedOf[label]}`))
}

function sideOfRest({ labelled, empty }: RestImages, imageId: number): keyof RestImages | undefined {
  return labelled.has(imageId) ? 'labelled' : empty.has(imageId) ? 'empty' : undefined
}

/** By the ids of the project. */
function firstImages(collected: Collected, { imageIds }: Matches, target: ImportTarget): Map<number, PreviewImage> {
  const first = new Map<number, PreviewImage>()
  for (let index = 0; index < imageIds.length && first.size < imagesShown; index++) {
    const id = imageIds[index]
    if (id === 0 || first.has(id)) continue
    first.set(id, { inFile: shortened(collected.images[index]!.path), image: '', present: [], absent: [] })
  }
  if (first.size === 0) return first
  for (const { id, path } of target.images()) {
    const image = first.get(id)
    if (image) image.image = shortened(path)
  }
  return first
}

/** What is referred to, and never told. */
function noteMissing(collected: Collected, problems: ProblemList): void {
  const { images, labels } = collected
  for (const [key, index] of collected.imageKeys()) {
    if (!images[index])
      problems.add('image-missing', 'Entries about images the file doesn’t list: left out', `image ${key}`)
  }
  for (const [key, index] of collected.labelKeys()) {
    if (!labels[index])
      problems.add('label-missing', 'Entries about labels the file doesn’t list: left out', `label ${key}`)
  }
}

/** Of images and labels that the project has, or will have. */
function predictedPairs(collected: Collected, matches: Matches, plannedOf: Int32Array): ImportPreview['suggestions'] {
  let pairs = 0
  const models: string[] = []
  for (const table of collected.allPredictions()) {
    let own = 0
    for (const [image, label] of table) if (matches.imageIds[image] !== 0 && plannedOf[label] >= 0) own++
    if (own > 0) models.push(table.model)
    pairs += own
  }
  return pairs === 0 ? null : { pairs, model: models.join(', ') }
}

function pathOf(collected: Collected, matches: Matches, imageId: number): string {
  return shortened(collected.images[matches.imageIds.indexOf(imageId)]?.path ?? '', 100)
}
