import { reportOf } from '../../base/errors.ts'
import { oneLine } from '../../base/visible.ts'
import { complainOf, say, sayJson } from './terminal.ts'
import { bug as bugText } from './texts/common.ts'

/** What a command did: for people, and for programs. */
export interface Answer {
  /** Each stays one line, whatever is in it. */
  lines: readonly string[]
  json: Record<string, unknown>
  /** The command did its work, and what it found is that something is wrong: it exits 1. */
  failed?: boolean
}

/** The last line on the standard output. @returns the exit code */
export function answer({ lines, json, failed = false }: Answer, asJson: boolean): 0 | 1 {
  if (asJson) sayJson(json)
  else say(...lines)
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
  if (bug) complainOf(...stackLines(message, stack), bugText)
  else complainOf(...[message, hint].filter(Boolean))
  if (asJson) sayJson({ error: { code, message, hint } })
  return bug ? 2 : 1
}

/** The message is quoted by the stack, and may hold anything: only the breaks between the places are breaks. */
function stackLines(message: string, stack: string | undefined): string[] {
  return stack === undefined ? [message] : stack.replace(message, () => oneLine(message)).split('\n')
}
