import { notifyManager, QueryClient, useQuery } from '@tanstack/react-query'
import type { Job, Label, Model, ProjectSummary } from '../../contract/schemas.ts'
import { client, connection } from '../bridge/client.ts'
import { useUi } from './ui.ts'

// What a key changes is painted with the next frame, not the one after; the call that the same key makes goes out first.
notifyManager.setScheduler((show) => queueMicrotask(() => connection.outgoing.afterwards(show)))

export const queryClient = new QueryClient({
  defaultOptions: {
    // Events say when something has changed (events.ts): nothing has to be asked for again on a guess.
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

/** Every model of the project, the newest first. */
export function useModels(): readonly Model[] {
  const { data } = useQuery({ queryKey: keys.models, queryFn: () => client.training.models(), enabled: hasProject() })
  return data ?? noModels
}
const noModels: readonly Model[] = []

/** What would be asked about a label before anything is learnt; null where the project's backbone has no text half. */
export function useNames(): string | null {
  const { data } = useQuery({ queryKey: keys.names, queryFn: () => client.training.names(), enabled: hasProject() })
  return data?.template ?? null
}

/** Whether what is suggested now comes from the names of the labels only. */
/** False: nobody has said yet that the project’s images may be read, so none is asked for. */
export const useImagesAllowed = (): boolean => useProject().data?.imagesAllowed ?? true
export const useFromNames = (): boolean => useProject().data?.model?.kind === 'names'

/** Asked for each time: one may have failed since. Trying them takes seconds, but only the first time. */
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
    // While the next list is on its way the last one stays: no flicker.
    placeholderData: (last) => last,
    // 100,000 ids must not be compared one by one.
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

/** The latest job of a kind, running or over. */
export function useLatestJob(kind: Job['kind']): Job | undefined {
  return useJobs()
    .filter((job) => job.kind === kind)
    .sort((a, b) => b.id - a.id)[0]
}
