import path from 'node:path'
import { UserError } from '../../base/errors.ts'
import type { ExportModelInput, ExportModelProgress, ExportModelResult } from '../../deployment/exportModel.ts'
import { onnxFiles, repositoryName, tritonFiles } from '../../deployment/modelFiles.ts'
import type { Precision } from '../../deployment/smaller.ts'
import type { Model } from '../../domain/model.ts'
import { requireTarget } from '../exchange/writeTarget.ts'
import type { StartedJob } from '../jobs.ts'
import type { ReadableWorkspace } from '../workspace.ts'

export interface ModelExportRequest {
  /** The ONNX file, or the folder of a Triton model repository; absolute. */
  path: string
  /** @default the current model */
  modelId?: number
  /** @default onnx */
  layout?: 'onnx' | 'triton'
  /** @default true */
  withBackbone?: boolean
  /** @default float32 */
  precision?: Precision
  /** Whether existing files may be replaced. @default false */
  overwrite?: boolean
}

const phaseNames: Record<ExportModelProgress['phase'], string> = {
  joining: 'Assembling the model',
  checking: 'Comparing with the program’s own results',
  measuring: 'Measuring the loss from fewer bits',
  writing: 'Writing',
}

/**
 * Writes a trained model for other programs.
 * @throws UserError `no-model`, `model-unknown`, `model-unusable`, `export-target`, `target-exists`, `export-name`
 */
export function startModelExport(
  workspace: ReadableWorkspace,
  request: ModelExportRequest,
): StartedJob<ExportModelResult> {
  const { context, project } = workspace
  const { layout = 'onnx', withBackbone = true, precision = 'float32' } = request
  const model = modelToExport(workspace, request.modelId)
  if (layout === 'onnx' && !/\.onnx$/i.test(request.path)) {
    throw new UserError('export-name', `A model file must end in .onnx: ${request.path}`, 'Change the name.')
  }
  const files = layout === 'onnx' ? onnxFiles(request.path) : tritonFiles(request.path, repositoryName(project.name))
  requireTarget(workspace, {
    ...{ path: request.path, as: layout === 'onnx' ? 'file' : 'into-folder', shared: true },
    ...{ files: Object.values(files), overwrite: request.overwrite },
  })
  return context.jobs.start('export', `Export model ${model.id}`, async (job) => {
    const input: ExportModelInput = {
      cacheFolder: project.cacheFolder,
      modelUid: model.uid,
      modelFile: model.file!,
      names: namesOf(workspace, model),
      images: [...project.images.known()].flatMap(({ path: file, sha256, status }) =>
        status === 'ok' && sha256 !== null ? [{ path: file, sha256 }] : [],
      ),
      imagesRoot: withBackbone ? workspace.requireImages() : project.imagesRoot,
      target: request.path,
      name: layout === 'onnx' ? path.basename(request.path, path.extname(request.path)) : project.name,
      ...{ layout, withBackbone, precision },
      provenance: {
        project: project.name,
        trainedAt: model.createdAt,
        exportedAt: Date.now(),
        appVersion: context.version,
        device: model.device,
        seed: model.seed ?? 0,
      },
    }
    const result = await context.writes.during(request.path, () =>
      context.compute.run('exportModel', input, {
        signal: job.signal,
        onProgress: ({ phase, fraction }) => job.update({ phase: phaseNames[phase], fraction }),
      }),
    )
    return { result, outcome: `Model ${model.id} written to ${path.basename(request.path)}.` }
  })
}

/** @throws UserError `no-model`, `model-unknown`, `model-unusable` */
function modelToExport({ project, suggestions }: ReadableWorkspace, id: number | undefined): Model {
  const model = id === undefined ? project.models.current() : project.models.get(id)
  if (!model && id !== undefined) {
    throw new UserError('model-unknown', `There is no model ${id} in this project.`, 'Choose one from the list.')
  }
  if (!model) throw new UserError('no-model', 'There is no model to export yet.', 'Fine-tune first (surmise train).')
  if (model.file !== null && suggestions.isUsable(model)) return model
  throw new UserError(
    'model-unusable',
    `The files of model ${model.id} are lost, so it can’t be exported.`,
    'Choose another model, or train again.',
  )
}

/** The labels' present names; for a label removed since, its name at training. */
function namesOf({ project }: ReadableWorkspace, { labelIds, metrics }: Model): string[] {
  const nameThen = new Map<number, string>()
  const stored = (metrics as { labels?: { labelId: number; name: string }[] } | null)?.labels ?? []
  for (const { labelId, name } of stored) nameThen.set(labelId, name)
  return labelIds.map((id) => project.labels.get(id)?.name ?? nameThen.get(id) ?? `label ${id}`)
}
