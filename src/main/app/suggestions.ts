import { existsSync } from 'node:fs'
import type { Suggestion } from '../../preload/schemas.ts'
import type { Model } from '../project/models.ts'
import type { Project } from '../project/project.ts'
import type { ProjectChange } from '../project/types.ts'
import { type Gains, gainsFile, readGains } from '../suggestions/gains.ts'
import { confidenceOf, confidentFrom, ScoreTable, scoresFile, suggestionOf } from '../suggestions/scores.ts'
import { Confidence } from './confidence.ts'

export interface CurrentScores {
  model: Model
  table: ScoreTable
}

/** The scores of the model that suggests: read when first wanted, kept until another model takes its place. */
export class Suggestions {
  readonly #project: Project
  #current: Promise<CurrentScores | undefined> | undefined
  #confidence: { table: ScoreTable; confidence: Confidence } | undefined
  #gains: { model: string; gains: Gains | undefined } | undefined

  constructor(project: Project) {
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
  async confidence({ table }: CurrentScores): Promise<Confidence> {
    const matrix = await this.#project.states.matrix()
    if (this.#confidence?.table !== table) this.#confidence = { table, confidence: new Confidence(table, matrix) }
    return this.#confidence.confidence
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
    if (change.kind === 'states') this.#confidence?.confidence.statesChanged(change.delta)
    if (change.kind === 'labels') this.#confidence?.confidence.labelsChanged()
    if (change.kind !== 'models') return
    // Another model may be current now.
    this.#current = undefined
    this.#confidence = undefined
    this.#gains = undefined
  }

  isUsable(model: Model): boolean {
    return existsSync(scoresFile(this.#project.cacheFolder, model.uid))
  }

  async #read(): Promise<CurrentScores | undefined> {
    const model = this.#project.models.current()
    const table = model && (await ScoreTable.read(scoresFile(this.#project.cacheFolder, model.uid)))
    return table && { model, table }
  }
}

/** What a model suggests for one image: of each of these labels that it scores, the surest first. */
export function suggestionsOf(table: ScoreTable, imageId: number, undecided: Iterable<number>): Suggestion[] {
  const row = table.rowOf(imageId)
  if (row < 0) return []
  const found: Suggestion[] = []
  for (const labelId of undecided) {
    const probability = table.at(row, table.columnOf(labelId))
    if (Number.isNaN(probability)) continue
    const confident = confidenceOf(probability) >= confidentFrom
    found.push({ labelId, probability, suggestion: suggestionOf(probability), confident })
  }
  return found.sort((a, b) => confidenceOf(b.probability) - confidenceOf(a.probability))
}
