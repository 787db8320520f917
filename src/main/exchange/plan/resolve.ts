import { State } from '../../domain/state.ts'
import type { StateTable } from '../read/stateTable.ts'

/** What a file says of one label in one image, all its entries taken together. */
export interface ResolvedState {
  label: number
  /** 0: the file says that it leaves this open. */
  state: State
  /** The file says present and absent. */
  contradictory: boolean
  /** The entry that says so: the first. */
  row: number
}

export interface Grouped {
  /** Of the project, rising. */
  imageIds: Int32Array
  /** Of the group with this index. Labels in the order in which they come up. */
  resolve: (group: number) => ResolvedState[]
}

/**
 * Brings together what a file says of each image, however it is strewn over the file: a counting sort over the columns, with
 * four bytes for each entry.
 * @param imageIds the project's image of each of the file's; 0: left out
 * @param labelOf the planned label of each of the file's; −1: left out
 */
export function groupByImage(states: StateTable, imageIds: Int32Array, labelOf: Int32Array, labels: number): Grouped {
  const ids = Int32Array.from(new Set(imageIds))
    .filter((id) => id !== 0)
    .sort()
  const groupOfId = new Map(Array.from(ids, (id, group) => [id, group]))
  const groupOf = imageIds.map((id) => groupOfId.get(id) ?? -1)
  const groupAt = (row: number) => (labelOf[states.labelAt(row)] < 0 ? -1 : groupOf[states.imageAt(row)])

  const starts = new Int32Array(ids.length + 1)
  for (let row = 0; row < states.length; row++) {
    const group = groupAt(row)
    if (group >= 0) starts[group + 1]++
  }
  for (let group = 0; group < ids.length; group++) starts[group + 1] += starts[group]
  const next = starts.slice()
  const rows = new Int32Array(starts[ids.length])
  for (let row = 0; row < states.length; row++) {
    const group = groupAt(row)
    if (group >= 0) rows[next[group]++] = row
  }

  /** Of each label, its place + 1 among those of the group being resolved. */
  const places = new Int32Array(labels)
  const resolve = (group: number): ResolvedState[] => {
    const resolved: ResolvedState[] = []
    for (let at = starts[group]; at < starts[group + 1]; at++) {
      const row = rows[at]
      const label = labelOf[states.labelAt(row)]
      const state = states.stateAt(row)
      const known = resolved[places[label] - 1]
      if (!known) places[label] = resolved.push({ label, state, contradictory: false, row })
      else if (known.state === State.unknown) Object.assign(known, { state, row })
      else if (state === -known.state) known.contradictory = true
    }
    for (const { label } of resolved) places[label] = 0
    return resolved
  }
  return { imageIds: ids, resolve }
}
