import { isDeepStrictEqual } from 'node:util'
import Database from 'better-sqlite3'

/** What is known of a pair: its state, and where that comes from; undefined for unknown. */
export type Known = string | undefined

/** One thing that somebody asked for. */
export type Deed =
  | { kind: 'mark'; changes: readonly { imageId: number; labelId: number; state: 1 | 0 | -1 }[] }
  /** A file whose every line replaces what is known. */
  | { kind: 'import'; changes: readonly { imageId: number; labelId: number; state: 1 | -1 }[] }
  | { kind: 'undo'; changes?: undefined }
  | { kind: 'redo'; changes?: undefined }

interface Action {
  kind: 'do' | 'undo' | 'redo'
  before: number | null
  target: number | null
  changes: Map<string, [from: Known, to: Known]>
}

const sources = ['human', 'accepted_suggestion', 'import']
const pairOf = ({ imageId, labelId }: { imageId: number; labelId: number }): string => `${imageId}:${labelId}`

/**
 * All that the program has acknowledged, played on plain maps, with the one thing that it was doing when it died. What it should
 * hold after each deed is worked out here anew, from what was asked for alone.
 */
export class Ledger {
  #actions: Action[] = []
  #states = new Map<string, string>()
  #place: number | null = null
  #pending: Deed | undefined

  get length(): number {
    return this.#actions.length
  }

  /** How many pairs are known. */
  get known(): number {
    return this.#states.size
  }

  begin(deed: Deed): void {
    this.#pending = deed
  }

  /** It was refused with a sentence: then nothing may have come of it. */
  refused(): void {
    this.#pending = undefined
  }

  acknowledged(): void {
    this.#play(this.#pending!)
    this.#pending = undefined
  }

  /**
   * Compares with the file, past everything of ours. What was under way may have been done, whole, or not at all.
   * @returns what is wrong; and whether the deed that was under way had been done
   */
  check(file: string): { problems: string[]; wasDone: boolean } {
    const found = readFile(file)
    const problems = [...found.problems]
    let wasDone = false
    if (this.#pending && found.actions.length > this.#actions.length) {
      this.#play(this.#pending)
      wasDone = true
    }
    this.#pending = undefined
    if (found.actions.length !== this.#actions.length) {
      problems.push(`${this.#actions.length} actions were acknowledged, ${found.actions.length} are there`)
    }
    for (const [i, action] of this.#actions.entries()) {
      if (!isDeepStrictEqual(found.actions[i], action)) problems.push(`action ${i + 1} is not what was asked for`)
    }
    if (!isDeepStrictEqual(found.states, this.#states)) problems.push('the states are not those that were acknowledged')
    return { problems, wasDone }
  }

  /** That the first so many actions are there as they were asked for, whatever comes after them. */
  compareFirst(file: string, count: number): string[] {
    const { actions } = readFile(file)
    if (actions.length < count) return [`${count} actions were acknowledged, ${actions.length} are there`]
    const at = this.#actions.slice(0, count).findIndex((action, i) => !isDeepStrictEqual(actions[i], action))
    return at < 0 ? [] : [`action ${at + 1} is not what was asked for`]
  }

  #play(deed: Deed): void {
    if (deed.kind === 'undo' || deed.kind === 'redo') {
      const target = deed.kind === 'undo' ? this.#place : this.#after(this.#place)
      if (target === null) return
      const { changes, before } = this.#actions[target]
      this.#add({ kind: deed.kind, before: null, target, changes: new Map() })
      for (const [pair, [from, to]] of changes) this.#set(pair, deed.kind === 'undo' ? from : to)
      this.#place = deed.kind === 'undo' ? before : target
      return
    }
    const source = deed.kind === 'import' ? 'import' : 'human'
    const wanted = new Map(
      deed.changes.map((one) => [pairOf(one), one.state === 0 ? undefined : `${one.state} ${source}`]),
    )
    const changes: Action['changes'] = new Map()
    for (const [pair, to] of wanted) {
      const from = this.#states.get(pair)
      // An import leaves alone what says the same already, whoever said it.
      const same = deed.kind === 'import' ? from?.split(' ')[0] === to?.split(' ')[0] : from === to
      if (!same) changes.set(pair, [from, to])
    }
    if (changes.size === 0) return
    this.#add({ kind: 'do', before: this.#place, target: null, changes })
    for (const [pair, [, to]] of changes) this.#set(pair, to)
    this.#place = this.#actions.length - 1
  }

  #after(place: number | null): number | null {
    const last = this.#actions.findLastIndex(({ kind, before }) => kind === 'do' && before === place)
    return last < 0 ? null : last
  }

