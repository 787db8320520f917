import { existsSync } from 'node:fs'
import type { Suggestion } from '../../preload/schemas.ts'
import type { Model } from '../project/models.ts'
import type { Project } from '../project/project.ts'
import { confidenceOf, confidentFrom, ScoreTable, scoresFile, suggestionOf } from '../suggestions/scores.ts'

export interface CurrentScores {
  model: Model
  table: ScoreTable
}

/** The scores of the model that suggests: read when first wanted, kept until another model takes its place. */
export class Suggestions {
  readonly #project: Project
  #current: Promise<CurrentScores | undefined> | undefined

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

  /** Another model may be current now. */
  forget(): void {
    this.#current = undefined
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
