import type { LineData } from './messages.ts'

type Listener = (event?: { data: LineData }) => void

/** One end of a line that shares a channel with others. To the library that speaks the contract it is a message port. */
export class Line {
  readonly postMessage: (data: LineData) => void
  readonly #listeners: Record<string, Listener[]> = { message: [], close: [] }

  /** @param postMessage sends to the other end */
  constructor(postMessage: (data: LineData) => void) {
    this.postMessage = postMessage
  }

  on(kind: string, listener: Listener): void {
    this.#listeners[kind]?.push(listener)
  }

  /** Something has come from the other end. */
  receive(data: LineData): void {
    for (const listener of this.#listeners.message) listener({ data })
  }

  /** The other end is gone. */
  close(): void {
    for (const listener of this.#listeners.close) listener()
  }
}
