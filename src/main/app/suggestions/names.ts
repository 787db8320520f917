import { randomUUID } from 'node:crypto'
import { findTextTower } from '../../backbone/text/textFiles.ts'
import { cancelled, UserError } from '../../base/errors.ts'
import type { Model } from '../../domain/model.ts'
import { isFromNames, namesKind } from '../../suggestions/fromNames.ts'
import { noTextTower } from '../../training/names/noTextTower.ts'
import type { Device } from '../devices/devices.ts'
import { onDevice } from '../devices/onDevice.ts'
import type { StartedJob } from '../jobs.ts'
import { applyWhenFree } from '../project/scanning.ts'
import { builtInBackbone, embedMissing } from '../training/training.ts'
import { counted } from '../words.ts'
import type { Workspace } from '../workspace.ts'
import { namesTemplateFor } from './fromNames.ts'

export interface NamesOptions {
  /** The prompt, with `{label}` for the label's name. @default the one used last, or the backbone's own */
  template?: string
  /** @default the project's setting */
  device?: string
}

/** The prompt template for the project's backbone; null if it has no text encoder. */
export const namesTemplate = ({ project }: Workspace): Promise<string | null> =>
  namesTemplateFor(project, project.settings.get('backbone') ?? builtInBackbone)

/**
 * Suggests before the first mark (zero-shot): compares each image with each label's name, by the backbone's image and text
 * encoders. The result never replaces a model that was learnt.
 * @throws UserError `training-running`, `no-images`, `no-labels`, `no-text-tower`, `device-unknown`
 */
export async function startSuggestingByNames(
  workspace: Workspace,
  options: NamesOptions = {},
): Promise<StartedJob<Model>> {
  const { context, project } = workspace
  workspace.requireWritable()
  const wanted = options.device ?? project.settings.get('device')
  context.devices.check(wanted)
  const backbone = project.settings.get('backbone') ?? builtInBackbone
  const template = options.template ?? (await namesTemplate(workspace))
  if (template === null || !(await findTextTower(backbone))) throw noTextTower(backbone)
  const images = [...project.images.known()]
  const labels = project.labels.list().map(({ id, name }) => ({ id, name }))
  if (images.length === 0) {
    throw new UserError('no-images', 'The project has no images yet.', 'Choose a folder with images.')
  }
  if (labels.length === 0)
    throw new UserError('no-labels', 'The project has no labels yet.', 'Add a label: Surmise looks for its name.')
  if (context.jobs.running('train')) {
    throw new UserError('training-running', 'Fine-tuning is already running.', 'Wait until it is done, or cancel it.')
  }
  return context.jobs.start('train', 'Suggest from names', async (job) => {
    const run = async (device: Device) => {
      const embedded = await embedMissing(workspace, job, images, device)
      if (!embedded.complete) throw cancelled('Suggesting')
      job.update({ phase: 'Comparing with label names', fraction: null })
      const uid = randomUUID()
      const input = { cacheFolder: project.cacheFolder, backbone, images, labels, template, modelUid: uid, device }
      const named = await context.compute.run('suggestByNames', input, { signal: job.signal })
      return { ...named, uid, name: embedded.backbone.name }
    }
    const { uid, name, device, withoutFeatures } = await onDevice(context, wanted, run)
    const current = project.models.current()
    const isFree = !current || isFromNames(current) || !workspace.suggestions.isUsable(current)
    const model = await applyWhenFree(
      () =>
        project.models.add(
          {
            ...{ uid, kind: namesKind, backbone: name, seed: null, device, file: null },
            ...{ metrics: { template }, labelIds: labels.map(({ id }) => id) },
          },
          { current: isFree },
        ),
      job.signal,
    )
    const left = withoutFeatures > 0 ? ` ${counted(withoutFeatures, 'image')} couldn’t be read.` : ''
    const what = `${counted(labels.length, 'label')} compared by name with ${counted(images.length, 'image')}; nothing learnt yet.`
    const kept = isFree ? '' : ' The learnt model stays in use; this one is in the list of models.'
    return { result: model, outcome: `${what}${kept}${left}` }
  })
}
