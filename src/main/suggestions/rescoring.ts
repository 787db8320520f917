import { conditionalLogOdds } from './conditional.ts'
import { logistic } from './logistic.ts'
import { ScoreTable, scoresFile } from './scores.ts'
import { type RescoringData, readRescoring, suggesterFile } from './suggesterFile.ts'

/** The current state of a label in one image: 1, -1, 0. */
export type StateOf = (labelId: number) => number

/**
 * Recomputes an image's suggestions from its current states, without training (METHOD 4, intra). Everything needed is in memory,
 * and an image takes C × 2S multiplications.
 */
export class Rescorer {
  readonly imageIds: Int32Array
  /** [C] */
  readonly labelIds: Int32Array
  /** y at the time of training, row-major M×C */
  readonly trainedOn: Int8Array
  readonly conditional: RescoringData['conditional']
  readonly #own: Float32Array
  readonly #rowOf: Map<number, number>

  constructor({ imageIds, labelIds, states, own, conditional }: RescoringData) {
    this.imageIds = imageIds
    this.labelIds = labelIds
    this.trainedOn = states
    this.conditional = conditional
    this.#own = own
    this.#rowOf = new Map(Array.from(imageIds, (id, row) => [id, row]))
  }

  /** -1 if the image had no features. */
  rowOf(imageId: number): number {
    return this.#rowOf.get(imageId) ?? -1
  }

  /** s of an image's labels, [C] */
  own(row: number): Float32Array {
    const labels = this.labelIds.length
    return this.#own.subarray(row * labels, (row + 1) * labels)
  }

  /** y of an image's labels at the time of training, [C] */
  statesAtTraining(row: number): Int8Array {
    const labels = this.labelIds.length
    return this.trainedOn.subarray(row * labels, (row + 1) * labels)
  }

  /**
   * The calibrated probability of present for all labels of an image, given its current states: σ(z), just as training computes it
   * for unknown entries (`suggestionProbabilities`). A label's own state doesn't affect its probability.
   * @param states y, [C]: 1, -1, 0
   * @returns [C]; undefined if the image had no features
   */
  rescore(imageId: number, states: Int8Array): Float32Array | undefined {
    const row = this.rowOf(imageId)
    return row < 0 ? undefined : conditionalLogOdds(this.conditional, this.own(row), states).map(logistic)
  }
}

/**
 * Keeps a table of scores up to date with the marks: unknown entries are rescored, known ones keep their cross-fitted
 * probabilities. Without a rescorer, the table stays as it was after training.
 */
export class FollowedScores {
  readonly table: ScoreTable
  readonly rescorer: Rescorer | undefined
  /** y that the table's probabilities are based on, M×C */
  readonly #states: Int8Array
  /** The original rows of the images that were rescored. */
  readonly #trained = new Map<number, Float32Array>()
  readonly #now: Int8Array

  constructor(table: ScoreTable, rescorer: Rescorer | undefined) {
    this.table = table
    this.rescorer = rescorer
    this.#states = rescorer?.trainedOn.slice() ?? new Int8Array(0)
    this.#now = new Int8Array(rescorer?.labelIds.length ?? 0)
  }

  /** @returns undefined if the scores are gone or damaged; without a rescorer if only the suggester's file is */
  static async read(cacheFolder: string, modelUid: string): Promise<FollowedScores | undefined> {
    const table = await ScoreTable.read(scoresFile(cacheFolder, modelUid))
    if (!table) return undefined
    const data = await readRescoring(suggesterFile(cacheFolder, modelUid))
    const belongs =
      data?.labelIds.every((id, column) => id === table.labelIds[column]) &&
      data.imageIds.every((id) => table.rowOf(id) >= 0)
    return new FollowedScores(table, data && belongs ? new Rescorer(data) : undefined)
  }

  /** The number of images that can be kept up to date: 0 without a rescorer. */
  get images(): number {
    return this.rescorer?.imageIds.length ?? 0
  }

  /** Brings an image's scores up to date; to be called before they are read. Costs next to nothing if no state has changed. */
  follow(imageId: number, stateOf: StateOf): void {
    const row = this.rescorer?.rowOf(imageId) ?? -1
    if (row >= 0) this.followRow(row, stateOf)
  }

  /** @param row the image's row in the rescorer */
  followRow(row: number, stateOf: StateOf): void {
    const rescorer = this.rescorer
    if (!rescorer) return
    const labels = rescorer.labelIds.length
    const seen = this.#states.subarray(row * labels, (row + 1) * labels)
    const now = this.#now
    let isSame = true
    for (let column = 0; column < labels; column++) {
      now[column] = stateOf(rescorer.labelIds[column])
      if (now[column] !== seen[column]) isSame = false
    }
    if (isSame) return
    seen.set(now)
    const imageId = rescorer.imageIds[row]
    const place = this.table.rowOf(imageId)
    const trained = this.#trained.get(row) ?? this.table.row(place)
    const scores = rescorer.rescore(imageId, now)!
    this.#trained.set(row, trained)
    this.table.setRow(
      place,
      scores.map((p, column) => (now[column] === 0 ? p : trained[column])),
    )
  }
}
