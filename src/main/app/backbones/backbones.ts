import path from 'node:path'
import type { Settings } from '../../../contract/schemas.ts'
import type { ViewsChoice } from '../../../contract/views.ts'
import { modelNamed, namesFile, viewsOf, withViews } from '../../backbone/list/registry.ts'
import { normalisationNames } from '../../backbone/pixels/normalisation.ts'
import { UserError } from '../../base/errors.ts'
import type { ReadableProject } from '../../project/readable.ts'
import type { AppContext } from '../context.ts'
import { builtInBackbone } from '../training/training.ts'
import type { Workspace } from '../workspace.ts'

export { namesFile, withViews }

/**
 * Looks into a backbone before a project is told to use it.
 * @param specification a name of the registry or the path of an ONNX file, with `@size` and `:normalisation` if wanted
 * @returns the same, with the path made absolute: the project may be opened from another folder
 * @throws UserError that says why it can't be used; `backbone-normalisation` where a person has to say how it wants its pixels
 */
export async function checkedBackbone(
  context: AppContext,
  specification: string,
  signal?: AbortSignal,
): Promise<string> {
  const absolute = namesFile(specification) ? path.resolve(specification) : specification
  const unsaid = await normalisationUnsaid(context, absolute, signal)
  if (unsaid) throw unsaid
  return absolute
}

/**
 * What to say of a backbone that doesn't tell how it wants its pixels; undefined of any other. The answer stands behind the file's
 * name, so that it is kept in the project and goes wherever the name goes.
 */
export async function normalisationUnsaid(
  { compute }: AppContext,
  specification: string,
  signal?: AbortSignal,
): Promise<UserError | undefined> {
  const { normalisationFrom } = await compute.run('resolveBackbone', { specification }, { signal })
  if (normalisationFrom !== undefined) return undefined
  const name = path.basename(modelNamed(specification))
  const choices = normalisationNames.map((normalisation) => `${name}:${normalisation}`).join(', ')
  return new UserError(
    'backbone-normalisation',
    `${name} doesn’t state its input normalisation, and the wrong one makes suggestions much worse.`,
    `Use the one it was trained with: ${choices}. Or put mean and std in ${name}.json beside it.`,
  )
}

/** How the project's images are looked at from now on; the features of either way stay in the cache. */
export function chooseViews(workspace: Workspace, views: ViewsChoice): void {
  workspace.requireWritable()
  const { settings } = workspace.project
  const backbone = settings.get('backbone') ?? builtInBackbone
  const wanted = withViews(backbone, views)
  if (wanted !== backbone) settings.set({ backbone: wanted })
}

/** The project's settings as the screens have them: the backbone, and how it looks at images, apart. */
export function settingsOf({ settings }: ReadableProject): Settings {
  const { backbone, name, annotator, device, seed } = settings.all()
  const named = withViews(backbone ?? builtInBackbone, 'none')
  return {
    ...{ name, annotator, device, seed },
    backbone: named === builtInBackbone ? null : named,
    views: viewsOf(backbone ?? builtInBackbone),
  }
}

/** @throws UserError `device-unknown`, and those that say why a backbone can't be used */
export async function configure(
  workspace: Workspace,
  { views, ...others }: Partial<Settings>,
  signal?: AbortSignal,
): Promise<void> {
  const { project, context } = workspace
  workspace.requireWritable()
  if (others.device !== undefined) context.devices.check(others.device)
  const now = settingsOf(project)
  const backbone = others.backbone === undefined ? now.backbone : others.backbone
  // What a project goes by already is not asked about again.
  if (others.backbone && others.backbone !== now.backbone) await checkedBackbone(context, others.backbone, signal)
  // Whoever writes `model.onnx+flip` means that.
  const typed = viewsOf(backbone ?? '')
  const chosen = typed === 'none' ? (views ?? now.views) : typed
  const whole = withViews(backbone ?? builtInBackbone, chosen)
  project.settings.set({ ...others, backbone: whole === builtInBackbone ? null : whole })
}
