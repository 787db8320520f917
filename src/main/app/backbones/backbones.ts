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
 * Checks that a backbone can be used before a project switches to it.
 * @param specification a name in the registry or the path of an ONNX file, optionally with `@size` and `:normalisation`
 * @returns the same, with an absolute path: the project may be opened from another folder
 * @throws UserError saying why it can't be used; `backbone-normalisation` if a person has to name its input normalisation
 */
export async function checkedBackbone(
  context: AppContext,
  specification: string,
  signal?: AbortSignal,
): Promise<string> {
  const absolute = namesFile(specification) ? path.resolve(specification) : specification
  const missing = await missingNormalisation(context, absolute, signal)
  if (missing) throw missing
  return absolute
}

/**
 * The error for a backbone that doesn't state its input normalisation; undefined if it does. The answer becomes part of the
 * specification (`model.onnx:imagenet`), so it is stored in the project and travels with the name.
 */
export async function missingNormalisation(
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

/** Sets the views that images are embedded with from now on. Features of the other choices stay in the cache. */
export function chooseViews(workspace: Workspace, views: ViewsChoice): void {
  workspace.requireWritable()
  const { settings } = workspace.project
  const backbone = settings.get('backbone') ?? builtInBackbone
  const wanted = withViews(backbone, views)
  if (wanted !== backbone) settings.set({ backbone: wanted })
}

/** The project's settings as screens show them: the backbone and its views apart, which are stored as one specification. */
export function settingsOf({ settings }: ReadableProject): Settings {
  const { backbone, name, annotator, device, seed } = settings.all()
  const named = withViews(backbone ?? builtInBackbone, 'none')
  return {
    ...{ name, annotator, device, seed },
    backbone: named === builtInBackbone ? null : named,
    views: viewsOf(backbone ?? builtInBackbone),
  }
}

/** @throws UserError `device-unknown`, or the reason why a backbone can't be used */
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
  // The backbone in use was checked when it was chosen.
  if (others.backbone && others.backbone !== now.backbone) await checkedBackbone(context, others.backbone, signal)
  // Views typed as part of the name (`model.onnx+flip`) win.
  const typed = viewsOf(backbone ?? '')
  const chosen = typed === 'none' ? (views ?? now.views) : typed
  const whole = withViews(backbone ?? builtInBackbone, chosen)
  project.settings.set({ ...others, backbone: whole === builtInBackbone ? null : whole })
}
