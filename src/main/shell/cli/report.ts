import { writeSync } from 'node:fs'
import { reportOf } from '../../base/errors.ts'

/**
 * Says what went wrong and ends: 1 for what the user can mend, 2 for a bug of ours.
 * @param json one JSON object as the last line, instead of a sentence for people
 */
export function fail(error: unknown, json: boolean): never {
  const { code, message, hint, stack } = reportOf(error)
  const bug = code === 'bug'
  if (json) writeSync(1, `${JSON.stringify({ error: { code, message, hint } })}\n`)
  writeSync(2, bug ? `${stack ?? message}\nThis is a bug in Surmise.\n` : `${message}${hint ? `\n${hint}` : ''}\n`)
  process.exit(bug ? 2 : 1)
}
