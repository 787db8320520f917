import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { proofText } from '../../../contract/handshake.ts'
import type { WebMemory } from './webMemory.ts'

/** A proof that is asked for is brought within this time, in milliseconds. */
const patience = 30_000
/** So many wait at most; of more, the oldest is forgotten. */
const mostWaiting = 1000

interface Greeting {
  /** What this side made up; used once. */
  nonce: string
  /** That this side has the secret. */
  proof: string
}

/**
 * A page that was let in comes back after a restart. Each side proves to the other that it has the secret of that browser, and never
 * tells it: whoever took the port while Surmise was away learns nothing that would let them in, and gets nothing that the page has.
 * The port is part of every proof, so that nobody can pass proofs on between a page and a server at another port.
 */
export class ComingBack {
  readonly #memory: WebMemory
  readonly #port: number
  readonly #waiting = new Map<string, { id: string; secret: string; theirs: string; until: number }>()

  constructor(memory: WebMemory, port: number) {
    this.#memory = memory
    this.#port = port
  }

  /** For a browser that has just been let in. */
  async newKey(): Promise<{ id: string; secret: string }> {
    const [id, secret] = [randomBytes(16), randomBytes(32)].map((bytes) => bytes.toString('base64url'))
    await this.#memory.rememberKey(id, secret)
    return { id, secret }
  }

  /** @param theirs what the page made up @returns undefined for a browser that is not known */
  async greet(id: string, theirs: string): Promise<Greeting | undefined> {
    const secret = await this.#memory.secretOf(id)
    if (secret === undefined) return undefined
    const nonce = randomBytes(32).toString('base64url')
    const [oldest] = this.#waiting.keys()
    if (this.#waiting.size >= mostWaiting) this.#waiting.delete(oldest)
    this.#waiting.set(nonce, { id, secret, theirs, until: Date.now() + patience })
    return { nonce, proof: this.#proof(secret, 'server', theirs, nonce).toString('base64url') }
  }

  /** @param proof of the page @returns the browser that it proves to be; a nonce is good for one try */
  async check(nonce: string, proof: string): Promise<string | undefined> {
    const asked = this.#waiting.get(nonce)
    this.#waiting.delete(nonce)
    if (!asked || asked.until < Date.now()) return undefined
    const wanted = this.#proof(asked.secret, 'page', asked.theirs, nonce)
    const given = Buffer.from(proof, 'base64url')
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined
    await this.#memory.rememberKey(asked.id, asked.secret)
    return asked.id
  }

  #proof(secret: string, side: 'server' | 'page', pageNonce: string, serverNonce: string): Buffer {
    const text = proofText(side, this.#port, pageNonce, serverNonce)
    return createHmac('sha256', Buffer.from(secret, 'base64url')).update(text).digest()
  }
}
