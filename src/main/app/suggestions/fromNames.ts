import { z } from 'zod'
import { findTextTower } from '../../backbone/text/textFiles.ts'
import type { ReadableProject } from '../../project/readable.ts'
import { isFromNames } from '../../suggestions/fromNames.ts'

export { isFromNames }

/** The prompt template for label names: the one used last, else the backbone's own; null if it has no text encoder. */
export async function namesTemplateFor(project: ReadableProject, backbone: string): Promise<string | null> {
  const tower = await findTextTower(backbone).catch(() => undefined)
  if (!tower) return null
  const last = project.models.list().find(isFromNames)
  return z.object({ template: z.string() }).safeParse(last?.metrics).data?.template ?? tower.template
}
