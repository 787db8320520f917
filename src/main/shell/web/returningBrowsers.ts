import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { proofText } from '../../../contract/handshake.ts'
import type { WebMemory } from './webMemory.ts'

/** Milliseconds within which a proof must arrive. */
const patience = 30_000
/** The most proofs awaited at once; beyond it, the oldest is forgotten. */
const mostWaiting = 1000

interface Greeting {
  /** Made by this side, used once. */
  nonce: string
  /** Proves that this side has the secret. */
  proof: string
}

/**
 * Lets a browser that had access back in after a restart. Each side proves to the other that it has the browser's secret without
 * revealing it, so another program that takes the port in the meantime can neither get in nor get anything from the page. The port is
 * part of every proof, so that proofs can't be relayed between a page and a server at another port.
 */
export class ReturningBrowsers {
  readonly #memory: WebMemory
  readonly #port: number
  readonly #waiting = new Map<string, { id: string; secret: string; theirs: string; until: number }>()

  constructor(memory: WebMemory, port: number) {
    this.#memory = memory
    this.#port = port
  }

  /** Makes a key for a browser that has just got access. */
  async newKey(): Promise<{ id: string; secret: string }> {
    const [id, secret] = [randomBytes(16), randomBytes(32)].map((bytes) => bytes.toString('base64url'))
    await this.#memory.rememberKey(id, secret)
    return { id, secret }
  }

  /** @param theirs the page's nonce @returns undefined for an unknown browser */
  async greet(id: string, theirs: string): Promise<Greeting | undefined> {
    const secret = await this.#memory.secretOf(id)
    if (secret === undefined) return undefined
    const nonce = randomBytes(32).toString('base64url')
    const [oldest] = this.#waiting.keys()
    if (this.#waiting.size >= mostWaiting) this.#waiting.delete(oldest)
    this.#waiting.set(nonce, { id, secret, theirs, until: Date.now() + patience })
    return { nonce, proof: this.#proof(secret, 'server', theirs, nonce).toString('base64url') }
  }

  /** @param proof the page's @returns the browser's id, if the proof is right. Each nonce allows one attempt. */
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
