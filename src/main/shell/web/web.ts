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
import { Allowance } from './allowance.ts'
import { ComingBack } from './comingBack.ts'
import { securityHeaders, withHeaders } from './headers.ts'
import { type Certificate, listen, listenAgain, newServer } from './listen.ts'
import { isLocalHost, isSameOrigin, nameForPeople, namesOf } from './origin.ts'
import { Sessions } from './session.ts'
import { answerStatic } from './staticFiles.ts'
import { talk } from './talk.ts'
import { WebMemory } from './webMemory.ts'

/** Larger messages are refused: a bulk action of 100,000 pairs takes a few megabytes. */
const largestMessage = 32 * 1024 * 1024

/** Answers to those who have not been let in. Beyond it they get a line without a page. */
const strangerRate = { atOnce: 100, perSecond: 20 }
/** Pages at once; each has one. */
const mostSockets = 256

export interface WebShellOptions {
  /** 0: any that is free. @default where this project was served before, if that is free, so that pages find it again */
  port?: number
  rendererFolder: string
  /** @default 127.0.0.1, which only this machine can reach */
  host?: string
  /** Names that people call it by beside its own. */
  names?: readonly string[]
  certificate?: Certificate
  /** Milliseconds after which a client is cut off that reads nothing of what it asked for. @default a minute */
  unreadFor?: number
}

/** Who may ask, and under which name. */
interface Door {
  names: readonly string[]
  scheme: 'http' | 'https'
  sessions: Sessions
  strangers: Allowance
  comingBack: ComingBack
}

/** The application served to browsers: the same renderer over the same contract, another transport. */
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
      strangers: new Allowance(strangerRate),
      comingBack: new ComingBack(memory, actual),
    }
    server.on('request', getRequestListener(pages(application, door, rendererFolder).fetch))
    const sockets = acceptSockets(server, application, door)
    const address = `${scheme}://${names?.[0] ?? nameForPeople(host)}:${actual}`
    return new WebShell(server, sockets, sessions, address, actual)
  }

  /** An address that lets one browser in, once. @param onUsed called when it has */
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
  const { names, scheme, sessions, strangers, comingBack } = door
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
    // Whoever only looks whether there is something, or fetches it in case it is wanted, doesn't come in, and uses nothing up.
    if (req.method !== 'GET' || isPrefetch(req.raw)) return new Response(null, { status: 503, headers: notKept })
    const cookie = sessions.exchange(token)
    // A reload, or the same link once more, in the browser that has been let in already.
    if (!cookie && !sessions.isKnown(req.header('Cookie'))) return stranger(401, texts.linkUsed, texts.newLink)
    const headers = { ...notKept, ...(cookie && { 'Set-Cookie': cookie }) }
    // A browser that comes from a page of its disk (handOver.ts) sends no strict cookie along with what it is redirected to, but
    // does with what this page leads to.
    if (req.header('Sec-Fetch-Site') === 'cross-site') return leadingHome(headers)
    return new Response(null, { status: 303, headers: { ...headers, Location: '/' } })
  })
  // What lets a browser come back, and tells nobody anything: the script of the page that says that it is not let in.
  app.use(async ({ req }, next) => {
    if (!letIn.test(req.path) || sessions.isKnown(req.header('Cookie'))) return next()
    return strangers.take() === 0 ? answerStatic(rendererFolder, req.raw) : tooMany()
  })
  app.post('/session/greet', async ({ req }) => {
    if (strangers.take() > 0) return tooMany()
    const asked = greeting.safeParse(await jsonOf(req.raw))
    const answer = asked.success ? await comingBack.greet(asked.data.id, asked.data.nonce) : undefined
    return answer ? json(answer) : none(404)
  })
  app.post('/session/prove', async ({ req }) => {
    if (strangers.take() > 0) return tooMany()
    const given = proving.safeParse(await jsonOf(req.raw))
    const browser = given.success ? await comingBack.check(given.data.nonce, given.data.proof) : undefined
    return browser === undefined ? none(403) : none(204, { 'Set-Cookie': sessions.open(browser) })
  })
  app.use(async ({ req }, next) => {
    if (sessions.isKnown(req.header('Cookie'))) return next()
    return stranger(401, texts.linkInvalid, texts.newLink)
  })
  app.post('/session/key', async ({ req }) => {
    const cookie = req.header('Cookie')
    // Once: whoever else has the cookie has it for as long as the program runs, and no longer.
    if (!sessions.mayHaveKey(cookie)) return none(204)
    const key = await comingBack.newKey()
    sessions.isOf(cookie, key.id)
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

/** As browsers say it, of today and of before. */
function isPrefetch({ headers }: Request): boolean {
  const purpose = ['Sec-Purpose', 'Purpose', 'X-Purpose', 'X-Moz'].map((name) => headers.get(name) ?? '').join(' ')
  return /prefetch|prerender|preview/i.test(purpose)
}

function leadingHome(headers: Record<string, string>): Response {
  const text = `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/"><title>${name}</title></html>\n`
  return new Response(text, { headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' } })
}

const none = (status: number, headers: Record<string, string> = {}): Response =>
  new Response(null, { status, headers: { 'Cache-Control': 'no-store', ...headers } })
const tooMany = (): Response => none(429, { 'Retry-After': '1' })
const json = (content: unknown): Response => Response.json(content, { headers: { 'Cache-Control': 'no-store' } })

/** What those who have not been let in may load: letIn.ts, as the build names it and what it imports. */
const letIn = /^\/(letIn|assets\/shared-[\w-]+)\.js$/
const made = z.string().regex(/^[\w-]{20,100}$/)
const greeting = z.object({ id: made, nonce: made })
const proving = z.object({ nonce: made, proof: made })

/** Of a small request. */
async function jsonOf(request: Request): Promise<unknown> {
  if (!(Number(request.headers.get('Content-Length') ?? Number.NaN) <= 1000)) return undefined
  return request.json().catch(() => undefined)
}

/** No style: it needs nothing that the policy would have to allow. @param mayComeBack a browser that was let in before can prove it */
function page(status: number, message: string, hint = '', mayComeBack = false): Response {
  const script = mayComeBack ? '<script type="module" src="/letIn.js"></script>' : ''
  const text = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name}</title>${script}<h1>${message}</h1><p>${hint}</p></html>\n`
  return new Response(text, {
    status,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' },
  })
}

/** Calls come over one WebSocket at /rpc; who may open it is checked like a page, and the origin must be named. */
function acceptSockets(server: Server, application: Application, { names, scheme, sessions }: Door): WebSocketServer {
  const handler = new RPCHandler(createRouter(application, { kind: 'web', reveal: openFolderOf }))
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessage,
    perMessageDeflate: false,
    // One at a time, each in its turn: a pause is heard before the next.
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
