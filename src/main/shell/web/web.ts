import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { RPCHandler } from '@orpc/server/websocket'
import { Hono } from 'hono'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import type { Application } from '../../app/application.ts'
import { answerImage } from '../../app/images/route.ts'
import { createRouter } from '../../app/router.ts'
import { openFolderOf } from '../desktop.ts'
import { name, pages as texts } from '../texts.ts'
import { securityHeaders, withHeaders } from './headers.ts'
import { type Certificate, listen, listenAgain, newServer } from './listen.ts'
import { isLocalHost, isSameOrigin, nameForPeople, namesOf } from './origin.ts'
import { ReturningBrowsers } from './returningBrowsers.ts'
import { Sessions } from './session.ts'
import { answerStatic } from './staticFiles.ts'
import { talk } from './talk.ts'
import { TokenBucket } from './tokenBucket.ts'
import { WebMemory } from './webMemory.ts'

/** Bytes. A bulk action of 100,000 pairs takes a few megabytes. */
const largestMessage = 32 * 1024 * 1024

/** Pages for clients without access. Beyond this rate they get a line of text. */
const strangerRate = { atOnce: 100, perSecond: 20 }
/** Each page has one. */
const mostSockets = 256

export interface WebShellOptions {
  /** 0 for any free port. @default the one this project was last served on, if free, so that pages find it again */
  port?: number
  rendererFolder: string
  /** @default 127.0.0.1, which only this machine can reach */
  host?: string
  /** Further host names it accepts. */
  names?: readonly string[]
  certificate?: Certificate
  /** Milliseconds after which a client that doesn't read its responses is disconnected. @default a minute */
  unreadFor?: number
}

/** Who has access, and under which host names. */
interface Door {
  names: readonly string[]
  scheme: 'http' | 'https'
  sessions: Sessions
  strangers: TokenBucket
  returning: ReturningBrowsers
}

/** Serves the application to browsers: the same renderer and contract as on the desktop, over another transport. */
export class WebShell {
  readonly port: number
  readonly #address: string
  readonly #server: Server
  readonly #sockets: WebSocketServer
  readonly #sessions: Sessions

  private constructor(server: Server, sockets: WebSocketServer, sessions: Sessions, address: string, port: number) {
    this.#server = server
    this.#sockets = sockets
    this.#sessions = sessions
    this.#address = address
    this.port = port
  }

  /** @throws UserError `port-taken`, `address-unknown`, `certificate` */
  static async start(application: Application, options: WebShellOptions): Promise<WebShell> {
    const { port, rendererFolder, host = '127.0.0.1', names, certificate, unreadFor } = options
    const server = newServer(certificate, unreadFor)
    const { log } = application.context
    const memory = new WebMemory(application.configFolder, log)
    const purpose = application.workspace?.project.path ?? ''
    if (port === undefined) await listenAgain(server, await memory.ports(purpose), host)
    else await listen(server, port, host)
    const actual = (server.address() as AddressInfo).port
    if (port === undefined) await memory.rememberPort(purpose, actual)
    const scheme = certificate ? 'https' : 'http'
    const sessions = new Sessions(actual, certificate !== undefined)
    const door: Door = {
      names: namesOf(host, names),
      scheme,
      sessions,
      strangers: new TokenBucket(strangerRate),
      returning: new ReturningBrowsers(memory, actual),
    }
    server.on('request', getRequestListener(pages(application, door, rendererFolder).fetch))
    const sockets = acceptSockets(server, application, door)
    const address = `${scheme}://${names?.[0] ?? nameForPeople(host)}:${actual}`
    return new WebShell(server, sockets, sessions, address, actual)
  }

  /** An address that gives one browser access, once. @param onUsed called when it is used */
  newUrl(onUsed?: () => void): string {
    return `${this.#address}/?token=${this.#sessions.newToken(onUsed)}`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate()
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }
}

