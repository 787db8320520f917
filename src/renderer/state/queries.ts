import { notifyManager, QueryClient, useQuery } from '@tanstack/react-query'
import type { Job, Label, Model, ProjectSummary } from '../../contract/schemas.ts'
import { client, connection } from '../bridge/client.ts'
import { useUi } from './ui.ts'

// What a key changes is painted in the next frame, not the one after; the call that the same key makes goes out first.
notifyManager.setScheduler((show) => queueMicrotask(() => connection.outgoing.afterwards(show)))

export const queryClient = new QueryClient({
  defaultOptions: {
    // Events tell when something has changed (events.ts), so nothing needs refetching on a guess.
    queries: { staleTime: Number.POSITIVE_INFINITY, retry: false, refetchOnWindowFocus: false, networkMode: 'always' },
  },
})

export const keys = {
  info: ['info'] as const,
  project: ['project'] as const,
  labels: ['labels'] as const,
  recent: ['recent'] as const,
  models: ['models'] as const,
  devices: ['devices'] as const,
  doctor: ['doctor'] as const,
  backbones: ['backbones'] as const,
  jobs: ['jobs'] as const,
  ids: ['ids'] as const,
  detail: (id: number) => ['detail', id] as const,
  reasons: ['reasons'] as const,
  bulk: ['bulk'] as const,
  history: ['history'] as const,
  names: ['names'] as const,
}

export const fetchInfo = { queryKey: keys.info, queryFn: () => client.app.info() }
export const useInfo = () => useQuery(fetchInfo)
export const useProject = () => useQuery({ queryKey: keys.project, queryFn: () => client.project.current() })
export const useRecent = () => useQuery({ queryKey: keys.recent, queryFn: () => client.app.recent() })

/** The labels, in their order; empty while no project is open. */
export function useLabels(): Label[] {
  const { data } = useQuery({ queryKey: keys.labels, queryFn: () => client.labels.list(), enabled: hasProject() })
  return data ?? none
}
const none: Label[] = []

/** All models of the project, newest first. */
export function useModels(): readonly Model[] {
  const { data } = useQuery({ queryKey: keys.models, queryFn: () => client.training.models(), enabled: hasProject() })
  return data ?? noModels
}
const noModels: readonly Model[] = []

/** The prompt for label names, before anything is learnt; null if the project's backbone has no text encoder. */
export function useNames(): string | null {
  const { data } = useQuery({ queryKey: keys.names, queryFn: () => client.training.names(), enabled: hasProject() })
  return data?.template ?? null
}

/** Whether the current suggestions come from label names alone. */
/** False until somebody has allowed the project’s images to be read: none is requested before. */
export const useImagesAllowed = (): boolean => useProject().data?.imagesAllowed ?? true
export const useFromNames = (): boolean => useProject().data?.model?.kind === 'names'

/** Fetched each time, since a device may have failed meanwhile. Only the first time takes seconds. */
export const useDevices = () =>
  useQuery({ queryKey: keys.devices, queryFn: () => client.training.devices(), staleTime: 0 })

function hasProject(): boolean {
  return queryClient.getQueryData<ProjectSummary | null>(keys.project) != null
}

/** The images that pass the filter, in order. */
export function useImageIds() {
  const filter = useUi((state) => state.filter)
  const sort = useUi((state) => state.sort)
  return useQuery({
    queryKey: [...keys.ids, filter, sort],
    queryFn: async () => new Int32Array(await (await client.images.query({ filter, sort })).arrayBuffer()),
    // The previous list stays until the next one arrives: no flicker.
    placeholderData: (last) => last,
    // Comparing 100,000 ids one by one would take too long.
    structuralSharing: false,
  })
}

export function currentIds(): Int32Array {
  const { filter, sort } = useUi.getState()
  return queryClient.getQueryData<Int32Array>([...keys.ids, filter, sort]) ?? new Int32Array(0)
}

export const fetchDetail = (id: number) => ({
  queryKey: keys.detail(id),
  queryFn: () => client.images.detail({ id }),
  gcTime: 60_000,
})

export function useJobs(): Job[] {
  const { data } = useQuery({ queryKey: keys.jobs, queryFn: () => client.jobs.list() })
  return data ?? noJobs
}
const noJobs: Job[] = []

/** The latest job of a kind, running or finished. */
export function useLatestJob(kind: Job['kind']): Job | undefined {
  return useJobs()
    .filter((job) => job.kind === kind)
    .sort((a, b) => b.id - a.id)[0]
}
