import { sortToday } from '../../contract/oldWords.ts'
import type { ImageFilter, ImageSort, Label } from '../../contract/schemas.ts'
import { texts } from '../texts/index.ts'

/** Which images the list shows, and in which order. A filter's text describes it, and a saved filter keeps it. */
export interface View {
  filter: ImageFilter
  sort: ImageSort
}

export interface TextProblem {
  message: string
  hint: string
}

type Condition = NonNullable<ImageFilter['labels']>[number]
type Source = NonNullable<NonNullable<ImageFilter['decided']>['by']>[number]
type SortName = ImageSort['by']

const states: readonly Condition['is'][] = ['present', 'absent', 'unknown', 'known', 'suggested']
const progress: readonly NonNullable<ImageFilter['known']>[] = ['nothing', 'something', 'everything']
const statuses: readonly NonNullable<ImageFilter['status']>[number][] = ['ok', 'missing', 'broken']
const sources: Record<string, Source> = { human: 'human', accepted: 'accepted_suggestion', import: 'import' }
const keys = [
  ...['label', 'p', 'suggested', 'disputed', 'known', 'folder', 'text', 'status', 'action'],
  ...['by', 'who', 'since', 'until', 'sort', 'order', 'seed'],
]

/** Whether each order is descending by default: what people want most often. */
const largestFirst: Record<SortName, boolean> = {
  path: false,
  known: false,
  added: true,
  modified: true,
  confidence: true,
  usefulness: true,
  uncertain: true,
  mistakes: true,
  audit: true,
}
/** The main process sorts these in descending order by default. */
const turned: readonly SortName[] = ['confidence', 'usefulness', 'uncertain', 'mistakes', 'audit']

export function sortBy(
  by: SortName,
  { reversed = false, seed }: { reversed?: boolean; seed?: number } = {},
): ImageSort {
  const descending = largestFirst[by] !== reversed
  const sort: ImageSort = descending || turned.includes(by) ? { by, descending } : { by }
  return seed === undefined ? sort : { ...sort, seed }
}

export function isReversed({ by, descending }: ImageSort): boolean {
  return (descending ?? turned.includes(by)) !== largestFirst[by]
}

/** The view as one line, as in an address: `?label=dog:unknown&p=dog:0.4..0.6&sort=uncertain`. Labels that are gone are left out. */
export function formatView({ filter, sort }: View, labels: readonly Label[]): string {
  const names = new Map(labels.map(({ id, name }) => [id, name]))
  const parts: [key: string, value: string | number][] = []
  const add = (key: string, value: string | number | undefined) => value !== undefined && parts.push([key, value])
  const { decided } = filter
  for (const { labelId, is } of filter.labels ?? []) {
    if (names.has(labelId)) add('label', `${names.get(labelId)}:${is}`)
  }
  for (const { labelId, from, to } of filter.probability ?? []) {
    if (names.has(labelId)) add('p', `${names.get(labelId)}:${from}..${to}`)
  }
  if (filter.suggested !== undefined) add('suggested', filter.suggested ? 'yes' : 'no')
  add('disputed', filter.disputed ? 'yes' : undefined)
  add('known', filter.known)
  add('folder', filter.folder || undefined)
  add('text', filter.text || undefined)
  add('status', filter.status?.join())
  add('action', filter.action)
  add('by', decided?.by?.map((source) => Object.keys(sources).find((word) => sources[word] === source)).join())
  add('who', decided?.who || undefined)
  add('since', decided?.since)
  add('until', decided?.until)
  if (sort.by !== 'path' || isReversed(sort)) add('sort', sort.by)
  if (isReversed(sort)) add('order', 'reversed')
  add('seed', sort.seed)
  return `?${parts.map(([key, value]) => `${key}=${encoded(String(value))}`).join('&')}`
}

