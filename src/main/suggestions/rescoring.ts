import { conditionalLogOdds } from './conditional.ts'
import { logistic } from './logistic.ts'
import { ScoreTable, scoresFile } from './scores.ts'
import { type RescoringData, readRescoring, suggesterFile } from './suggesterFile.ts'

/** What is known now of a label in one image: 1, -1, 0. */
export type StateOf = (labelId: number) => number

/**
 * Suggestions that follow what is known of an image now (METHOD 4, intra: it answers at once, nothing is trained again). All
 * that is needed is in memory; it costs C × 2S multiplications an image.
 */
export class Rescorer {
  readonly imageIds: Int32Array
  /** [C] */
  readonly labelIds: Int32Array
  /** y at the click, row-major M×C */
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

  /** y of an image's labels as the model knew them, [C] */
  statesAtTraining(row: number): Int8Array {
    const labels = this.labelIds.length
    return this.trainedOn.subarray(row * labels, (row + 1) * labels)
  }

  /**
   * Calibrated probability of present of every label of an image, given what is known of it now: σ(z), as training computed it
   * for unknown entries (`suggestionProbabilities`). What is known of a label itself makes no difference to it.
   * @param states y, [C]: 1, -1, 0
   * @returns [C]; undefined for an image that had no features
   */
  rescore(imageId: number, states: Int8Array): Float32Array | undefined {
    const row = this.rowOf(imageId)
    return row < 0 ? undefined : conditionalLogOdds(this.conditional, this.own(row), states).map(logistic)
  }
}

/**
 * Keeps a table of scores up to date with the marks: its unknown entries are re-scored, its known ones keep their cross-fitted
 * probabilities. Without a rescorer the table stays as training left it.
 */
export class FollowedScores {
  readonly table: ScoreTable
  readonly rescorer: Rescorer | undefined
  /** y that the table's probabilities go by, M×C */
  readonly #states: Int8Array
  /** Rows as training left them, of the images that were re-scored. */
  readonly #trained = new Map<number, Float32Array>()
  readonly #now: Int8Array

  constructor(table: ScoreTable, rescorer: Rescorer | undefined) {
    this.table = table
    this.rescorer = rescorer
    this.#states = rescorer?.trainedOn.slice() ?? new Int8Array(0)
    this.#now = new Int8Array(rescorer?.labelIds.length ?? 0)
  }

  /** @returns undefined if the scores are gone or damaged. If only the file beside them is, they are there and stay as they are. */
  static async read(cacheFolder: string, modelUid: string): Promise<FollowedScores | undefined> {
    const table = await ScoreTable.read(scoresFile(cacheFolder, modelUid))
    if (!table) return undefined
    const data = await readRescoring(suggesterFile(cacheFolder, modelUid))
    const belongs =
      data?.labelIds.every((id, column) => id === table.labelIds[column]) &&
      data.imageIds.every((id) => table.rowOf(id) >= 0)
    return new FollowedScores(table, data && belongs ? new Rescorer(data) : undefined)
  }

  /** Images that can be followed: 0 without a rescorer. */
  get images(): number {
    return this.rescorer?.imageIds.length ?? 0
  }

  /** To be told what is known of an image before its scores are looked at. It costs next to nothing if that is as it was. */
  follow(imageId: number, stateOf: StateOf): void {
    const row = this.rescorer?.rowOf(imageId) ?? -1
    if (row >= 0) this.followRow(row, stateOf)
  }

  /** @param row of the rescorer */
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
