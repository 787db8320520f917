import { randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Access to the web shell. The printed URL contains a one-time token, which is exchanged for a cookie that no script can read and no
 * other site can send. Cookies are valid until the program ends: after a restart, a browser proves its identity
 * (returningBrowsers.ts) and gets a new one.
 */
export class Sessions {
  /** Unused tokens, each with a callback for its use. */
  readonly #tokens = new Map<string, () => void>()
  /** Each with the id of its browser, if that has a key to come back with. */
  readonly #sessions = new Map<string, string | null>()
  readonly #cookie: string
  readonly #attributes: string

  /**
   * @param port part of the cookie's name, because all ports of a host share cookies
   * @param encrypted makes the browser send the cookie only over TLS, and refuse one of that name set by another host
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

  /** @returns the Set-Cookie header; undefined for a wrong or used token */
  exchange(token: string): string | undefined {
    const known = find(this.#tokens.keys(), token)
    if (known === undefined) return undefined
    const onUsed = this.#tokens.get(known)!
    this.#tokens.delete(known)
    onUsed()
    return this.open(null)
  }

  /** @param browser the id a browser has proved; null for one with a token @returns the Set-Cookie header */
  open(browser: string | null): string {
    // Ends the browser's earlier session, whose cookie may have leaked.
    if (browser !== null) for (const [session, of] of this.#sessions) if (of === browser) this.#sessions.delete(session)
    const session = randomBytes(32).toString('base64url')
    this.#sessions.set(session, browser)
    return `${this.#cookie}=${session}; ${this.#attributes}`
  }

  /** Whether this session's browser may still get a key. @param header the request's Cookie header */
  mayHaveKey(header: string | undefined): boolean {
    const session = this.#sessionIn(header)
    return session !== undefined && this.#sessions.get(session) === null
  }

  /** Records the browser of a session. @param header the request's Cookie header @param browser the id of its new key */
  assign(header: string | undefined, browser: string): void {
    const session = this.#sessionIn(header)
    if (session !== undefined) this.#sessions.set(session, browser)
  }

  /** @param header the request's Cookie header */
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

/** Finds a secret in constant time. */
function find(secrets: Iterable<string>, guess: string): string | undefined {
  const guessed = Buffer.from(guess)
  let found: string | undefined
  for (const secret of secrets) {
    const bytes = Buffer.from(secret)
    if (bytes.length === guessed.length && timingSafeEqual(bytes, guessed)) found = secret
  }
  return found
}
