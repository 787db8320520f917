import { useQuery } from '@tanstack/react-query'
import { client } from '../bridge/client.ts'
import { keys, useJobs, useProject } from '../state/queries.ts'

/** What the page shows; refetched when a download, a comparison or a training ends, and when the project changes. */
export function useBackbones() {
  const { data: project } = useProject()
  const over = useJobs()
    .filter(({ kind, state }) => (kind === 'fetch' || kind === 'try' || kind === 'train') && state !== 'running')
    .map(({ id }) => id)
  const { backbone, views } = project?.settings ?? {}
  return useQuery({
    queryKey: [...keys.backbones, project?.uuid, backbone, views, over],
    queryFn: () => client.backbones.page(),
    placeholderData: (last) => last,
    gcTime: 0,
  })
}

/** The running jobs of these kinds. */
export function useRunning(...kinds: readonly string[]) {
  return useJobs().find(({ kind, state }) => kinds.includes(kind) && state === 'running')
}
