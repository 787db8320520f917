import { UserError } from '../../base/errors.ts'
import { State } from '../../domain/state.ts'
import { answerTo, type Setting, type Settings, wordsOf } from '../formats/settings.ts'

const numbers: Setting = {
  id: 'numbers',
  on: 'read',
  title: 'What 0 and −1 mean',
  hint: 'Both are used for “absent”. Only needed for a file that has both.',
  choices: [
    { value: 'auto', title: 'Absent, whichever the file has' },
    { value: 'zero-absent', title: '0 is absent, −1 is unknown or uncertain' },
    { value: 'minus-absent', title: '−1 is absent, 0 is unknown' },
  ],
  usual: 'auto',
}

const more = 'Words in this file besides the usual ones, separated by commas.'
const present: Setting = { id: 'present', on: 'read', title: 'Words for present', hint: more, usual: '' }
const absent: Setting = { id: 'absent', on: 'read', title: 'Words for absent', hint: more, usual: '' }
const unknown: Setting = { id: 'unknown', on: 'read', title: 'Words for unknown', hint: more, usual: '' }

export const valueSettings: readonly Setting[] = [numbers, present, absent, unknown]

const usualWords: [State, string[]][] = [
  [State.present, ['present', '1', '1.0', '+1', 'true', 'yes', 'y', 't', 'x', 'positive']],
  [State.absent, ['absent', 'false', 'no', 'n', 'f', 'negative']],
  [State.unknown, ['unknown', '?', 'nan', 'na', 'n/a', 'null', 'none', 'uncertain']],
]
const zeroes = new Set(['0', '0.0', '-0', '-0.0'])
const minuses = new Set(['-1', '-1.0', '−1'])

/** What the cells of a file mean. */
export class ValueWords {
  readonly #words = new Map<string, State>()
  readonly #numbers: string
  readonly #file: string
  #sawZero = false
  #sawMinus = false

  constructor(file: string, settings: Settings | undefined) {
    this.#file = file
    this.#numbers = answerTo(numbers, settings)
    for (const [state, words] of usualWords) for (const word of words) this.#words.set(word, state)
    for (const [setting, state] of [
      [present, 1],
      [absent, -1],
      [unknown, 0],
    ] as const) {
      for (const word of wordsOf(answerTo(setting, settings))) this.#words.set(word, state)
    }
  }

  /** @returns undefined for what is no value @throws UserError `values-ambiguous` */
  stateOf(cell: string): State | undefined {
    const word = cell.trim().toLowerCase()
    const state = this.#words.get(word)
    if (state !== undefined) return state
    if (zeroes.has(word)) {
      this.#sawZero = true
      this.#check()
      return this.#numbers === 'minus-absent' ? 0 : -1
    }
    if (!minuses.has(word)) return undefined
    this.#sawMinus = true
    this.#check()
    return this.#numbers === 'zero-absent' ? 0 : -1
  }

  #check(): void {
    if (this.#numbers !== 'auto' || !this.#sawZero || !this.#sawMinus) return
    throw new UserError(
      'values-ambiguous',
      `The file has both 0 and −1, and either may mean absent: ${this.#file}`,
      `Choose a CSV format, and set “${numbers.title}” (${numbers.id}): zero-absent (−1 is then unknown) or minus-absent (0 is then unknown).`,
    )
  }
}
