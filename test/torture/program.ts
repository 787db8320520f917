import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isRunning } from '../../src/main/base/leftOvers.ts'
import { type Client, connect, letIn } from '../shell/webSupport.ts'

const cli = path.resolve(import.meta.dirname, '../../src/main/shell/cli.ts')

/** The application in processes of its own, as people start it, to be killed. */
export class Program {
  readonly child: ChildProcess
  /** Resolves when the main process has ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  #errors = ''

  constructor(args: readonly string[], home: string) {
    const env = { ...process.env, SURMISE_HOME: home }
    this.child = spawn(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    this.child.stderr!.setEncoding('utf8').on('data', (text) => {
      this.#errors += text
    })
    this.ended = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => resolve({ code, signal }))
    })
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  get errors(): string {
    return this.#errors
  }

  /** Of `serve`: the first line. */
  url(): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = ''
      this.child.stdout!.setEncoding('utf8').on('data', (part) => {
        text += part
        if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')))
      })
      void this.ended.then(({ code }) => reject(new Error(`surmise ended with ${code}: ${this.#errors}`)))
    })
  }

  /** What a page would talk to; what is under way when the program dies never settles. */
  async client(): Promise<Client> {
    const url = await this.url()
    const port = Number(new URL(url).port)
    const { client, socket } = await connect(port, await letIn(port, url))
    socket.on('error', () => undefined)
    return client
  }

  /** @param all its compute process too; else that one finds out by itself */
  kill(all: boolean): void {
    // Some have ended by themselves by then.
    try {
      process.kill(all ? -this.child.pid! : this.child.pid!, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }

  /** Until no process of it is left: what it was doing has come to its end. */
  async gone(): Promise<void> {
    await this.ended
    for (let i = 0; isRunning(-this.child.pid!); i++) {
      if (i > 200) this.kill(true)
      await wait(50)
    }
  }
}