/** Encodes only the characters with a meaning of their own, so that the text stays legible in any script. */
function encoded(value: string): string {
  return value.replace(/[%&+#\s\p{Cc}]/gu, (character) => (character === ' ' ? '+' : encodeURIComponent(character)))
}

/** Reads what `formatView` writes, and what people type. */
export function parseView(text: string, labels: readonly Label[]): { view: View } | { problem: TextProblem } {
  try {
    return { view: new Reader(labels).read(text) }
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.problem }
    throw error
  }
}

class Unreadable extends Error {
  readonly problem: TextProblem

  constructor(message: string, hint: string) {
    super(message)
    this.problem = { message, hint }
  }
}

const say = texts.filters.problems

class Reader {
  readonly #labels: readonly Label[]

  constructor(labels: readonly Label[]) {
    this.#labels = labels
  }

  read(text: string): View {
    const filter: ImageFilter = {}
    const decided: NonNullable<ImageFilter['decided']> = {}
    const sort: { by: SortName; reversed: boolean; seed?: number } = { by: 'path', reversed: false }
    const seen = new Set<string>()
    for (const part of text.trim().replace(/^\?/, '').split('&').filter(Boolean)) {
      const at = part.indexOf('=')
      const key = at < 0 ? part : part.slice(0, at)
      const value = at < 0 ? '' : decoded(part.slice(at + 1))
      if (!keys.includes(key)) throw new Unreadable(say.noCondition(key), say.conditions(keys))
      if (value === '') throw new Unreadable(say.noValue(key), say.example)
      if (key !== 'label' && key !== 'p' && seen.has(key)) throw new Unreadable(say.twice(key), say.once)
      seen.add(key)
      if (key === 'label') filter.labels = [...(filter.labels ?? []), this.#condition(value)]
      if (key === 'p') filter.probability = [...(filter.probability ?? []), this.#range(value)]
      if (key === 'suggested') filter.suggested = oneOf(key, value, ['yes', 'no']) === 'yes'
      if (key === 'disputed' && oneOf(key, value, ['yes'])) filter.disputed = true
      if (key === 'known') filter.known = oneOf(key, value, progress)
      if (key === 'folder') filter.folder = value
      if (key === 'text') filter.text = value
      if (key === 'status') filter.status = value.split(',').map((word) => oneOf(key, word, statuses))
      if (key === 'action') filter.action = Math.max(1, wholeNumber(key, value))
      if (key === 'by') decided.by = value.split(',').map((word) => sources[oneOf(key, word, Object.keys(sources))])
      if (key === 'who') decided.who = value
      if (key === 'since' || key === 'until') decided[key] = date(key, value)
      if (key === 'sort') sort.by = oneOf(key, sortToday(value), Object.keys(largestFirst) as SortName[])
      if (key === 'order') sort.reversed = oneOf(key, value, ['reversed']) === 'reversed'
      if (key === 'seed') sort.seed = wholeNumber(key, value)
    }
    if (Object.keys(decided).length > 0) filter.decided = decided
    return { filter, sort: sortBy(sort.by, sort) }
  }

  #condition(value: string): Condition {
    const [name, word] = beforeLastColon('label', value)
    return { labelId: this.#labelId(name), is: oneOf('label', word, states) }
  }

  #range(value: string): NonNullable<ImageFilter['probability']>[number] {
    const [name, range] = beforeLastColon('p', value)
    const labelId = this.#labelId(name)
    const [, low, high] = /^([\d.e-]*?)\.\.([\d.e-]*)$/.exec(range) ?? []
    const [from, to] = [fraction(low, 0), fraction(high, 1)]
    if (!(from <= to)) throw new Unreadable(say.range(range), say.rangeHint)
    return { labelId, from, to }
  }

  #labelId(name: string): number {
    const found =
      this.#labels.find((label) => label.name === name) ??
      this.#labels.find((label) => folded(label.name) === folded(name))
    if (found) return found.id
    const near = this.#labels.find((label) => folded(label.name).startsWith(folded(name).slice(0, 2)))
    throw new Unreadable(say.noLabel(name), near ? say.didYouMean(near.name) : say.seeLabels)
  }
}

/** The form in which names are compared: case and Unicode composition make no difference. */
const folded = (name: string): string => name.normalize('NFC').toUpperCase().toLowerCase()

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new Unreadable(say.percent(text), say.percentHint)
  }
}

/** Splits at the last colon: a name may contain colons, what follows it doesn’t. */
function beforeLastColon(key: string, value: string): [name: string, rest: string] {
  const at = value.lastIndexOf(':')
  if (at < 1) throw new Unreadable(say.noValue(key), say.example)
  return [value.slice(0, at), value.slice(at + 1)]
}

function oneOf<Word extends string>(key: string, word: string, words: readonly Word[]): Word {
  const found = words.find((one) => one === word)
  if (found === undefined) throw new Unreadable(say.noWord(key, word), say.words(words))
  return found
}

/** NaN unless it is a number from 0 to 1. */
function fraction(text: string | undefined, otherwise: number): number {
  if (text === '') return otherwise
  const number = Number(text)
  return number >= 0 && number <= 1 ? number : Number.NaN
}

function date(key: string, text: string): string {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  // Otherwise 31 April would become 1 May.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) {
    throw new Unreadable(say.noDate(key, text), say.dateHint)
  }
  return text
}

function wholeNumber(key: string, text: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number >= 2 ** 31) throw new Unreadable(say.noNumber(key, text), say.numberHint)
  return number
}
