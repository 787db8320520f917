import { setImmediate } from 'node:timers/promises'
import type { Decisions, ProgressOverview } from '../../../contract/progress.ts'
import type { ProjectChange } from '../../domain/change.ts'
import type { ReadableProject } from '../../project/readable.ts'
import type { Worked } from '../../project/states/progress.ts'

/** A longer pause, in milliseconds, counts as a break. */
const breakAfter = 120_000
/** Less than this is too little to measure somebody's speed. */
const leastMinutes = 0.5
const leastPairs = 10

const noDecisions = (): Decisions => ({ byHand: 0, oneByOne: 0, inBulk: 0, strokes: 0, imported: 0 })

/** Counts decisions: in this session, since a given time, and in total. For the total, the history is read only once. */
export class Session {
  readonly #project: ReadableProject
  readonly #startedAt = Date.now()
  readonly #firstId: number
  readonly #labelIds = new Set<number>()
  readonly #total = noDecisions()
  #countedTo = 0
  #counting: Promise<void> = Promise.resolve()

  constructor(project: ReadableProject) {
    this.#project = project
    this.#firstId = project.progress.lastId()
  }

  /** To be called after each change is committed. */
  follow(change: ProjectChange): void {
    if (change.kind !== 'states') return
    const { length, labelIds } = change.delta
    for (let i = 0; i < length; i++) this.#labelIds.add(labelIds[i])
  }

  /** All decisions so far. Only those since the last call are read. */
  async total(): Promise<Decisions> {
    const counting = this.#counting.then(async () => {
      await this.#each(this.#countedTo, (row) => {
        add(this.#total, row)
        this.#countedTo = row.id
      })
    })
    this.#counting = counting.catch(() => undefined)
    await counting
    return { ...this.#total }
  }

  /** @param from milliseconds since 1970 */
  async since(from: number): Promise<Decisions> {
    const sum = noDecisions()
    await this.#each(this.#project.progress.lastId(from), (row) => add(sum, row))
    return sum
  }

  async summary(): Promise<ProgressOverview['session']> {
    const decisions = noDecisions()
    let [last, active] = [this.#startedAt, 0]
    await this.#each(this.#firstId, (row) => {
      add(decisions, row)
      if (row.at - last < breakAfter) active += Math.max(0, row.at - last)
      last = row.at
    })
    const minutes = active / 60_000
    const pairs = decisions.byHand + decisions.oneByOne
    const perMinute = minutes >= leastMinutes && pairs >= leastPairs ? pairs / minutes : null
    return { decisions, startedAt: this.#startedAt, minutes, perMinute, labelIds: [...this.#labelIds] }
  }

  async #each(after: number, visit: (row: Worked) => void): Promise<void> {
    for (let id = after; ; ) {
      const rows = this.#project.progress.after(id)
      for (const row of rows) visit(row)
      const end = rows.at(-1)
      if (!end) return
      id = end.id
      await setImmediate()
    }
  }
}

function add(sum: Decisions, { pairs, source }: Worked): void {
  if (source === 'human') sum.byHand += pairs
  if (source === 'import') sum.imported += pairs
  if (source !== 'accepted_suggestion') return
  if (Math.abs(pairs) === 1) sum.oneByOne += pairs
  else {
    sum.inBulk += pairs
    sum.strokes += Math.sign(pairs)
  }
}
