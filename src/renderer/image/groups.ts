import type { ImageDetail, KnownState, Label, Suggestion } from '../../preload/schemas.ts'

/** A label in the panel of an image. */
export interface LabelEntry {
  label: Label
  state: KnownState | undefined
  suggestion: Suggestion | undefined
}

export interface LabelGroups {
  /** Undecided and confident: what could be present first, the surest first. */
  suggested: LabelEntry[]
  /** Present, then absent. */
  known: LabelEntry[]
  unknown: LabelEntry[]
}

/** @param search only labels whose name holds it; case makes no difference */
export function labelGroups(labels: readonly Label[], detail: ImageDetail, search = ''): LabelGroups {
  const states = new Map(detail.states.map((state) => [state.labelId, state]))
  const suggestions = new Map(detail.allSuggestions.map((one) => [one.labelId, one]))
  const wanted = search.trim().toLocaleLowerCase()
  const groups: LabelGroups = { suggested: [], known: [], unknown: [] }
  for (const label of labels) {
    if (wanted && !label.name.toLocaleLowerCase().includes(wanted)) continue
    const state = states.get(label.id)
    const suggestion = state ? undefined : suggestions.get(label.id)
    const entry = { label, state, suggestion }
    if (state) groups.known.push(entry)
    else if (suggestion?.confident) groups.suggested.push(entry)
    else groups.unknown.push(entry)
  }
  groups.known.sort((a, b) => (b.state?.state ?? 0) - (a.state?.state ?? 0))
  groups.suggested.sort((a, b) => weight(b) - weight(a))
  return groups
}

/** Present before absent, then by how sure it is. */
function weight({ suggestion }: LabelEntry): number {
  if (!suggestion) return 0
  return suggestion.suggestion === 'present' ? 1 + suggestion.probability : 1 - suggestion.probability
}

/** @returns the label under the keyboard: the chosen one while it is shown, else the first suggestion that was not passed over */
export function nextFocus(
  { suggested, known, unknown }: LabelGroups,
  chosen: number | null,
  skipped: ReadonlySet<number>,
): number | null {
  const isShown = [suggested, known, unknown].some((group) => group.some(({ label }) => label.id === chosen))
  if (chosen !== null && isShown) return chosen
  return suggested.find(({ label }) => !skipped.has(label.id))?.label.id ?? null
}