  #add(action: Action): void {
    this.#actions.push(action)
  }

  #set(pair: string, known: Known): void {
    if (known === undefined) this.#states.delete(pair)
    else this.#states.set(pair, known)
  }
}

type Row = Record<string, number | null>

/** What a project file says, read by SQLite alone, and what is wrong with it by itself. */
export function readFile(file: string): { actions: Action[]; states: Map<string, string>; problems: string[] } {
  const db = new Database(file, { fileMustExist: true })
  try {
    const problems: string[] = []
    const integrity = db.pragma('integrity_check', { simple: true })
    if (integrity !== 'ok') problems.push(`integrity_check: ${integrity}`)
    const orphans = db.pragma('foreign_key_check') as unknown[]
    if (orphans.length > 0) problems.push(`foreign_key_check: ${orphans.length} rows`)
    const rows = db.prepare('SELECT id, kind, before_id, target_id FROM action ORDER BY id').all() as (Row & {
      kind: Action['kind']
    })[]
    // In the order in which they came; ids may have gaps where something was given up.
    const placeOf = new Map(rows.map(({ id }, i) => [id, i]))
    const place = (id: number | null): number | null => (id === null ? null : placeOf.get(id)!)
    const known = (row: Row, which: 'old' | 'new'): Known =>
      row[`${which}_state`] === null ? undefined : `${row[`${which}_state`]} ${sources[row[`${which}_source`]! - 1]}`
    const changesOf = db.prepare('SELECT * FROM state_change WHERE action_id = ? ORDER BY image_id, label_id')
    const actions = rows.map(({ id, kind, before_id, target_id }): Action => {
      const changes = (changesOf.all(id) as Row[]).map(
        (row) =>
          [`${row.image_id}:${row.label_id}`, [known(row, 'old'), known(row, 'new')]] as [string, [Known, Known]],
      )
      return { kind, before: place(before_id), target: place(target_id), changes: new Map(changes) }
    })
    const states = new Map<string, string>()
    for (const row of db.prepare('SELECT * FROM label_state').all() as Row[])
      states.set(`${row.image_id}:${row.label_id}`, `${row.state} ${sources[row.source! - 1]}`)
    problems.push(...replayed(actions, states), ...wrongCounts(db))
    return { actions, states, problems }
  } finally {
    db.close()
  }
}

/** The history, from nothing, leads to what is known. */
function replayed(actions: readonly Action[], states: ReadonlyMap<string, string>): string[] {
  const played = new Map<string, Known>()
  for (const { kind, target, changes } of actions) {
    for (const [pair, [from, to]] of target === null ? changes : actions[target].changes) {
      const [expected, next] = kind === 'undo' ? [to, from] : [from, to]
      if (played.get(pair) !== expected) return [`the history contradicts itself at ${pair}`]
      played.set(pair, next)
    }
  }
  const known = new Map([...played].filter(([, one]) => one !== undefined))
  return isDeepStrictEqual(known, new Map(states)) ? [] : ['the history does not lead to the states']
}

function wrongCounts(db: Database.Database): string[] {
  const wrong = db
    .prepare(
      `SELECT count(*) FROM label WHERE
         present_count <> (SELECT count(*) FROM label_state WHERE label_id = label.id AND state = 1) OR
         absent_count <> (SELECT count(*) FROM label_state WHERE label_id = label.id AND state = -1)`,
    )
    .pluck()
    .get()
  return wrong === 0 ? [] : [`${wrong} labels have wrong counts`]
}