function pages(application: Application, door: Door, rendererFolder: string): Hono {
  const { names, scheme, sessions, strangers, returning } = door
  const app = new Hono()
  const stranger = (status: number, message: string, hint = '') =>
    strangers.take() === 0 ? page(status, message, hint, status === 401) : tooMany()
  app.use(async (context, next) => {
    await next()
    context.res = withHeaders(context.res, securityHeaders)
  })
  app.use(async ({ req }, next) => {
    const [host, origin, site] = [req.header('Host'), req.header('Origin'), req.header('Sec-Fetch-Site')]
    if (!isLocalHost(host, names)) return stranger(403, texts.wrongAddress, texts.useLink)
    const fromElsewhere = site === 'cross-site' && req.header('Sec-Fetch-Mode') !== 'navigate'
    if ((origin !== undefined && !isSameOrigin(origin, host, scheme)) || fromElsewhere) {
      return stranger(403, texts.otherSite, texts.useLink)
    }
    return next()
  })
  app.get('/', async ({ req }, next) => {
    const token = req.query('token')
    if (token === undefined) return next()
    // Previews and prefetching must not use up the token.
    if (req.method !== 'GET' || isPrefetch(req.raw)) return new Response(null, { status: 503, headers: notKept })
    const cookie = sessions.exchange(token)
    // A browser with a session may reload, or open the used link again.
    if (!cookie && !sessions.isKnown(req.header('Cookie'))) return stranger(401, texts.linkUsed, texts.newLink)
    const headers = { ...notKept, ...(cookie && { 'Set-Cookie': cookie }) }
    // A browser that comes from a local file (handOver.ts) doesn't send a SameSite=Strict cookie after a redirect, but does after
    // following this page.
    if (req.header('Sec-Fetch-Site') === 'cross-site') return refreshPage(headers)
    return new Response(null, { status: 303, headers: { ...headers, Location: '/' } })
  })
  // Available without access, as they reveal nothing: the scripts with which a browser gets back in.
  app.use(async ({ req }, next) => {
    if (!letIn.test(req.path) || sessions.isKnown(req.header('Cookie'))) return next()
    return strangers.take() === 0 ? answerStatic(rendererFolder, req.raw) : tooMany()
  })
  app.post('/session/greet', async ({ req }) => {
    if (strangers.take() > 0) return tooMany()
    const asked = greeting.safeParse(await jsonOf(req.raw))
    const answer = asked.success ? await returning.greet(asked.data.id, asked.data.nonce) : undefined
    return answer ? json(answer) : empty(404)
  })
  app.post('/session/prove', async ({ req }) => {
    if (strangers.take() > 0) return tooMany()
    const given = proving.safeParse(await jsonOf(req.raw))
    const browser = given.success ? await returning.check(given.data.nonce, given.data.proof) : undefined
    return browser === undefined ? empty(403) : empty(204, { 'Set-Cookie': sessions.open(browser) })
  })
  app.use(async ({ req }, next) => {
    if (sessions.isKnown(req.header('Cookie'))) return next()
    return stranger(401, texts.linkInvalid, texts.newLink)
  })
  app.post('/session/key', async ({ req }) => {
    const cookie = req.header('Cookie')
    // Only once, so that somebody who stole the cookie has access only as long as the program runs.
    if (!sessions.mayHaveKey(cookie)) return empty(204)
    const key = await returning.newKey()
    sessions.assign(cookie, key.id)
    return json(key)
  })
  app.get('/images/*', async ({ req }) => (await answerImage(application, req.raw)) ?? page(404, texts.nothingHere))
  app.all('*', ({ req }) => answerStatic(rendererFolder, req.raw))
  app.onError((error) => {
    application.context.log.error('A page could not be sent', error)
    return page(500, texts.failed, texts.failedHint)
  })
  return app
}

const notKept = { 'Cache-Control': 'no-store' }

/** Whether a browser is only prefetching; present and former browsers say so with different headers. */
function isPrefetch({ headers }: Request): boolean {
  const purpose = ['Sec-Purpose', 'Purpose', 'X-Purpose', 'X-Moz'].map((name) => headers.get(name) ?? '').join(' ')
  return /prefetch|prerender|preview/i.test(purpose)
}

function refreshPage(headers: Record<string, string>): Response {
  const text = `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/"><title>${name}</title></html>\n`
  return new Response(text, { headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' } })
}

const empty = (status: number, headers: Record<string, string> = {}): Response =>
  new Response(null, { status, headers: { ...notKept, ...headers } })
const tooMany = (): Response => empty(429, { 'Retry-After': '1' })
const json = (content: unknown): Response => Response.json(content, { headers: notKept })

/** Files available without access: the built letIn.ts and what it imports. */
const letIn = /^\/(letIn|assets\/shared-[\w-]+)\.js$/
const base64url = z.string().regex(/^[\w-]{20,100}$/)
const greeting = z.object({ id: base64url, nonce: base64url })
const proving = z.object({ nonce: base64url, proof: base64url })

/** The JSON body of a small request; undefined if it is too large or malformed. */
async function jsonOf(request: Request): Promise<unknown> {
  if (!(Number(request.headers.get('Content-Length') ?? Number.NaN) <= 1000)) return undefined
  return request.json().catch(() => undefined)
}

/** A page without styles, so that the policy needn't allow any. @param mayComeBack lets a browser that had access prove it */
function page(status: number, message: string, hint = '', mayComeBack = false): Response {
  const script = mayComeBack ? '<script type="module" src="/letIn.js"></script>' : ''
  const text = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name}</title>${script}<h1>${message}</h1><p>${hint}</p></html>\n`
  return new Response(text, {
    status,
    headers: { ...notKept, 'Content-Type': 'text/html; charset=utf-8' },
  })
}

/** Calls come over one WebSocket at /rpc. Access is checked as for a page, and the Origin header is required. */
function acceptSockets(server: Server, application: Application, { names, scheme, sessions }: Door): WebSocketServer {
  const handler = new RPCHandler(createRouter(application, { kind: 'web', reveal: openFolderOf }))
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessage,
    perMessageDeflate: false,
    // One message per turn of the event loop, so that a pause takes effect before the next.
    allowSynchronousEvents: false,
  })
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy())
    const { host, origin, cookie } = request.headers
    const status =
      !isLocalHost(host, names) || !isSameOrigin(origin, host, scheme)
        ? '403 Forbidden'
        : !sessions.isKnown(cookie)
          ? '401 Unauthorized'
          : request.url !== '/rpc'
            ? '404 Not Found'
            : sockets.clients.size >= mostSockets
              ? '503 Service Unavailable'
              : undefined
    if (status) {
      stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, stream, head, (socket) => talk(socket, handler, application.context.log))
  })
  return sockets
}
