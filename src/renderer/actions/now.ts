import type { ImageDetail, Label, ProjectSummary } from '../../contract/schemas.ts'
import { queryClient, keys as queryKeys } from '../state/queries.ts'
import { openImageId, type Screen } from '../state/screen.ts'
import { ui } from '../state/ui.ts'

/** The current state that actions depend on. */
export const inProject = (): boolean => queryClient.getQueryData(queryKeys.project) != null
export const projectNow = (): ProjectSummary | null | undefined => queryClient.getQueryData(queryKeys.project)
/** In a read-only project, nothing can be changed. */
export const inWritable = (): boolean => projectNow()?.readOnly === false
const isOn = (kind: Screen['kind']): boolean => inProject() && ui.get().screen.kind === kind
export const inGrid = (): boolean => isOn('grid')
export const inLabelByLabel = (): boolean => isOn('labelByLabel')
export const inModel = (): boolean => isOn('model')
export const inImage = (): boolean => isOn('image')
/** The open image; null while none is. */
export const imageNow = (): number | null => openImageId(ui.get().screen)
export const isTraining = (): boolean =>
  queryClient
    .getQueryData<{ kind: string; state: string }[]>(queryKeys.jobs)
    ?.some(({ kind, state }) => kind === 'train' && state === 'running') ?? false

/** Whether the project's backbone has a text encoder. */
export const knowsNames = (): boolean =>
  queryClient.getQueryData<{ template: string | null }>(queryKeys.names)?.template != null

export const hasTrained = (): boolean =>
  queryClient.getQueryData<{ kind: string }[]>(queryKeys.jobs)?.some(({ kind }) => kind === 'train') ?? false

export const labelsNow = (): Label[] => queryClient.getQueryData<Label[]>(queryKeys.labels) ?? []

export function detailNow(): ImageDetail | undefined {
  const imageId = imageNow()
  return imageId === null ? undefined : queryClient.getQueryData<ImageDetail>(queryKeys.detail(imageId))
}
