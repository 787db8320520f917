import { useQuery } from '@tanstack/react-query'
import { useLayoutEffect, useMemo } from 'react'
import type { ImageDetail, Reasons, Suggestion } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { keys, useLabels } from '../state/queries.ts'
import { openImageId } from '../state/screen.ts'
import { ui, useUi } from '../state/ui.ts'
import { labelGroups, nextFocus } from './groups.ts'

/** The labels of the open image as shown, and the focused one. */
export function useOpenLabels(detail: ImageDetail) {
  const labels = useLabels()
  const search = useUi((state) => state.labelSearch)
  const chosen = useUi((state) => state.focusedLabel)
  const skipped = useUi((state) => state.skipped)
  const mistakesFirst = useUi((state) => state.sort.by === 'mistakes')
  const settled = useUi((state) => state.settled)
  const groups = useMemo(() => labelGroups(labels, detail, search), [labels, detail, search])
  const focused = nextFocus(groups, chosen, skipped, mistakesFirst, settled)
  const isOpen = useUi((state) => openImageId(state.screen) === detail.id)
  useLayoutEffect(() => {
    if (isOpen) ui.set({ settled: focused })
  }, [isOpen, focused])
  return { labels, search, groups, focused }
}

export interface Why {
  suggestion: Suggestion
  /** Undefined until the response arrives. */
  reasons: Reasons | undefined
  error: unknown
}

/** Why the focused label is suggested; undefined while reasons are off, or without a suggestion. */
export function useWhy(detail: ImageDetail, focused: number | null): Why | undefined {
  const isAsked = useUi((state) => state.why)
  const suggestion = detail.allSuggestions.find(({ labelId }) => labelId === focused)
  const { data, error } = useQuery({
    // A mark that changes the reasons also changes the probability.
    queryKey: [...keys.reasons, detail.id, focused, suggestion?.probability],
    queryFn: () => client.suggestions.reasons({ imageId: detail.id, labelId: suggestion!.labelId }),
    enabled: isAsked && suggestion !== undefined,
    gcTime: 60_000,
  })
  if (!isAsked || !suggestion) return undefined
  return { suggestion, reasons: data, error }
}
