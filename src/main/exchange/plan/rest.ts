import { State } from '../../domain/state.ts'
import type { Matches } from '../match/match.ts'
import type { Collected } from '../read/collected.ts'
import type { ImportTarget, PlannedLabel } from './plan.ts'
import type { ResolvedState } from './resolve.ts'

/** Images for which a person may say that what the file doesn't mention is absent. By the ids of the project. */
export interface RestImages {
  /** The file says something of them, and all of it was understood. */
  labelled: Set<number>
  /** The file lists them and says nothing of them: they may have none of the labels, or nobody may have looked. */
  empty: Set<number>
}

/** What wasn't understood may have been a label: of such an image nothing more is taken to be absent. */
export function restImages({ images, labels, states, leftOpen }: Collected, { imageIds }: Matches): RestImages {
  const [said, mentioned, open] = [new Set<number>(), new Set<number>(), new Set<number>()]
  for (let row = 0; row < states.length; row++) {
    const id = imageIds[states.imageAt(row)]
    if (labels[states.labelAt(row)] === undefined) open.add(id)
    else if (states.stateAt(row) === State.unknown) mentioned.add(id)
    else said.add(id)
  }
  for (const image of leftOpen) open.add(imageIds[image])
  const rest: RestImages = { labelled: new Set(), empty: new Set() }
  for (const [index, id] of imageIds.entries()) {
    if (id === 0 || open.has(id) || images[index]?.unlabelled === true) continue
    if (said.has(id) || images[index]?.none === true) rest.labelled.add(id)
    else if (!mentioned.has(id)) rest.empty.add(id)
  }
  for (const id of rest.labelled) rest.empty.delete(id)
  return rest
}

/** Labels of the file that it doesn't mention for this image, and of which the project knows nothing either. */
export function* restOf(
  labels: readonly PlannedLabel[],
  resolved: readonly ResolvedState[],
  imageId: number,
  target: ImportTarget,
): Generator<number> {
  const mentioned = new Set(resolved.map(({ label }) => label))
  for (const [label, { labelId, leftOut }] of labels.entries()) {
    if (leftOut || mentioned.has(label)) continue
    if (labelId === null || target.stateOf(imageId, labelId) === State.unknown) yield label
  }
}
