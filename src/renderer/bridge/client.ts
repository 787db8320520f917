import { type ClientLink, createORPCClient, ORPCError } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import type { contract } from '../../contract/contract.ts'
import type { ErrorReport } from '../../contract/schemas.ts'
import { texts } from '../texts/index.ts'
import { Outgoing } from './outgoing.ts'
import { type Line, openLine, Unproven } from './transport.ts'

export type Client = ContractRouterClient<typeof contract>

/** How long a call waits for the connection to come back before it fails. */
const patience = 5_000
const retryAfter = 500

/** `unproven`: something answers, but can't prove that it is Surmise. */
export type LineState = 'here' | 'lost' | 'unproven'
type Listener = (state: LineState) => void

/** The current connection; it is reopened whenever it is lost. */
class Connection implements ClientLink<Record<never, never>> {
  #line: Promise<Line> = new Promise(() => undefined)
  #listeners = new Set<Listener>()
  #hasTried = false
  state: LineState = 'lost'
  /** How many connections there have been: a new one knows nothing of the subscriptions on the last. */
  lines = 0
  readonly outgoing = new Outgoing()

  get connected(): boolean {
    return this.state === 'here'
  }

  start(): void {
    this.#line = this.#open()
  }

  /** @returns a function that stops it */
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

/** An error as shown to people: a sentence and a way out. */
export function reportOf(error: unknown): ErrorReport {
  if (error instanceof ConnectionLost) return { code: 'connection-lost', ...texts.errors.connectionLost }
  if (error instanceof ORPCError) {
    const data = error.data as { code?: string; hint?: string } | undefined
    if (error.code === 'USER_ERROR') {
      return { code: data?.code ?? error.code, message: error.message, hint: data?.hint ?? '' }
    }
    return { code: error.code, message: error.message || texts.errors.bug.message, hint: texts.errors.bug.hint }
  }
  // Calls that were in progress when the connection broke.
  if (!connection.connected) return { code: 'connection-lost', ...texts.errors.connectionLost }
  return { code: 'bug', ...texts.errors.bug }
}
