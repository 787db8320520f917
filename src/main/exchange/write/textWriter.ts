import type { FileHandle } from 'node:fs/promises'

const pieceLength = 128 * 1024

/**
 * Gathers text and writes it in large pieces, so that a file of any size takes little memory and few calls. A piece is
 * written while the next is made. `flush` now and then, `end` at the end.
 */
export class TextWriter {
  readonly #file: FileHandle
  #text = ''
  #written: Promise<void> = Promise.resolve()

  constructor(file: FileHandle) {
    this.#file = file
  }

  /** @returns whether it is time to `flush` */
  write(text: string): boolean {
    this.#text += text
    return this.#text.length >= pieceLength
  }

  /** @throws what writing the piece before has thrown */
  async flush(): Promise<void> {
    await this.#written
    this.#written = this.#file.appendFile(this.#text, 'utf8')
    // It is waited for at the next piece; until then its failure is not an unhandled one.
    this.#written.catch(() => {})
    this.#text = ''
  }

  async end(): Promise<void> {
    await this.flush()
    await this.#written
  }
}
