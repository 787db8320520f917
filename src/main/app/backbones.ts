import path from 'node:path'
import { namesFile, withViews } from '../backbone/registry.ts'
import { type Views, viewChoices } from '../backbone/views.ts'
import type { AppContext } from './context.ts'
import { builtInBackbone } from './training.ts'
import type { Workspace } from './workspace.ts'

export { namesFile, viewChoices, withViews }

/** How images are looked at (`views.ts`). */
export type ViewsChoice = Views | 'none'

/**
 * Looks into a backbone before a project is told to use it.
 * @param specification a name of the registry or the path of an ONNX file, with `@size` if wanted
 * @returns the same, with the path made absolute: the project may be opened from another folder
 * @throws UserError that says why it can't be used
 */
export async function checkedBackbone({ compute }: AppContext, specification: string): Promise<string> {
  const absolute = namesFile(specification) ? path.resolve(specification) : specification
  await compute.run('resolveBackbone', { specification: absolute })
  return absolute
}

/** How the project's images are looked at from now on; the features of either way stay in the cache. */
export function chooseViews(workspace: Workspace, views: ViewsChoice): void {
  workspace.requireWritable()
  const { settings } = workspace.project
  const backbone = settings.get('backbone') ?? builtInBackbone
  const wanted = withViews(backbone, views)
  if (wanted !== backbone) settings.set({ backbone: wanted })
}
