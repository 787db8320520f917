import { oc } from '@orpc/contract'
import { z } from 'zod'

/** What every part of the contract is made of: how large what is sent may be, ids, and how errors come back. */

/**
 * How large what is sent may be. Whatever is larger is refused with the sentence that stands beside the limit: texts of 30 MB and
 * filters of a thousand words are accidents or attacks, and nobody's work.
 */
export const limits = {
  /** Characters (UTF-16). The longest path that Windows knows. */
  path: 32_767,
  /** Of labels, filters, backups, projects, annotators. */
  name: 1_000,
  description: 10_000,
  /** Of a filter's text: in characters, and in words. */
  search: 2_000,
  words: 50,
  /** Conditions of one filter. */
  conditions: 100,
  /** Identifiers of the program itself: tokens, formats, devices. */
  word: 200,
  /** Labels of a project. */
  labels: 100_000,
  /** Images, or pairs, that are named one by one in one message. */
  many: 1_000_000,
} as const

const counted = (count: number): string => count.toLocaleString('en')

/** @param what begins the sentence: 'A description' */
export function text(what: string, most: number) {
  return z.string().max(most, `${what} can have at most ${counted(most)} characters.`)
}

/** @param what goes on with the sentence: 'images' */
export function list<Item extends z.ZodType>(what: string, item: Item, most: number) {
  return z.array(item).max(most, `At most ${counted(most)} ${what} can be named at once.`)
}

/** A table of texts by name. @param what goes on with the sentence: 'answers' */
export function texts<Value extends z.ZodType>(what: string, value: Value, most: number) {
  return z
    .record(text('A name', limits.name), value)
    .refine((table) => Object.keys(table).length <= most, `At most ${counted(most)} ${what} can be named at once.`)
}

export const pathText = text('A path', limits.path)
export const nameText = text('A name', limits.name)
export const wordText = text('This', limits.word)

const issueOf = z.object({
  code: z.string(),
  origin: z.string().optional(),
  message: z.string(),
  maximum: z.number().optional(),
  issues: z.array(z.unknown()).optional(),
})

/** What the contract says of an input that is too large; undefined where it is something else that is wrong. */
export function boundBroken(issues: readonly unknown[]): string | undefined {
  for (const one of issues) {
    const issue = issueOf.safeParse(one).data
    if (!issue) continue
    const isNumber = issue.origin === 'number' || issue.origin === 'int'
    if (issue.code === 'custom') return issue.message
    if (issue.code === 'too_big' && !isNumber) return sentenceOf(issue)
    // Of a name in a table, what is wrong with it lies within.
    const within = issue.issues && boundBroken(issue.issues)
    if (within) return within
  }
  return undefined
}

/** A limit that has no sentence of its own gets one. */
function sentenceOf({ message, origin, maximum }: z.infer<typeof issueOf>): string {
  if (maximum === undefined || !message.startsWith('Too big')) return message
  return origin === 'string'
    ? `This can have at most ${counted(maximum)} characters.`
    : `At most ${counted(maximum)} of these can be named at once.`
}

/** Lists of ids pass as Int32. */
export const id = z.int().positive().max(0x7fffffff)

export const count = z.int().nonnegative()

/** What a page gives what it asks for, so that it is done once, and in the project that it was meant for. */
export const sent = z.object({ id: z.uuid(), /** Its uuid. */ project: z.string().max(100) })
export type Sent = z.infer<typeof sent>

/**
 * Whatever a person can act on comes back as the error `USER_ERROR`: its message is one sentence, `data.hint` the way out,
 * `data.code` is stable. Any other error is a bug of ours.
 */
export const procedure = oc.errors({ USER_ERROR: { data: z.object({ code: z.string(), hint: z.string() }) } })

export const jobStarted = z.object({ jobId: id })

/** What is there may be replaced; without it, the error `target-exists` says that something is. */
export const overwrite = z.boolean().optional()
