import { reportOf } from '../../base/errors.ts'
import { oneLine } from '../../base/visible.ts'
import { say, sayError, sayJson } from './terminal.ts'
import { bug as bugText } from './texts/common.ts'

/** The result of a command, for people and for programs. */
export interface Answer {
  /** Each is printed as one line, whatever it contains. */
  lines: readonly string[]
  json: Record<string, unknown>
  /** The command worked but found a problem: it exits with 1. */
  failed?: boolean
}

/** Prints a command's result on standard output. @returns the exit code */
export function answer({ lines, json, failed = false }: Answer, asJson: boolean): 0 | 1 {
  if (asJson) sayJson(json)
  else say(...lines)
  return failed ? 1 : 0
}

/**
 * Prints an error.
 * @param asJson also print it as a JSON object, as the last line of standard output
 * @returns the exit code: 1 for something the user can fix, 2 for a bug
 */
export function reportError(error: unknown, asJson: boolean): 1 | 2 {
  const { code, message, hint, stack } = reportOf(error)
  const bug = code === 'bug'
  if (bug) sayError(...stackLines(message, stack), bugText)
  else sayError(...[message, hint].filter(Boolean))
  if (asJson) sayJson({ error: { code, message, hint } })
  return bug ? 2 : 1
}

/** The stack quotes the message, which may contain line breaks of its own: only those between stack frames count. */
function stackLines(message: string, stack: string | undefined): string[] {
  return stack === undefined ? [message] : stack.replace(message, () => oneLine(message)).split('\n')
}
