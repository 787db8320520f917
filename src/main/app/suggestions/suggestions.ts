import { existsSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { Suggestion } from '../../../contract/schemas.ts'
import type { State } from '../../domain/state.ts'
import type { Model } from '../../project/models.ts'
import type { ReadableProject } from '../../project/readable.ts'
import type { StateMatrix } from '../../project/states/stateMatrix.ts'
import type { ProjectChange, StateDelta } from '../../project/types.ts'
import { type Gains, gainsFile, readGains } from '../../suggestions/gains.ts'
import { FollowedScores } from '../../suggestions/rescoring.ts'
import { confidenceOf, likelyFrom, type ScoreTable, scoresFile, suggestionOf } from '../../suggestions/scores.ts'
import { Confidence } from '../images/confidence.ts'

export interface CurrentScores {
  model: Model
  table: ScoreTable
  /** Brings an image's row of the table up to date with what is known of it now. */
  followed: FollowedScores
}

/** More images than this are re-scored when they are next looked at, in slices, not while a mark waits. */
const manyImages = 100
/** Milliseconds that a slice may take: the event loop is never kept waiting much longer. */
const sliceAim = 5

/**
 * The scores of the model that suggests: read when first wanted, kept until another model takes its place. They follow the
 * marks: one image at once when it is looked at; all of them before they are compared with each other.
 */
export class Suggestions {
  readonly #project: ReadableProject
  #current: Promise<CurrentScores | undefined> | undefined
  #confidence: { table: ScoreTable; confidence: Confidence } | undefined
  /** Of which every row is up to date, and is kept so. */
  #allFollowed: FollowedScores | undefined
  /** On the way there: rows that it has passed are kept up to date too. */
  #pass: { followed: FollowedScores; done: Promise<void> } | undefined
  #gains: { model: string; gains: Gains | undefined } | undefined

  constructor(project: ReadableProject) {
    this.#project = project
  }

  /** Undefined if no model suggests, or its scores are lost. */
  current(): Promise<CurrentScores | undefined> {
    this.#current ??= this.#read()
    const read = this.#current
    read.catch(() => {
      if (this.#current === read) this.#current = undefined
    })
    return read
  }

  /** How sure the undecided suggestions of the current scores are. Waits until all states are in memory. */
  async confidence(scores: CurrentScores): Promise<Confidence> {
    const { table } = scores
    const matrix = await this.followAll(scores)
    if (this.#confidence?.table !== table) this.#confidence = { table, confidence: new Confidence(table, matrix) }
    return this.#confidence.confidence
  }

  /** Brings the scores of every image up to date. @returns the states that they go by */
  async followAll({ followed }: CurrentScores): Promise<StateMatrix> {
    const matrix = await this.#project.states.matrix()
    // A large change meanwhile sets it back: then once more.
    while (this.#allFollowed !== followed) {
      this.#pass ??= { followed, done: this.#followRows(followed, matrix) }
      await this.#pass.done
    }
    return matrix
  }

  async #followRows(followed: FollowedScores, matrix: StateMatrix): Promise<void> {
    // The pass has to be known before the first change can come.
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

  /** What it would be good to be told next, as the training left it. Undefined if no model suggests, or it is lost. */
  async gains(): Promise<Gains | undefined> {
    const model = this.#project.models.current()
    if (!model) return undefined
    if (this.#gains?.model !== model.uid) {
      this.#gains = { model: model.uid, gains: await readGains(gainsFile(this.#project.cacheFolder, model.uid)) }
    }
    return this.#gains.gains
  }

  /** To be told of every change, after the commit. */
  follow(change: ProjectChange): void {
    if (change.kind === 'states') this.#statesChanged(change.delta)
    if (change.kind === 'labels') this.#forgetAll()
    if (change.kind !== 'models') return
    // Another model may be current now.
    this.#forgetAll()
    this.#current = undefined
    this.#confidence = undefined
    this.#gains = undefined
  }

  #forgetAll(): void {
    this.#allFollowed = undefined
    this.#pass = undefined
    this.#confidence?.confidence.forget()
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
    this.#confidence?.confidence.imagesChanged(changed)
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

/** What is known of an image now, label by label; nothing of a label that was removed. */
export function statesIn(matrix: StateMatrix, imageId: number): (labelId: number) => State {
  return (labelId) => matrix.get(imageId, labelId)
}

/** What a model suggests for one image: of each of these labels that it scores, the surest first. */
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
