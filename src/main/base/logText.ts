import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { oneLine } from './visible.ts'

/** The checkout or the installed application: paths within it aren't private. */
const root = path.resolve(import.meta.dirname, '../../..')
const rootForms = [`${pathToFileURL(root).href}/`, `${root}${path.sep}`, `${root.replaceAll('\\', '/')}/`]

/** Replaces anything private. */
const hidden = '…'
/** Identifiers and error codes may stay readable in quotation marks. */
const isPlainName = (text: string): boolean => /^[A-Za-z_$][\w$.-]{0,40}$/.test(text)

/**
 * Removes paths and everything in quotation marks, which is where sentences put names of labels and images and pieces of files.
 * Paths within the program become relative to it.
 */
export function withoutContent(text: string): string {
  let plain = text
  for (const form of rootForms) plain = plain.replaceAll(form, '')
  return (
    plain
      // From the first mark to the last: a name may contain quotation marks itself.
      .replace(/“[^\n]*”/g, `“${hidden}”`)
      .replace(/"[^\n]*"/g, `"${hidden}"`)
      .replace(/'(?:\/|[A-Za-z]:[\\/]|\\\\)[^\n]*'/g, `'${hidden}'`)
      .replace(/'([^'\n]*)'/g, (_, inner: string) => `'${isPlainName(inner) ? inner : hidden}'`)
      // A path after a colon continues to the end of the line: it may contain spaces.
      .replace(/: (?:file:\/\/)?(?:\/|[A-Za-z]:[\\/]|\\\\)[^\n]*/g, `: ${hidden}`)
      .replace(/(?:file:\/\/\/|(?<![\w.:/])\/(?=[^\s/])|\b[A-Za-z]:[\\/](?!\/)|\\\\)[^\s"'()<>]*/g, hidden)
      .replace(/\bdata:[\w/+.-]+[;,][^\s"']*/g, hidden)
  )
}

/** A message as it is logged: on one line and without control characters, because logs are read in terminals. */
export function lineForLog(message: string): string {
  return oneLine(withoutContent(message))
}

export interface ErrorForLog {
  type: string
  message: string
  code?: string
  stack: string
}

/** An error as it is logged: type, code and stack, with the errors that caused it. */
export function errorForLog(error: unknown): ErrorForLog | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = error as NodeJS.ErrnoException
  const stacks: string[] = []
  for (let one: unknown = error; one instanceof Error && stacks.length < 5; one = one.cause) {
    stacks.push(withoutContent(one.stack ?? `${one.name}: ${one.message}`))
  }
  const stack = stacks.join('\ncaused by: ').split('\n').map(oneLine).join('\n')
  return { type: error.name, message: lineForLog(error.message), ...(typeof code === 'string' && { code }), stack }
}
