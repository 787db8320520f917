import type { Label } from '../../contract/schemas.ts'

/** How far each label is set in: below its parent where that stands above it, with nothing of another kind between them. */
export function depthsOf(labels: readonly Label[]): Map<number, number> {
  const depths = new Map<number, number>()
  /** The label above, with its parents as far as they are shown, the nearest last. */
  let above: number[] = []
  for (const { id, parentId } of labels) {
    above = above.slice(0, parentId === null ? 0 : above.indexOf(parentId) + 1)
    depths.set(id, above.length)
    above.push(id)
  }
  return depths
}
