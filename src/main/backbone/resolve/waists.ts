import type { ImportedModel, ImportedNode } from '../../tensor/onnx/import.ts'

/** A value that every path from the image to the features goes through, and its shape for one image. */
export interface Waist {
  name: string
  /** As in the model, batch first. */
  shape: readonly number[]
}

/**
 * The values that every path from the image to the wanted ones goes through, in order. Given one of them, the image
 * is no longer needed.
 */
export function waistsOf(model: ImportedModel, wanted: readonly string[]): string[] {
  const varying = model.varying()
  const nodes = model.needed(wanted).filter(({ outputs }) => outputs.some((name) => varying.has(name)))
  const lastUse = new Map<string, number>()
  for (const [i, node] of nodes.entries()) for (const name of valuesUsed(node)) lastUse.set(name, i)
  for (const name of wanted) lastUse.set(name, nodes.length)
  const live = new Set(model.inputs)
  const waists: string[] = []
  for (const [i, node] of nodes.entries()) {
    for (const name of node.outputs) if (varying.has(name) && (lastUse.get(name) ?? -1) > i) live.add(name)
    for (const name of valuesUsed(node)) if (lastUse.get(name) === i) live.delete(name)
    const [only] = live
    if (live.size === 1 && node.outputs.includes(only)) waists.push(only)
  }
  return waists
}

function valuesUsed({ inputs, captured }: ImportedNode): Set<string> {
  return new Set([...inputs, ...captured])
}

/** A stage may begin with a convolution that widens the map before downsampling; the cut goes before it. */
const widening = 6

/**
 * Where the last stage begins. For maps: before the last downsampling. For tokens: before the last block, which is two
 * residual additions, of its attention and of its MLP.
 * @param waists the waists, in order
 * @param positions number of positions in the features
 * @param additions names that are sums of two values of the image
 * @returns undefined if no such place is found
 */
export function lastStageStart(
  waists: readonly Waist[],
  positions: number,
  additions: ReadonlySet<string>,
): Waist | undefined {
  const maps = waists.filter(({ shape }) => shape.length === 4)
  const area = ({ shape }: Waist): number => shape[2] * shape[3]
  const larger = maps.filter((map) => area(map) > positions)
  const last = larger.at(-1)
  const tokens = waists.filter(({ name, shape }) => shape.length === 3 && additions.has(name))
  // A transformer begins with maps too.
  if (tokens.length >= 3) return tokens.at(-3)
  if (!last) return undefined
  const near = larger.slice(-widening).filter((map) => area(map) === area(last))
  const size = ({ shape }: Waist): number => shape[1] * shape[2] * shape[3]
  return near.reduce((best, map) => (size(map) <= size(best) ? map : best))
}
