import type { LineData } from './messages.ts'

type Listener = (event?: { data: LineData }) => void

/** One end of a connection that shares an IPC channel with others. oRPC uses it like a message port. */
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

  /** Delivers a message from the other end. */
  receive(data: LineData): void {
    for (const listener of this.#listeners.message) listener({ data })
  }

  /** To be called when the other end is gone. */
  close(): void {
    for (const listener of this.#listeners.close) listener()
  }
}
