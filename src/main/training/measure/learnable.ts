import { UserError } from '../../base/errors.ts'
import { countsByLabel } from '../../domain/labelMatrix.ts'
import { minKnown } from './heldOut.ts'

/**
 * The labels with enough known positives and negatives.
 * @param states N×C: 1 present, −1 absent, 0 unknown
 * @param labelNames C
 * @returns their columns
 * @throws UserError `too-few-labels` if there is none
 */
export function learnableLabels(states: Int8Array, labelNames: readonly string[]): number[] {
  const { present, absent } = countsByLabel({ states, labels: labelNames.length })
  const learnt = labelNames.flatMap((_, label) =>
    present[label] >= minKnown && absent[label] >= minKnown ? [label] : [],
  )
  if (learnt.length === 0) {
    const counts = labelNames
      .slice(0, 5)
      .map((name, label) => `${name}: ${present[label]} present, ${absent[label]} absent`)
    const more = labelNames.length > 5 ? `, and ${labelNames.length - 5} more` : ''
    throw new UserError(
      'too-few-labels',
      `No label can be learnt yet (${counts.join('; ')}${more}).`,
      `Mark a label present in at least ${minKnown} images and absent in at least ${minKnown}.`,
    )
  }
  return learnt
}
