import { Session } from 'node:inspector/promises'
import { fileURLToPath } from 'node:url'

interface Range {
  startOffset: number
  endOffset: number
  count: number
}

/**
 * Which blocks of our own sources have run: V8 itself counts them. A file that reaches a block that none has reached before is
 * worth changing further.
 */
export class Coverage {
  readonly #session = new Session()
  readonly #seen = new Set<string>()
  readonly #root: string

  private constructor(root: string) {
    this.#root = root
  }

  /** @param root of the sources that count */
  static async start(root: string): Promise<Coverage> {
    const coverage = new Coverage(root)
    coverage.#session.connect()
    await coverage.#session.post('Profiler.enable')
    await coverage.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
    return coverage
  }

  get blocks(): number {
    return this.#seen.size
  }

  /** @returns whether something ran since the last call that had never run before */
  async isNew(): Promise<boolean> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage')
    const before = this.#seen.size
    for (const { url, scriptId, functions } of result) {
      if (!url.startsWith('file:') || !fileURLToPath(url).startsWith(this.#root)) continue
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges as Range[]) {
          // How often, roughly: a loop that runs a hundred times is another thing than one that runs twice.
          if (count > 0)
            this.#seen.add(`${scriptId}:${startOffset}:${endOffset}:${Math.min(6, Math.floor(Math.log2(count)))}`)
        }
      }
    }
    return this.#seen.size > before
  }
}
