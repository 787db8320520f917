import { readFile } from 'node:fs/promises'
import { writeAtomically } from './files.ts'
import { InOrder } from './inOrder.ts'

/** A small JSON file that only its owner may read. Read as a whole, and changed one change at a time. */
export class OwnFile<Content> {
  readonly path: string
  readonly #schema: { parse(value: unknown): Content }
  readonly #empty: Content
  readonly #onBroken: () => Promise<void>
  /** Of two concurrent changes, one would be lost. */
  readonly #turn = new InOrder()

  /**
   * @param empty the content before the file is first written
   * @param onBroken called when the file can't be parsed
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

  /** The content after all changes requested so far. */
  read(): Promise<Content> {
    return this.#turn.run(() => this.#read())
  }

  /** @returns the new content @throws what writing throws, leaving the file as it was */
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
