import type { ProblemList } from '../records.ts'
import { stemOf } from './match.ts'

/** Rule 6: names that other programs take for one another. */
export class NameCheck {
  readonly #problems: ProblemList
  readonly #byStem = new Map<string, string>()
  readonly #byFoldedName = new Map<string, string>()

  constructor(problems: ProblemList) {
    this.#problems = problems
  }

  add(path: string): void {
    this.#compare(
      this.#byStem,
      stemOf(path),
      path,
      'equal-stems',
      'Names that differ only by extension: Datumaro treats them as one image',
    )
    this.#compare(
      this.#byFoldedName,
      path.normalize('NFC').toUpperCase().toLowerCase(),
      path,
      'equal-but-for-case',
      'Names that differ only by case: one file on Windows and macOS',
    )
  }

  #compare(seen: Map<string, string>, key: string, path: string, code: string, message: string): void {
    const other = seen.get(key)
    if (other === undefined) seen.set(key, path)
    else this.#problems.add(code, message, () => `${other}, ${path}`)
  }
}
