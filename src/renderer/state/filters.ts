import { useQuery } from '@tanstack/react-query'
import { create } from 'zustand'
import type { ImageFilter, Label, SavedFilter } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { texts } from '../texts/index.ts'
import { formatView, type View } from './filterText.ts'
import { queryClient, useProject } from './queries.ts'
import { notify, ui } from './ui.ts'

/** Which panel of the filter bar is open. */
export const useFilterPanel = create<{ open: 'filter' | 'saved' | null }>(() => ({ open: null }))

export const showFilterPanel = (open: 'filter' | 'saved' | null): void => useFilterPanel.setState({ open })

/** Changes the filter and goes to the top of the list. */
export function setFilter(filter: ImageFilter): void {
  ui.set({ filter, cursor: 0, selection: new Set() })
}

export function showView({ filter, sort }: View): void {
  ui.set({ filter, sort, cursor: 0, selection: new Set() })
}

/** The filter without its label conditions. */
export function withoutLabel(filter: ImageFilter, labelId: number): ImageFilter {
  const others = <One extends { labelId: number }>(conditions: One[] | undefined): One[] | undefined => {
    const left = conditions?.filter((one) => one.labelId !== labelId)
    return left?.length ? left : undefined
  }
  return { ...filter, labels: others(filter.labels), probability: others(filter.probability) }
}

const savedKey = ['filters'] as const
const noneSaved: SavedFilter[] = []

/** The saved filters of the open project, by name. */
export function useSavedFilters(): SavedFilter[] {
  const { data: project } = useProject()
  const { data } = useQuery({ queryKey: [...savedKey, project?.uuid], queryFn: () => client.filters.list() })
  return data ?? noneSaved
}

/** The current folders and people to choose from. */
export function useFilterChoices(): { folders: string[]; people: string[] } {
  const { data } = useQuery({
    queryKey: ['filterChoices'],
    queryFn: () => client.filters.choices(),
    staleTime: 0,
    gcTime: 0,
  })
  return data ?? { folders: [], people: [] }
}

/** Changes the saved filters and shows the result. @throws what the call throws */
export async function changeSaved(work: Promise<SavedFilter[]>): Promise<void> {
  const saved = await work
  queryClient.setQueriesData({ queryKey: savedKey }, saved)
}

/** Applies a saved filter, unless one of its labels no longer exists: it would show more than its name promises. */
export function chooseSaved(saved: SavedFilter, labels: readonly Label[]): void {
  const known = new Set(labels.map(({ id }) => id))
  const conditions = [...(saved.filter.labels ?? []), ...(saved.filter.probability ?? [])]
  if (conditions.every(({ labelId }) => known.has(labelId))) {
    showView(saved)
    showFilterPanel(null)
  } else notify('warning', { message: texts.filters.labelGone(saved.name), hint: texts.filters.labelGoneHint })
}

/** Copies the text of the current filter to the clipboard. */
export async function copyView(labels: readonly Label[]): Promise<void> {
  try {
    await navigator.clipboard.writeText(formatView(ui.get(), labels))
    notify('info', { message: texts.filters.copied })
  } catch {
    notify('warning', { message: texts.filters.copyFailed, hint: texts.filters.copyFailedHint })
  }
}
