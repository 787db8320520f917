import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { oneLine } from './visible.ts'

/** Of the checkout, or of the installed application: what lies in it is nobody's secret. */
const root = path.resolve(import.meta.dirname, '../../..')
const rootForms = [`${pathToFileURL(root).href}/`, `${root}${path.sep}`, `${root.replaceAll('\\', '/')}/`]

/** What is put in the place of what stays private. */
const hidden = '…'
/** Names in code and codes of errors may stand in quotation marks, and be read. */
const isPlainName = (text: string): boolean => /^[A-Za-z_$][\w$.-]{0,40}$/.test(text)

/**
 * A text for the log without what it may not hold: paths, and whatever stands in quotation marks, since that is where names of
 * labels and images, and pieces of files, stand in a sentence. What lies in the program itself keeps its place there.
 */
export function withoutContent(text: string): string {
  let plain = text
  for (const form of rootForms) plain = plain.replaceAll(form, '')
  return (
    plain
      // From the first mark to the last: a name may hold such marks itself.
      .replace(/“[^\n]*”/g, `“${hidden}”`)
      .replace(/"[^\n]*"/g, `"${hidden}"`)
      .replace(/'(?:\/|[A-Za-z]:[\\/]|\\\\)[^\n]*'/g, `'${hidden}'`)
      .replace(/'([^'\n]*)'/g, (_, inner: string) => `'${isPlainName(inner) ? inner : hidden}'`)
      // A path after a colon goes on to the end of the line: there may be spaces in it.
      .replace(/: (?:file:\/\/)?(?:\/|[A-Za-z]:[\\/]|\\\\)[^\n]*/g, `: ${hidden}`)
      .replace(/(?:file:\/\/\/|(?<![\w.:/])\/(?=[^\s/])|\b[A-Za-z]:[\\/](?!\/)|\\\\)[^\s"'()<>]*/g, hidden)
      .replace(/\bdata:[\w/+.-]+[;,][^\s"']*/g, hidden)
  )
}

/** A message as the log keeps it: whoever looks at the log does so in a terminal. */
export function lineForLog(message: string): string {
  return oneLine(withoutContent(message))
}

export interface ErrorForLog {
  type: string
  message: string
  code?: string
  stack: string
}

/** An error as the log keeps it: its kind, its code, and where it comes from, with those that caused it. */
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
