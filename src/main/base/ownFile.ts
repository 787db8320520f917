import { readFile } from 'node:fs/promises'
import { writeAtomically } from './files.ts'
import { InOrder } from './inOrder.ts'

/** A small JSON file that is the person's own: read whole, changed one change after the other, and readable by nobody else. */
export class OwnFile<Content> {
  readonly path: string
  readonly #schema: { parse(value: unknown): Content }
  readonly #empty: Content
  readonly #onBroken: () => Promise<void>
  /** Two changes at once would lose one of them. */
  readonly #turn = new InOrder()

  /**
   * @param empty what it holds before it is written for the first time
   * @param onBroken told when there is something that can't be read
   */
  constructor(
    path: string,
    schema: { parse(value: unknown): Content },
    empty: Content,
    onBroken: () => Promise<void> = async () => undefined,
  ) {
    this.path = path
    this.#schema = schema
    this.#empty = empty
    this.#onBroken = onBroken
  }

  /** What it holds after every change that was asked for so far. */
  read(): Promise<Content> {
    return this.#turn.run(() => this.#read())
  }

  /** @returns what it holds then @throws what writing throws; the file is as before then */
  change(change: (before: Content) => Content | Promise<Content>): Promise<Content> {
    return this.#turn.run(async () => {
      const content = await change(await this.#read())
      const text = `${JSON.stringify(content, null, 2)}\n`
      await writeAtomically(this.path, (handle) => handle.writeFile(text), { mode: 0o600 })
      return content
    })
  }

  async #read(): Promise<Content> {
    const text = await readFile(this.path, 'utf8').catch(() => null)
    if (text === null) return this.#empty
    try {
      return this.#schema.parse(JSON.parse(text))
    } catch {
      await this.#onBroken()
      return this.#empty
    }
  }
}
