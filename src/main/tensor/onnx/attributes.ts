import { UserError } from '../../base/errors.ts'
import type { Value } from '../graph/graph.ts'
import type { ImportedNode } from './import.ts'

/** Padding at the top, left, bottom and right, however the node specifies it. @throws UserError `operator-unsupported` */
export function padsOf(
  node: ImportedNode,
  x: Value,
  kernel: readonly number[],
  strides: readonly number[],
): [number, number, number, number] {
  const automatic = node.attributes.get('auto_pad') ?? 'NOTSET'
  if (automatic === 'VALID') return [0, 0, 0, 0]
  if (automatic === 'NOTSET') {
    const pads = integers(node, 'pads') ?? [0, 0, 0, 0]
    return [pads[0], pads[1], pads[2], pads[3]]
  }
  // SAME: as many windows as strides fit in. An odd one goes to the bottom and right or, for SAME_LOWER, to the top and left.
  const total = kernel.map((length, axis) => {
    const size = x.size(2 + axis)
    return Math.max(0, (Math.ceil(size / strides[axis]) - 1) * strides[axis] + length - size)
  })
  const first = total.map((size) => (automatic === 'SAME_LOWER' ? Math.ceil(size / 2) : Math.floor(size / 2)))
  return [first[0], first[1], total[0] - first[0], total[1] - first[1]]
}

/** Two numbers, one per axis, 1 if there are none. @throws UserError `operator-unsupported` */
export function pair(list: readonly number[] | undefined, operator: string): [number, number] {
  if (list?.length !== 2) throw unsupported(`${operator} over other than two axes`)
  return [list[0], list[1]]
}

/** @returns an attribute, or `otherwise` if the node doesn't have it */
export function number(node: ImportedNode, name: string, otherwise: number): number {
  const value = node.attributes.get(name)
  return typeof value === 'number' ? value : otherwise
}

/** @returns an attribute, or undefined if the node doesn't have it */
export function integers(node: ImportedNode, name: string): readonly number[] | undefined {
  const value = node.attributes.get(name)
  return Array.isArray(value) ? value : undefined
}

/** @param what can't be trained; completes “The last stage of this backbone uses …” */
export function unsupported(what: string): UserError {
  return new UserError(
    'operator-unsupported',
    `The last stage of this backbone uses ${what}, which Surmise can’t train.`,
    'Train without --unfreeze, or choose another backbone.',
  )
}
