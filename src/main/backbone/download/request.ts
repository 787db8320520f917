import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { type Dispatcher, EnvHttpProxyAgent, ProxyAgent, request } from 'undici'
import { UserError } from '../../base/errors.ts'
import { redirected } from './address.ts'

const redirectsAtMost = 6

export interface Connection {
  get(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Response>
  close(): Promise<void>
}

export interface Response {
  status: number
  headers: IncomingHttpHeaders
  body: Readable
}

/**
 * @param proxy '' for the environment's HTTPS_PROXY, HTTP_PROXY and NO_PROXY
 * @param stall milliseconds without a byte after which the server counts as gone
 * @throws UserError `proxy-wrong`
 */
export function connect(proxy: string, stall: number): Connection {
  const times = { headersTimeout: stall, bodyTimeout: stall, connect: { timeout: stall } }
  const dispatcher = dispatcherOf(proxy.trim(), times)
  return {
    async get(url, headers, signal) {
      let at = url
      for (let hop = 0; hop <= redirectsAtMost; hop++) {
        // A part of a compressed response isn't a part of the file.
        const asked = { ...headers, 'accept-encoding': 'identity', 'user-agent': 'Surmise' }
        const {
          statusCode: status,
          headers: answered,
          body,
        } = await request(at, { dispatcher, headers: asked, signal })
        const location = [301, 302, 303, 307, 308].includes(status) ? answered.location : undefined
        if (typeof location !== 'string') return { status, headers: answered, body }
        body.on('error', () => undefined).destroy()
        at = redirected(at, location)
      }
      throw new UserError(
        'redirect-endless',
        `${url.host} redirects endlessly.`,
        'Try again later, choose a mirror, or use your own file.',
      )
    },
    close: () => dispatcher.destroy(),
  }
}

function dispatcherOf(proxy: string, times: ConstructorParameters<typeof EnvHttpProxyAgent>[0]): Dispatcher {
  try {
    if (proxy === '') return new EnvHttpProxyAgent(times)
    const { protocol } = new URL(proxy)
    if (!['http:', 'https:', 'socks5:', 'socks:'].includes(protocol)) throw new Error(`no proxy speaks ${protocol}`)
    return new ProxyAgent({ ...times, uri: proxy })
  } catch (cause) {
    throw new UserError(
      'proxy-wrong',
      'This isn’t a proxy address.',
      'For example http://proxy.example:8080, or leave it empty.',
      { cause },
    )
  }
}
