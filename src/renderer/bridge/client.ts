import { type ClientLink, createORPCClient, ORPCError } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import type { contract } from '../../contract/contract.ts'
import type { ErrorReport } from '../../contract/schemas.ts'
import { texts } from '../texts/index.ts'
import { Outgoing } from './outgoing.ts'
import { type Line, openLine, Unproven } from './transport.ts'

export type Client = ContractRouterClient<typeof contract>

/** How long a call waits for the line to come back before it fails. */
const patience = 5_000
const retryAfter = 500

/** `unproven`: somebody answers, but can't prove to be the program. */
export type LineState = 'here' | 'lost' | 'unproven'
type Listener = (state: LineState) => void

/** The line as it is now; opened again whenever it is lost. */
class Connection implements ClientLink<Record<never, never>> {
  #line: Promise<Line> = new Promise(() => undefined)
  #listeners = new Set<Listener>()
  #hasTried = false
  state: LineState = 'lost'
  /** How many lines there have been: what was said on one is not heard on the next. */
  lines = 0
  readonly outgoing = new Outgoing()

  get connected(): boolean {
    return this.state === 'here'
  }

  start(): void {
    this.#line = this.#open()
  }

  /** @returns to stop listening */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  call: ClientLink<Record<never, never>>['call'] = async (path, input, options) => {
    const over = this.connected ? this.outgoing.begin() : undefined
    try {
      const line = await Promise.race([this.#line, fail(patience)])
      return await line.link.call(path, input, options)
    } finally {
      over?.()
    }
  }

  async #open(): Promise<Line> {
    for (;;) {
      try {
        const line = await openLine(this.#hasTried, () => this.outgoing.sent())
        this.lines++
        this.#tell('here')
        void line.lost.then(() => {
          this.#tell('lost')
          this.#line = this.#open()
        })
        return line
      } catch (error) {
        this.#tell(error instanceof Unproven ? 'unproven' : 'lost')
        await new Promise((resolve) => setTimeout(resolve, retryAfter))
      } finally {
        this.#hasTried = true
      }
    }
  }

  #tell(state: LineState): void {
    if (state === this.state) return
    this.state = state
    for (const listener of this.#listeners) listener(state)
  }
}

function fail(after: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new ConnectionLost()), after)
  })
}

export class ConnectionLost extends Error {}

export const connection = new Connection()
export const client: Client = createORPCClient(connection)

/** What a person is told about an error: a sentence, and a way out. */
export function reportOf(error: unknown): ErrorReport {
  if (error instanceof ConnectionLost) return { code: 'connection-lost', ...texts.errors.connectionLost }
  if (error instanceof ORPCError) {
    const data = error.data as { code?: string; hint?: string } | undefined
    if (error.code === 'USER_ERROR') {
      return { code: data?.code ?? error.code, message: error.message, hint: data?.hint ?? '' }
    }
    return { code: error.code, message: error.message || texts.errors.bug.message, hint: texts.errors.bug.hint }
  }
  // What was under way when the line broke.
  if (!connection.connected) return { code: 'connection-lost', ...texts.errors.connectionLost }
  return { code: 'bug', ...texts.errors.bug }
}
