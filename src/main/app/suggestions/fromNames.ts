import { z } from 'zod'
import { findTextTower } from '../../backbone/text/textFiles.ts'
import type { Model } from '../../project/models.ts'
import type { ReadableProject } from '../../project/readable.ts'

/** Of models that go by the names of labels alone: what they say is an order, not a probability, and nothing was held out. */
export const namesKind = 'names'

export const isFromNames = ({ kind }: Pick<Model, 'kind'>): boolean => kind === namesKind

/** What would be asked about a label; null where the backbone has no text half. */
export async function namesTemplateFor(project: ReadableProject, backbone: string): Promise<string | null> {
  const tower = await findTextTower(backbone).catch(() => undefined)
  if (!tower) return null
  const last = project.models.list().find(isFromNames)
  return z.object({ template: z.string() }).safeParse(last?.metrics).data?.template ?? tower.template
}
