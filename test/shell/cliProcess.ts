import { spawn } from 'node:child_process'
import path from 'node:path'

const cli = path.resolve(import.meta.dirname, '../../src/main/shell/cli.ts')

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  output: string
  errors: string
  /** The last line of the standard output. */
  json: Record<string, unknown>
}

export interface SurmiseOptions {
  /** @default a folder that is no one's home */
  home?: string
  /** Called with all that was written to the standard error so far. */
  onErrors?: (text: string, kill: (signal: NodeJS.Signals) => void) => void
}

/** The command line, in a process of its own, to its end. */
export function surmise(args: string[], { home = '/nonexistent', onErrors }: SurmiseOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, SURMISE_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [output, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
    onErrors?.(errors, (signal) => child.kill(signal))
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      const last = output.trim().split('\n').at(-1)!
      const json = last.startsWith('{') ? JSON.parse(last) : {}
      resolve({ code, signal, output, errors, json })
    })
  })
}
