import { z } from 'zod'
import type { Label, Model, ProjectSummary } from '../../../contract/schemas.ts'
import { labelMetrics } from '../../../contract/schemas.ts'
import type { Model as ModelRow } from '../../domain/model.ts'
import { settingsOf } from '../backbones/backbones.ts'
import type { ReadableWorkspace } from '../workspace.ts'
import { lostChangesOf } from './lostChanges.ts'

/** What screens show about the project as a whole. */
export function summaryOf(workspace: ReadableWorkspace): ProjectSummary {
  const { project } = workspace
  const { undoTitle, redoTitle } = project.history
  const model = project.models.current()
  return {
    path: project.path,
    name: project.name,
    uuid: project.uuid,
    readOnly: project.readOnly,
    imagesRoot: project.imagesRoot,
    imagesAllowed: workspace.imagesAllowed,
    imagesRootFound: workspace.imagesRootFound,
    images: project.images.counts(),
    passedOver: project.settings.get('passedOver'),
    labels: labelsOf(workspace),
    settings: settingsOf(project),
    undoTitle,
    redoTitle,
    model: model ? modelOf(workspace, model) : null,
    lostChanges: lostChangesOf(project),
  }
}

/** The labels as screens show them, in order. */
export function labelsOf({ project }: ReadableWorkspace): Label[] {
  return project.labels.list().map(({ uid: _u, position: _p, removed: _r, ...label }) => label)
}

const mAP = z.object({ linear: z.number(), sst: z.number(), blend: z.number() })

/** Lenient, because the metrics of imported models were written by another program. */
const storedMetrics = z.object({
  mAP: mAP.nullable().catch(null),
  seconds: z.number().nullable().catch(null),
  labels: z.array(labelMetrics).catch([]),
})

/** The model in use when this one was trained; undefined if there was none or it wasn't recorded. */
export function modelBefore({ metrics }: ModelRow): number | undefined {
  return z.object({ before: z.number() }).safeParse(metrics).data?.before
}

/** A model as screens show it, with whatever metrics it has. */
export function modelOf(workspace: ReadableWorkspace, model: ModelRow): Model {
  const metrics = storedMetrics.safeParse(model.metrics).data ?? { mAP: null, seconds: null, labels: [] }
  const { id, createdAt, kind, backbone, device, seed, current } = model
  return {
    ...{ id, createdAt, kind, backbone, device, seed, current },
    usable: workspace.suggestions.isUsable(model),
    ...metrics,
  }
}
