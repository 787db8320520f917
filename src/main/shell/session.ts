import { randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Who may use the web shell: whoever has the one-time token of the URL that was printed. It is exchanged for a cookie that
 * no script can read and no other site can send, and is worth nothing afterwards.
 */
export class Sessions {
  /** With what is to be done once one is used. */
  readonly #tokens = new Map<string, () => void>()
  readonly #sessions = new Set<string>()
  readonly #cookie: string
  readonly #attributes: string

  /**
   * @param port cookies are shared by all ports of a host, so its name holds it
   * @param encrypted then the cookie is never sent in the clear, and no other host can set one of its name
   */
  constructor(port: number, encrypted = false) {
    this.#cookie = `${encrypted ? '__Host-' : ''}surmise-${port}`
    this.#attributes = `HttpOnly; SameSite=Strict; Path=/${encrypted ? '; Secure' : ''}`
  }

  newToken(onUsed: () => void = () => undefined): string {
    const token = randomBytes(32).toString('base64url')
    this.#tokens.set(token, onUsed)
    return token
  }

  /** @returns the Set-Cookie header, undefined for a token that is wrong or used */
  exchange(token: string): string | undefined {
    const known = find(this.#tokens.keys(), token)
    if (known === undefined) return undefined
    const onUsed = this.#tokens.get(known)!
    this.#tokens.delete(known)
    onUsed()
    const session = randomBytes(32).toString('base64url')
    this.#sessions.add(session)
    return `${this.#cookie}=${session}; ${this.#attributes}`
  }

  /** @param header of the request: Cookie */
  isKnown(header: string | null | undefined): boolean {
    return (header ?? '').split(/;\s*/).some((pair) => {
      const [name, value = ''] = pair.split('=', 2)
      return name === this.#cookie && find(this.#sessions, value) !== undefined
    })
  }
}

/** Takes as long for a wrong guess as for a right one. */
function find(secrets: Iterable<string>, guess: string): string | undefined {
  const guessed = Buffer.from(guess)
  let found: string | undefined
  for (const secret of secrets) {
    const bytes = Buffer.from(secret)
    if (bytes.length === guessed.length && timingSafeEqual(bytes, guessed)) found = secret
  }
  return found
}
