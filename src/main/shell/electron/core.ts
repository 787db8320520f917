import { type ChildProcess, fork } from 'node:child_process'
import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import type { MessagePortMain } from 'electron'
import type { contract } from '../../../contract/contract.ts'
import type { MenuAction } from '../../../contract/desktop.ts'
import { reportOf, UserError } from '../../base/errors.ts'
import type { Logger } from '../../base/log.ts'
import { Line } from '../core/line.ts'
import type { FromCore, LineData, Question, ToCore } from '../core/messages.ts'
import { crash, core as texts } from '../texts.ts'

export type Client = ContractRouterClient<typeof contract>

export interface CoreOptions {
  /** The Node executable to run it with, since Electron can't. */
  node: string
  /** The file that calls `serveDesktop`. */
  entry: string
  log: Logger
  /** Does something only Electron can, and returns the result. */
  answer(question: Question): Promise<string | null>
  setMenu(actions: MenuAction[]): void
  /** Called when the core has ended unexpectedly. @param what happened, as a sentence */
  ended(what: string): void
  /** Milliseconds the project may take to close before the process is killed. */
  stopWithin?: number
}

/** A page's end of a line. */
type Port = Pick<MessagePortMain, 'on' | 'postMessage' | 'start' | 'close'>

interface Image {
  head: PromiseWithResolvers<Response>
  body?: ReadableStreamDefaultController<Uint8Array>
}

/** The main process's own line; pages count from 1. */
const own = 0

/**
 * The core of the application, seen from Electron's main process: the project, its database and all the work, in a process of plain
 * Node. So a crash in a native library never takes the window down, and slow work never blocks it.
 */
export class Core {
  readonly #options: CoreOptions
  #child: ChildProcess | undefined
  /** Messages to send once the process is ready. */
  #waiting: ToCore[] | undefined
  #line: Line | undefined
  #client: Client | undefined
  readonly #ports = new Map<number, Port>()
  readonly #images = new Map<number, Image>()
  #last = own
  #gone: Promise<void> = Promise.resolve()
  #stopping = false

  constructor(options: CoreOptions) {
    this.#options = options
  }

  /** The contract, for the main process itself; available after `start`. */
  get client(): Client {
    if (!this.#client) throw new Error('The core was never started')
    return this.#client
  }

  /** Starts the process, for the first time or again after it has ended. */
  start(): void {
    const { node, entry } = this.#options
    const { electron, chrome } = process.versions as Record<string, string | undefined>
    const child = fork(entry, electron ? [`${electron}, Chromium ${chrome}`] : [], {
      execPath: node,
      execArgv: [],
      env: coreEnvironment(),
      // Structured clone, so that bytes survive.
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child = child
    this.#waiting = []
    this.#gone = new Promise((resolve) => {
      let isOver = false
      const over = (what: string) => {
        if (isOver) return
        isOver = true
        this.#child = undefined
        resolve()
        this.#hangUp()
        if (!this.#stopping) this.#options.ended(what)
      }
      // The process didn't start at all (no such executable), so no 'exit' follows.
      child.on('error', (error) => child.pid === undefined && over(texts.notStarted(error.message)))
      child.on('exit', (code, signal) => over(signal ? texts.endedBy(signal) : texts.endedWith(code)))
    })
    child.on('message', (message: FromCore) => this.#receive(message))
    this.#line = new Line((data) => this.send({ kind: 'line', line: own, data }))
    this.#client = createORPCClient(new RPCLink({ port: this.#line }))
    this.send({ kind: 'open-line', line: own })
  }

  /** Asks the process to close the project and exit, and kills it if it doesn't. It can't be started again. */
  async stop(): Promise<void> {
    this.#stopping = true
    const child = this.#child
    if (!child) return
    this.send({ kind: 'stop' })
    const kill = setTimeout(() => child.kill('SIGKILL'), this.#options.stopWithin ?? 15_000)
    await this.#gone
    clearTimeout(kill)
  }

  /** Connects a page with the contract until either end is gone. */
  connect(port: Port): void {
    const line = ++this.#last
    this.#ports.set(line, port)
    this.send({ kind: 'open-line', line })
    port.on('message', ({ data }: { data: LineData }) => this.send({ kind: 'line', line, data }))
    port.on('close', () => {
      if (this.#ports.delete(line)) this.send({ kind: 'close-line', line })
    })
    port.start()
  }

  /** @throws UserError `core-ended` */
  image({ url, method, headers }: Request): Promise<Response> {
    const id = ++this.#last
    const head = Promise.withResolvers<Response>()
    this.#images.set(id, { head })
    this.send({ kind: 'image', id, url, method, headers: Object.fromEntries(headers) })
    return head.promise
  }

  /** Sends a message. While no process runs it is lost, as it would be if the process died. */
  send(message: ToCore): void {
    if (this.#waiting) this.#waiting.push(message)
    // If the channel has just closed, the message is lost, but the exit that follows settles what awaits an answer.
    else if (this.#child?.connected) this.#child.send(message, () => undefined)
  }

  #receive(message: FromCore): void {
    switch (message.kind) {
      case 'ready': {
        const waiting = this.#waiting ?? []
        this.#waiting = undefined
        for (const one of waiting) this.send(one)
        break
      }
      case 'line':
        if (message.line === own) this.#line?.receive(message.data)
        else this.#ports.get(message.line)?.postMessage(message.data)
        break
      case 'image-head':
        this.#begin(message)
        break
      case 'image-part':
        this.#images.get(message.id)?.body?.enqueue(message.bytes)
        break
      case 'image-end':
        this.#end(message.id, message.failed)
        break
      case 'ask':
        void this.#answer(message.id, message.question)
        break
      case 'menu':
        this.#options.setMenu(message.actions)
    }
  }

  #begin({ id, status, headers, hasBody }: Extract<FromCore, { kind: 'image-head' }>): void {
    const image = this.#images.get(id)
    if (!image) return
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        image.body = controller
      },
      cancel: () => {
        this.#images.delete(id)
        this.send({ kind: 'stop-image', id })
      },
    })
    image.head.resolve(new Response(hasBody ? body : null, { status, headers }))
  }

  #end(id: number, failed: boolean): void {
    const image = this.#images.get(id)
    this.#images.delete(id)
    if (!image) return
    const error = new UserError('core-ended', ...crash.imageNotSent)
    // Has no effect if the head has arrived.
    image.head.reject(error)
    if (failed) image.body?.error(error)
    else image.body?.close()
  }

  async #answer(id: number, question: Question): Promise<void> {
    try {
      this.send({ kind: 'answer', id, result: await this.#options.answer(question) })
    } catch (error) {
      this.#options.log.error(`${question.what} failed`, error)
      this.send({ kind: 'refusal', id, report: reportOf(error) })
    }
  }

  /** Closes all lines. Pages notice and ask for new ones. */
  #hangUp(): void {
    this.#waiting = undefined
    this.#line?.close()
    for (const [line, port] of [...this.#ports]) {
      this.#ports.delete(line)
      port.close()
    }
    for (const id of [...this.#images.keys()]) this.#end(id, true)
  }
}

/** This process's environment without Electron's variables and NODE_OPTIONS. */
function coreEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(ELECTRON_|NODE_OPTIONS$)/i.test(name)))
}

/** What to show for a failed call of the contract; undefined if it failed because the core ended. */
export function messageOf(error: unknown): { message: string; hint: string } | undefined {
  return error instanceof ORPCError ? { message: error.message, hint: error.data?.hint ?? '' } : undefined
}
