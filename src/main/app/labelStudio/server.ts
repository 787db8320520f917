import { UserError } from '../../base/errors.ts'

/** No photo is larger. */
const largestPicture = 64 * 1024 * 1024
const fetchWithin = 30_000
/** An access token with less time left than this, in milliseconds, is renewed before use. */
const renewBefore = 20_000

/** The Label Studio server that images are fetched from, with either kind of its tokens. */
export class StudioServer {
  readonly url: URL
  readonly #token: string | undefined
  #access: Promise<{ token: string; until: number }> | undefined

  /** @param token a legacy API token, or a personal access token, which is exchanged for short-lived ones */
  constructor(url: URL, token: string | undefined) {
    this.url = url
    this.#token = token
  }

  /** @throws UserError `label-studio-url` */
  static at(url: string, token: string | undefined): StudioServer {
    const parsed = URL.parse(url)
    if (parsed && /^https?:$/.test(parsed.protocol)) return new StudioServer(parsed, token)
    throw new UserError(
      'label-studio-url',
      `This isn’t a Label Studio address: ${url}`,
      'For example: http://localhost:8080',
    )
  }

  /** Undefined for an address on another server. */
  own(address: string): URL | undefined {
    const url = URL.parse(address, this.url.href)
    return url?.origin === this.url.origin ? url : undefined
  }

  /** @throws UserError `label-studio-image`, `label-studio-token` */
  async image(url: URL): Promise<Uint8Array> {
    let response = await this.#get(url)
    if (response.status === 401 && this.#isPersonal) {
      this.#access = undefined
      response = await this.#get(url)
    }
    if (response.status === 401 || response.status === 403) throw refused(response.status)
    if (!response.ok) throw failed(`Label Studio answered ${response.status} when asked for ${url.pathname}.`)
    return atMost(largestPicture, response)
  }

  get #isPersonal(): boolean {
    return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(this.#token ?? '')
  }

  async #get(url: URL): Promise<Response> {
    const headers = await this.#headers()
    // A redirect must not carry the token elsewhere.
    const asked = fetch(url.href, { headers, redirect: 'error', signal: AbortSignal.timeout(fetchWithin) })
    return asked.catch((cause) => {
      throw failed(`The image can’t be fetched from ${url.origin}.`, cause)
    })
  }

  async #headers(): Promise<Record<string, string>> {
    if (this.#token === undefined) return {}
    if (!this.#isPersonal) return { Authorization: `Token ${this.#token}` }
    const before = this.#access
    const known = await before?.catch(() => undefined)
    // The first caller renews it for all.
    const isOver = !known || known.until - renewBefore < Date.now()
    if (isOver && this.#access === before) this.#access = this.#renewed(this.#token)
    this.#access ??= this.#renewed(this.#token)
    return { Authorization: `Bearer ${(await this.#access).token}` }
  }

  /** @throws UserError `label-studio-token` */
  async #renewed(refresh: string): Promise<{ token: string; until: number }> {
    const response = await fetch(new URL('/api/token/refresh/', this.url).href, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ refresh }),
      redirect: 'error',
      signal: AbortSignal.timeout(fetchWithin),
    }).catch((cause) => {
      throw failed(`${this.url.origin} can’t be reached.`, cause)
    })
    const { access } = (await response.json().catch(() => ({}))) as { access?: unknown }
    if (!response.ok || typeof access !== 'string') throw refused(response.status)
    return { token: access, until: endOf(access) }
  }
}

/** When a token expires, in milliseconds since 1970; if it doesn't say, in a minute. */
function endOf(token: string): number {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString('utf8')) as { exp?: unknown }
    if (typeof exp === 'number') return exp * 1000
  } catch {
    // Not a JSON Web Token, but it may be valid all the same.
  }
  return Date.now() + 60_000
}

/** The error for an image that can’t be predicted. */
export const failed = (message: string, cause?: unknown): UserError =>
  new UserError('label-studio-image', message, '', { cause })

const refused = (status: number): UserError =>
  new UserError(
    'label-studio-token',
    `Label Studio refused the token (${status}).`,
    'Make a personal access token under Account & Settings, and start with --url and --token-file.',
  )

/** The body, up to a limit: Content-Length may be missing or wrong. @throws UserError `label-studio-image` */
async function atMost(bytes: number, { body }: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body ?? []) {
    length += part.length
    if (length > bytes) throw failed('The image is too large.')
    parts.push(part)
  }
  return Buffer.concat(parts)
}
