import { existsSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { UserError } from '../base/errors.ts'
import type { ProjectChange, StateDelta } from '../domain/change.ts'
import type { ProjectMatrix } from '../domain/labelMatrix.ts'
import type { Model } from '../domain/model.ts'
import type { LabelId, Probability } from '../domain/quantities.ts'
import type { Side, State } from '../domain/state.ts'
import { type Gains, gainsFile, readGains } from '../suggestions/gains.ts'
import { FollowedScores } from '../suggestions/rescoring.ts'
import { confidenceOf, likelyFrom, ScoreTable, scoresFile, suggestionOf } from '../suggestions/scores.ts'
import { Confidence } from './confidence.ts'
import { PairTable, type PairValues } from './pairTable.ts'
import type { PairProject } from './project.ts'

export interface CurrentScores {
  model: Model
  table: ScoreTable
  /** Brings an image's row of the table up to date with its current states. */
  followed: FollowedScores
}

/** What a model suggests for a label of an image. */
export interface Suggestion {
  labelId: LabelId
  probability: Probability
  suggestion: Side
  /** Likely enough to be shown as a suggestion: see `likelyFrom`. */
  likely: boolean
}

/** The pairs of one model, current or not. Probabilities of known pairs come from parts that never saw them (see `ofModel`). */
export interface ModelPairs {
  model: Model
  pairs: PairTable
}

/** If more images than this change, they aren't rescored at once, but in slices, when they are next needed. */
const manyImages = 100
/** Target length of a slice in milliseconds; the event loop never waits much longer. */
const sliceAim = 5

/**
 * The scores of the current model: read when first needed, and kept until another model replaces it. They are kept up to date with
 * every mark: an image's scores when it is opened, and those of all images before they are compared with one another.
 */
export class Suggestions {
  readonly #project: PairProject
  #current: Promise<CurrentScores | undefined> | undefined
  #pairs: { table: ScoreTable; pairs: PairTable; confidence: Confidence } | undefined
  /** Set once every row is up to date; from then on, each change keeps it so. */
  #allFollowed: FollowedScores | undefined
  /** The pass that is bringing all rows up to date; rows it has already handled are kept up to date, too. */
  #pass: { followed: FollowedScores; done: Promise<void> } | undefined
  #gains: { model: string; gains: Gains | undefined } | undefined

  constructor(project: PairProject) {
    this.#project = project
  }

  /** Undefined without a current model, or if its scores are lost. */
  current(): Promise<CurrentScores | undefined> {
    this.#current ??= this.#read()
    const read = this.#current
    read.catch(() => {
      if (this.#current === read) this.#current = undefined
    })
    return read
  }

  /** The confidence of the current scores' undecided suggestions. Waits until all states are in memory. */
  async confidence(scores: CurrentScores): Promise<Confidence> {
    return (await this.#joined(scores)).confidence
  }

  /** The current scores beside the current states; both follow every mark. Waits until all states are in memory. */
  async pairs(scores: CurrentScores): Promise<PairTable> {
    return (await this.#joined(scores)).pairs
  }

  /**
   * A model's probabilities beside the current states. For known pairs, they come from parts that never saw them: pairs known during
   * training are cross-fitted (`fineTune`), and the model has never seen those marked since.
   * @throws UserError `model-unknown`, `model-unusable`
   */
  async ofModel(id: number): Promise<ModelPairs> {
    const model = this.#project.models.get(id)
    if (!model) {
      throw new UserError('model-unknown', `There is no model ${id} in this project.`, 'Choose one from the list.')
    }
    // Undecided pairs are shown with scores that follow the marks, so they are counted with the same.
    const current = model.current ? await this.current() : undefined
    if (current?.model.id === id) return { model, pairs: await this.pairs(current) }
    const table = await ScoreTable.read(scoresFile(this.#project.cacheFolder, model.uid))
    if (table) return { model, pairs: new PairTable(valuesOf(table), await this.#project.states.matrix()) }
    throw new UserError(
      'model-unusable',
      `The scores of model ${id} are lost, so nothing can be measured.`,
      'Choose another model, or train again.',
    )
  }

  async #joined(scores: CurrentScores) {
    const { table } = scores
    const matrix = await this.followAll(scores)
    if (this.#pairs?.table !== table) {
      const pairs = new PairTable(valuesOf(table), matrix)
      this.#pairs = { table, pairs, confidence: new Confidence(pairs) }
    }
    return this.#pairs
  }

  /** Brings the scores of every image up to date. @returns the states they are based on */
  async followAll({ followed }: CurrentScores): Promise<ProjectMatrix> {
    const matrix = await this.#project.states.matrix()
    // A large change meanwhile starts it over.
    while (this.#allFollowed !== followed) {
      this.#pass ??= { followed, done: this.#followRows(followed, matrix) }
      await this.#pass.done
    }
    return matrix
  }

  async #followRows(followed: FollowedScores, matrix: ProjectMatrix): Promise<void> {
    // The pass must be registered before the first change can arrive.
    await setImmediate()
    const mine = this.#pass
    let sliceEnds = performance.now() + sliceAim
    for (let row = 0; row < followed.images; row++) {
      followed.followRow(row, statesIn(matrix, followed.rescorer!.imageIds[row]))
      if (row % 16 !== 0 || performance.now() < sliceEnds) continue
      await setImmediate()
      sliceEnds = performance.now() + sliceAim
    }
    if (mine && this.#pass === mine) this.#allFollowed = followed
    if (this.#pass === mine) this.#pass = undefined
  }

  /** What would be most useful to know next, as computed during training. Undefined without a current model, or if it is lost. */
  async gains(): Promise<Gains | undefined> {
    const model = this.#project.models.current()
    if (!model) return undefined
    if (this.#gains?.model !== model.uid) {
      this.#gains = { model: model.uid, gains: await readGains(gainsFile(this.#project.cacheFolder, model.uid)) }
    }
    return this.#gains.gains
  }

  /** To be called after every commit. */
  follow(change: ProjectChange): void {
    if (change.kind === 'states') this.#statesChanged(change.delta)
    if (change.kind === 'labels') this.#forgetAll()
    if (change.kind !== 'models') return
    // The current model may have changed.
    this.#forgetAll()
    this.#current = undefined
    this.#pairs = undefined
    this.#gains = undefined
  }

  #forgetAll(): void {
    this.#allFollowed = undefined
    this.#pass = undefined
    this.#pairs?.confidence.forget()
  }

  #statesChanged({ length, imageIds }: StateDelta): void {
    const followed = this.#allFollowed ?? this.#pass?.followed
    const matrix = this.#project.states.loadedMatrix
    if (!followed || !matrix) return
    const changed = new Set<number>()
    for (let i = 0; i < length && changed.size <= manyImages; i++) changed.add(imageIds[i])
    if (changed.size > manyImages) {
      this.#forgetAll()
      return
    }
    for (const imageId of changed) followed.follow(imageId, statesIn(matrix, imageId))
    this.#pairs?.confidence.imagesChanged(changed)
  }

  isUsable(model: Model): boolean {
    return existsSync(scoresFile(this.#project.cacheFolder, model.uid))
  }

  async #read(): Promise<CurrentScores | undefined> {
    const model = this.#project.models.current()
    const followed = model && (await FollowedScores.read(this.#project.cacheFolder, model.uid))
    return followed && { model, table: followed.table, followed }
  }
}

function valuesOf({ imageIds, labelIds, probabilities }: ScoreTable): PairValues {
  return { imageIds, labelIds, values: probabilities }
}

/** An image's current state by label; unknown for a removed label. */
export function statesIn(matrix: ProjectMatrix, imageId: number): (labelId: number) => State {
  return (labelId) => matrix.get(imageId, labelId)
}

/** A model's suggestions for those of an image's undecided labels that it scores, most confident first. */
export function suggestionsOf(table: ScoreTable, imageId: number, undecided: Iterable<number>): Suggestion[] {
  const row = table.rowOf(imageId)
  if (row < 0) return []
  const found: Suggestion[] = []
  for (const labelId of undecided) {
    const probability = table.at(row, table.columnOf(labelId))
    if (Number.isNaN(probability)) continue
    const likely = confidenceOf(probability) >= likelyFrom
    found.push({ labelId, probability, suggestion: suggestionOf(probability), likely })
  }
  return found.sort((a, b) => confidenceOf(b.probability) - confidenceOf(a.probability))
}
