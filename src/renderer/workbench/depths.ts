import type { Label } from '../../contract/schemas.ts'

/** How far each label is indented: under its parent, if that is above it with only its other descendants in between. */
export function depthsOf(labels: readonly Label[]): Map<number, number> {
  const depths = new Map<number, number>()
  /** The label above and its visible ancestors, nearest last. */
  let above: number[] = []
  for (const { id, parentId } of labels) {
    above = above.slice(0, parentId === null ? 0 : above.indexOf(parentId) + 1)
    depths.set(id, above.length)
    above.push(id)
  }
  return depths
}
