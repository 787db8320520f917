import { RPCHandler } from '@orpc/server/message-port'
import type { Application } from '../../app/application.ts'
import { answerImage } from '../../app/images/route.ts'
import { createRouter } from '../../app/router.ts'
import { UserError } from '../../base/errors.ts'
import { pages } from '../texts.ts'
import { Given } from './given.ts'
import { Line } from './line.ts'
import type { FromCore, Question, ToCore } from './messages.ts'

/**
 * Serves the contract, on any number of lines, and images to the process that started this one (`Core` in electron/core.ts), until it
 * says stop or is gone.
 * @throws if this process wasn't started with a channel to its parent
 */
export function serveDesktop(application: Application): void {
  if (!process.send) throw new Error('serveDesktop must run in a process that Core started')
  const { events, log } = application.context
  const given = new Given()
  const questions = new Questions()
  const images = new Images(application)
  const lines = new Map<number, Line>()
  const handler = new RPCHandler(
    createRouter(application, {
      kind: 'electron',
      pick: (input) => questions.ask({ what: 'pick', input }),
      reveal: async (file) => void (await questions.ask({ what: 'reveal', file })),
      setMenu: (actions) => void send({ kind: 'menu', actions }),
      takeGiven: () => given.take(),
    }),
  )

  let ending: Promise<void> | undefined
  const end = (code: number) => {
    ending ??= application.shutdown().catch((error) => log.error('The project could not be closed', error))
    void ending.then(() => process.exit(code))
  }

  const receive = (message: ToCore): void => {
    switch (message.kind) {
      case 'open-line': {
        const { line: number } = message
        const line = new Line((data) => void send({ kind: 'line', line: number, data }))
        lines.set(number, line)
        handler.upgrade(line)
        break
      }
      case 'line':
        lines.get(message.line)?.receive(message.data)
        break
      case 'close-line':
        lines.get(message.line)?.close()
        lines.delete(message.line)
        break
      case 'image':
        void images.send(message)
        break
      case 'stop-image':
        images.stop(message.id)
        break
      case 'answer':
      case 'refusal':
        questions.settle(message)
        break
      case 'action':
        events.publish({ kind: 'action', id: message.id })
        break
      case 'give':
        if (message.files.filter((file) => given.add(file)).length > 0) events.publish({ kind: 'given' })
        break
      case 'clear-recent':
        void application.recent.clear()
        break
      case 'stop':
        end(0)
    }
  }
  process.on('message', receive)
  // The window's process is gone, perhaps killed: nobody is left to serve.
  process.on('disconnect', () => end(0))
  process.on('SIGTERM', () => end(0))
  // Ctrl+C reaches every process in the terminal; the window's process decides what to stop.
  process.on('SIGINT', () => undefined)
  // After a bug the state of this process can't be trusted. The window's process reports it and starts a new core.
  const fail = (error: unknown) => {
    log.error('Nothing has caught this', error)
    process.exit(1)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  void send({ kind: 'ready' })
}

/** Requests to the window's process that await an answer. */
class Questions {
  readonly #open = new Map<number, PromiseWithResolvers<string | null>>()
  #last = 0

  ask(question: Question): Promise<string | null> {
    const id = ++this.#last
    const answer = Promise.withResolvers<string | null>()
    this.#open.set(id, answer)
    void send({ kind: 'ask', id, question })
    return answer.promise
  }

  settle(message: Extract<ToCore, { kind: 'answer' | 'refusal' }>): void {
    const open = this.#open.get(message.id)
    this.#open.delete(message.id)
    if (message.kind === 'answer') open?.resolve(message.result)
    else {
      const { code, message: text, hint } = message.report
      open?.reject(new UserError(code, text, hint))
    }
  }
}

/** Images being sent to a page, one part at a time, so that a large one doesn't hold up anything else. */
class Images {
  readonly #application: Application
  readonly #wanted = new Set<number>()

  constructor(application: Application) {
    this.#application = application
  }

  async send({ id, url, method, headers }: Extract<ToCore, { kind: 'image' }>): Promise<void> {
    this.#wanted.add(id)
    try {
      const found = await answerImage(this.#application, new Request(url, { method, headers }))
      const response = found ?? new Response(`${pages.nothingHere}\n`, { status: 404 })
      const { status, body } = response
      await send({ kind: 'image-head', id, status, headers: [...response.headers], hasBody: body !== null })
      for await (const bytes of body ?? []) {
        // Leaving the loop closes the file.
        if (!this.#wanted.has(id)) break
        await send({ kind: 'image-part', id, bytes })
      }
      await send({ kind: 'image-end', id, failed: false })
    } catch (error) {
      this.#application.context.log.error('An image could not be sent', error)
      await send({ kind: 'image-end', id, failed: true })
    } finally {
      this.#wanted.delete(id)
    }
  }

  stop(id: number): void {
    this.#wanted.delete(id)
  }
}

/** Resolves once the message has been handed to the system. */
function send(message: FromCore): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) return resolve()
    // If the write fails, the parent is gone, and 'disconnect' follows.
    process.send!(message, undefined, undefined, () => resolve())
  })
}
