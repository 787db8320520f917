import type { ImageDetail, KnownState, Label, Statement, Suggestion } from '../../contract/schemas.ts'
import { State } from '../../contract/state.ts'

/** A label in the panel of an image. */
export interface LabelEntry {
  label: Label
  state: KnownState | undefined
  suggestion: Suggestion | undefined
  /** The model's contradiction of a known state. */
  mistake: Suggestion | undefined
  /** Who said what, if people disagree. */
  dispute: readonly Statement[] | undefined
}

export interface LabelGroups {
  /** Labels that people disagree on. */
  disputed: LabelEntry[]
  /** Undecided and likely: present before absent, surest first. */
  suggested: LabelEntry[]
  /** Likely mistakes first, likeliest on top; then present, then absent. */
  known: LabelEntry[]
  unknown: LabelEntry[]
}

/** @param search only labels whose name contains it, in any case */
export function labelGroups(labels: readonly Label[], detail: ImageDetail, search = ''): LabelGroups {
  const states = new Map(detail.states.map((state) => [state.labelId, state]))
  const suggestions = new Map(detail.allSuggestions.map((one) => [one.labelId, one]))
  const mistakes = new Map(detail.mistakes.map((one) => [one.labelId, one]))
  const disputes = new Map(detail.disputes.map(({ labelId, statements }) => [labelId, statements]))
  const wanted = search.trim().toLocaleLowerCase()
  const groups: LabelGroups = { disputed: [], suggested: [], known: [], unknown: [] }
  for (const label of labels) {
    if (wanted && !label.name.toLocaleLowerCase().includes(wanted)) continue
    const state = states.get(label.id)
    const suggestion = state ? undefined : suggestions.get(label.id)
    const entry = {
      label,
      state,
      suggestion,
      mistake: state && mistakes.get(label.id),
      dispute: disputes.get(label.id),
    }
    if (entry.dispute && !state) groups.disputed.push(entry)
    else if (state) groups.known.push(entry)
    else if (suggestion?.likely) groups.suggested.push(entry)
    else groups.unknown.push(entry)
  }
  const places = [...mistakes.keys()]
  const place = ({ mistake }: LabelEntry): number => (mistake ? places.indexOf(mistake.labelId) : places.length)
  groups.known.sort((a, b) => place(a) - place(b) || (b.state?.state ?? 0) - (a.state?.state ?? 0))
  groups.suggested.sort((a, b) => weight(b) - weight(a))
  return groups
}

/** Present before absent, then by how sure it is. */
function weight({ suggestion }: LabelEntry): number {
  if (!suggestion) return 0
  return suggestion.suggestion === 'present' ? 1 + suggestion.probability : 1 - suggestion.probability
}

/**
 * The label that Enter picks while its name is being typed: an exact match, otherwise one that starts with it, one with a word that
 * starts with it, or one that contains it; ties go to the first in the list.
 */
export function bestFound(
  { disputed, suggested, known, unknown }: LabelGroups,
  search: string,
): LabelEntry | undefined {
  const wanted = search.trim().toLocaleLowerCase()
  const closeness = ({ label }: LabelEntry): number => {
    const name = label.name.toLocaleLowerCase()
    if (name === wanted) return 3
    if (name.startsWith(wanted)) return 2
    return name.split(/[\s_-]+/).some((word) => word.startsWith(wanted)) ? 1 : 0
  }
  // Sorting is stable.
  return [...disputed, ...suggested, ...unknown, ...known].sort((a, b) => closeness(b) - closeness(a))[0]
}

/** The labels that “Mark the rest absent” marks: the unknown ones, except ancestors of a present label. */
export function restOf(labels: readonly Label[], { states }: Pick<ImageDetail, 'states'>): number[] {
  const byId = new Map(labels.map((label) => [label.id, label]))
  const settled = new Set(states.map(({ labelId }) => labelId))
  for (const { labelId, state } of states) {
    if (state !== State.present) continue
    for (let at = byId.get(labelId); at; at = byId.get(at.parentId ?? 0)) settled.add(at.id)
  }
  return labels.map(({ id }) => id).filter((id) => !settled.has(id))
}

/**
 * @param mistakesFirst whether likely mistakes come before what the model suggests
 * @param settled the label that was focused last: a suggestion that a mark brings to the front must not take a key that is already on its way
 * @returns the focused label: the chosen one while it is shown, otherwise the first that people disagree on or that is suggested, and
 *   that wasn't skipped
 */
export function nextFocus(
  { disputed, suggested, known, unknown }: LabelGroups,
  chosen: number | null,
  skipped: ReadonlySet<number>,
  mistakesFirst = false,
  settled: number | null = null,
): number | null {
  const isShown = [disputed, suggested, known, unknown].some((group) => group.some(({ label }) => label.id === chosen))
  if (chosen !== null && isShown) return chosen
  const likely = mistakesFirst ? known.filter(({ mistake }) => mistake) : []
  const queue = [...likely, ...disputed, ...suggested].map(({ label }) => label.id).filter((id) => !skipped.has(id))
  return queue.find((id) => id === settled) ?? queue[0] ?? null
}

/** Whether no label has this name, ignoring case. */
export function isNewName(labels: readonly Label[], search: string): boolean {
  const name = search.trim().toLocaleLowerCase()
  return name !== '' && !labels.some((one) => one.name.toLocaleLowerCase() === name)
}
