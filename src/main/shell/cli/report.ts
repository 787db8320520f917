import { writeSync } from 'node:fs'
import { reportOf } from '../../base/errors.ts'

/** What a command did: for people, and for programs. */
export interface Answer {
  text: string
  json: Record<string, unknown>
  /** The command did its work, and what it found is that something is wrong: it exits 1. */
  failed?: boolean
}

/** The last line on the standard output. @returns the exit code */
export function answer({ text, json, failed = false }: Answer, asJson: boolean): 0 | 1 {
  print(1, asJson ? JSON.stringify(json) : text)
  return failed ? 1 : 0
}

/**
 * Says what went wrong.
 * @param asJson one JSON object as the last line of the standard output as well
 * @returns the exit code: 1 for what the user can mend, 2 for a bug of ours
 */
export function complain(error: unknown, asJson: boolean): 1 | 2 {
  const { code, message, hint, stack } = reportOf(error)
  const bug = code === 'bug'
  print(2, bug ? `${stack ?? message}\nThis is a bug in Surmise.` : [message, hint].filter(Boolean).join('\n'))
  if (asJson) print(1, JSON.stringify({ error: { code, message, hint } }))
  return bug ? 2 : 1
}

/** At once: the process may be about to end. */
function print(file: 1 | 2, text: string): void {
  try {
    writeSync(file, `${text}\n`)
  } catch (error) {
    // Whoever was to read it has gone (`surmise status … | head`).
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  }
}
