import type { ImageFilter, Label } from '../../contract/schemas.ts'
import { texts } from '../texts/index.ts'

/** One condition of a filter, and the filter without it. */
export interface Chip {
  key: string
  text: string
  without: ImageFilter
}

const words = texts.filters.chips

/** A probability in percent, rounded to a tenth. */
export const percentOf = (fraction: number): string => String(Math.round(fraction * 1000) / 10)

/** The filter's conditions in words, except those that the bar itself shows (the search, "has suggestions"). */
export function chipsOf(filter: ImageFilter, labels: readonly Label[]): Chip[] {
  const nameOf = (labelId: number): string => labels.find(({ id }) => id === labelId)?.name ?? '?'
  const { decided } = filter
  const chips: Chip[] = []
  const add = (key: string, text: string, change: Partial<ImageFilter>): void => {
    chips.push({ key, text, without: { ...filter, ...change } })
  }
  const addDecided = (part: keyof NonNullable<typeof decided>, text: string): void => {
    const rest = { ...decided, [part]: undefined }
    add(part, text, { decided: Object.values(rest).some((value) => value !== undefined) ? rest : undefined })
  }
  for (const [i, one] of (filter.labels ?? []).entries()) {
    const rest = filter.labels?.filter((_, other) => other !== i)
    const state = texts.states[one.is].toLocaleLowerCase()
    add(`label ${i}`, words.label(nameOf(one.labelId), state), { labels: rest?.length ? rest : undefined })
  }
  for (const [i, { labelId, from, to }] of (filter.probability ?? []).entries()) {
    const rest = filter.probability?.filter((_, other) => other !== i)
    const text = words.range(nameOf(labelId), percentOf(from), percentOf(to))
    add(`probability ${i}`, text, { probability: rest?.length ? rest : undefined })
  }
  if (filter.suggested === false) add('suggested', words.noSuggestions, { suggested: undefined })
  if (filter.disputed) add('disputed', texts.disputes.chip, { disputed: undefined })
  if (filter.known) add('known', texts.workbench.known[filter.known], { known: undefined })
  if (filter.action) add('action', words.action, { action: undefined })
  if (filter.folder) add('folder', words.folder(filter.folder), { folder: undefined })
  if (filter.status) {
    const names = { ok: texts.filters.allReadable, ...texts.workbench.status }
    add('status', filter.status.map((one) => names[one]).join(', '), { status: undefined })
  }
  if (decided?.by) addDecided('by', decided.by.map((one) => texts.filters.by[one]).join(', '))
  if (decided?.who) addDecided('who', words.who(decided.who))
  if (decided?.since) addDecided('since', words.since(decided.since))
  if (decided?.until) addDecided('until', words.until(decided.until))
  return chips
}
