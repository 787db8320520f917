import type { ImageFilter, ImageSort } from '../../preload/schemas.ts'
import type { LabelCondition } from '../project/imageFilter.ts'
import { confidentFrom } from '../suggestions/scores.ts'
import { Usefulness } from './usefulness.ts'
import type { Workspace } from './workspace.ts'

/**
 * The ids of all images that pass, in order. What the file knows, SQLite filters and sorts; what a model says of undecided
 * labels is looked up in the score table and the state matrix, both in memory.
 */
export async function queryImages(
  { project, suggestions }: Workspace,
  filter: ImageFilter,
  sort: ImageSort,
): Promise<Int32Array> {
  const { suggested, labels = [], ...rest } = filter
  const inFile = labels.filter((one): one is LabelCondition => one.is !== 'suggested')
  const suggestedLabels = labels.filter(({ is }) => is === 'suggested').map(({ labelId }) => labelId)
  const wanted = suggested === true || suggestedLabels.length > 0
  const byConfidence = sort.by === 'confidence'
  const gains = sort.by === 'usefulness' ? await suggestions.gains() : undefined
  const usefulness = gains && new Usefulness(gains, await project.states.matrix())

  const inOrder = (found: Int32Array): Int32Array => {
    if (!usefulness) return found
    return sorted(found, usefulness.ofImages(labels[0]?.labelId), sort.descending ?? true)
  }
  const ids = () =>
    project.images.ids(
      { ...rest, labels: inFile },
      sort.by === 'confidence' || sort.by === 'usefulness' ? { by: 'path' } : { ...sort, by: sort.by },
    )
  if (!wanted && !byConfidence && suggested === undefined) return inOrder(ids())
  const scores = await suggestions.current()
  if (!scores) return wanted ? new Int32Array(0) : ids()
  const confidence = await suggestions.confidence(scores)
  let found = ids()
  const isSure = (confidences: Float32Array, id: number) => confidence.at(confidences, id) >= confidentFrom
  for (const labelId of suggestedLabels) {
    const confidences = confidence.of(labelId)
    found = found.filter((id) => isSure(confidences, id))
  }
  if (suggested !== undefined) {
    const confidences = confidence.of()
    found = found.filter((id) => isSure(confidences, id) === suggested)
  }
  if (!byConfidence) return inOrder(found)
  const confidences = confidence.of(labels[0]?.labelId)
  return sorted(found, (id) => confidence.at(confidences, id), sort.descending ?? true)
}

/** Room for the places of two million images beside the key, in the 53 whole bits of a number. */
const placesEnd = 2 ** 21

/** By numbers that are not negative; of equal ones the images stay in the order they came in. */
function sorted(ids: Int32Array, numberOf: (id: number) => number, largestFirst: boolean): Int32Array {
  const values = Float32Array.from(ids, numberOf)
  // The bits of floats that are not negative rise with them. Numbers alone are sorted several times as fast as by a function.
  const bits = new Uint32Array(values.buffer)
  const keys = Float64Array.from(bits, (key, place) => (largestFirst ? 0x7fffffff - key : key) * placesEnd + place)
  return Int32Array.from(keys.sort(), (key) => ids[key % placesEnd])
}
