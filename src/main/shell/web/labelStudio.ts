import { timingSafeEqual } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import type { LabelStudioBackend } from '../../app/labelStudio/labelStudio.ts'
import { jobRequest, predictRequest, setupRequest, webhookRequest } from '../../app/labelStudio/requests.ts'
import { asUserError, UserError } from '../../base/errors.ts'
import type { Logger } from '../../base/log.ts'
import { labelStudio as texts } from '../texts.ts'
import { type Certificate, listen, newServer } from './listen.ts'
import { isLocalHost, isLoopback, nameForPeople } from './origin.ts'
import { GuessLimiter } from './tokenBucket.ts'

/** Bytes. A batch of tasks may have its images embedded. */
const largestRequest = 256 * 1024 * 1024

export interface LabelStudioServerOptions {
  /** 0 for any free port. */
  port: number
  host: string
  /** `user:password`; without it, only this machine has access. */
  auth?: string
  certificate?: Certificate
}

/** Limits wrong passwords by address, against guessing. */
const guessRate = { atOnce: 10, perSecond: 0.2 }

/** Serves the machine learning backend for Label Studio over HTTP, on this machine only unless there is a password. */
export class LabelStudioServer {
  readonly url: string
  readonly #server: Server

  private constructor(server: Server, url: string) {
    this.#server = server
    this.url = url
  }

  /** @throws UserError `port-taken`, `auth-needed` */
  static async start(
    backend: LabelStudioBackend,
    log: Logger,
    { port, host, auth, certificate }: LabelStudioServerOptions,
  ): Promise<LabelStudioServer> {
    if (!isLoopback(host) && auth === undefined) {
      throw new UserError('auth-needed', ...texts.needsPassword(host))
    }
    const server = newServer(certificate)
    await listen(server, port, host)
    server.on('request', getRequestListener(routes(backend, log, { host, auth }).fetch))
    return new LabelStudioServer(
      server,
      `${certificate ? 'https' : 'http'}://${nameForPeople(host)}:${(server.address() as AddressInfo).port}`,
    )
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }
}

function routes(
  backend: LabelStudioBackend,
  log: Logger,
  { host, auth }: Pick<LabelStudioServerOptions, 'host' | 'auth'>,
): Hono {
  const app = new Hono()
  const limiter = new GuessLimiter(guessRate)
  app.use(async (context, next) => {
    const { req } = context
    // Requests come from Label Studio's server, never from a web page.
    const fromPage = req.header('Origin') !== undefined || req.header('Sec-Fetch-Site') !== undefined
    if (fromPage || (isLoopback(host) && !isLocalHost(req.header('Host')))) return refusal(403, texts.notServed)
    if (auth === undefined) return next()
    const client = getConnInfo(context).remote.address ?? ''
    if (limiter.isBarred(client)) return refusal(429, texts.wait, { 'Retry-After': '5' })
    if (!isAuthorized(req.header('Authorization'), auth)) {
      if (req.header('Authorization') !== undefined) limiter.wasWrong(client)
      return refusal(401, texts.wrongPassword, { 'WWW-Authenticate': 'Basic' })
    }
    return next()
  })
  app.use(bodyLimit({ maxSize: largestRequest, onError: () => refusal(413, texts.tooLarge) }))
  app.get('/', (context) => context.json(backend.health()))
  app.get('/health', (context) => context.json(backend.health()))
  app.get('/metrics', (context) => context.json({}))
  app.get('/versions', async (context) => context.json(await backend.versions()))
  app.post('/setup', async (context) => context.json(await backend.setup(await bodyOf(context, setupRequest))))
  app.post('/predict', async (context) => context.json(await backend.predict(await bodyOf(context, predictRequest))))
  app.post('/webhook', async (context) =>
    context.json(await backend.webhook(await bodyOf(context, webhookRequest)), 201),
  )
  app.post('/job_status', async (context) => context.json(backend.jobStatus(await bodyOf(context, jobRequest))))
  // From before webhooks; training isn't started this way.
  app.post('/train', (context) => context.json({}, 201))
  app.notFound(() => refusal(404, texts.nothingHere))
  app.onError((error, context) => {
    const known = asUserError(error)
    if (known instanceof UserError) {
      const words = [known.message, known.hint].filter(Boolean).join(' ')
      sayInStatus(context, words)
      return refusal(400, words)
    }
    log.error('Label Studio could not be answered', error)
    return refusal(500, texts.failed)
  })
  return app
}

/** @throws UserError `request` */
async function bodyOf<Schema extends z.ZodType>({ req }: Context, schema: Schema): Promise<z.infer<Schema>> {
  const body: unknown = await req.json().catch(() => undefined)
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new UserError('request', texts.badRequest(z.prettifyError(parsed.error)), '')
}

function isAuthorized(header: string | undefined, auth: string): boolean {
  const given = Buffer.from(header ?? '')
  const wanted = Buffer.from(`Basic ${Buffer.from(auth).toString('base64')}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

function refusal(status: number, error: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error }, { status, headers })
}

/** Puts an error into the status line, the only part of it that Label Studio shows its users. */
function sayInStatus({ env }: Context, words: string): void {
  const { outgoing } = env as Partial<HttpBindings>
  if (outgoing)
    outgoing.statusMessage = words
      .replace(/’/g, "'")
      .replace(/[^\x20-\x7e]+/g, ' ')
      .slice(0, 500)
}
