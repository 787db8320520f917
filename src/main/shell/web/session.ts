import { randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Who may use the web shell: whoever has the one-time token of the URL that was printed. It is exchanged for a cookie that
 * no script can read and no other site can send, and is worth nothing afterwards. Cookies end with the program: a browser that comes
 * back after a restart proves who it is (comingBack.ts) and gets another.
 */
export class Sessions {
  /** With what is to be done once one is used. */
  readonly #tokens = new Map<string, () => void>()
  /** With the browser that it is of, where that can come back. */
  readonly #sessions = new Map<string, string | null>()
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
    return this.open(null)
  }

  /** @param browser that has proved who it is; null: one that had a token @returns the Set-Cookie header */
  open(browser: string | null): string {
    // The session that it had is over: its cookie may have gone elsewhere.
    if (browser !== null) for (const [session, of] of this.#sessions) if (of === browser) this.#sessions.delete(session)
    const session = randomBytes(32).toString('base64url')
    this.#sessions.set(session, browser)
    return `${this.#cookie}=${session}; ${this.#attributes}`
  }

  /** Whether the browser of this session may still be given a key. @param header of the request: Cookie */
  mayHaveKey(header: string | undefined): boolean {
    const session = this.#sessionIn(header)
    return session !== undefined && this.#sessions.get(session) === null
  }

  /** @param header of the request: Cookie @param browser the id of the key that it was given */
  isOf(header: string | undefined, browser: string): void {
    const session = this.#sessionIn(header)
    if (session !== undefined) this.#sessions.set(session, browser)
  }

  /** @param header of the request: Cookie */
  isKnown(header: string | null | undefined): boolean {
    return this.#sessionIn(header) !== undefined
  }

  #sessionIn(header: string | null | undefined): string | undefined {
    for (const pair of (header ?? '').split(/;\s*/)) {
      const [name, value = ''] = pair.split('=', 2)
      const session = name === this.#cookie ? find(this.#sessions.keys(), value) : undefined
      if (session !== undefined) return session
    }
    return undefined
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
