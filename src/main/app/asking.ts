import { UserError } from '../base/errors.ts'
import type { Workspace } from './workspace.ts'

/** A pair that nobody has decided on, and how much would be gained by it. */
export interface Question {
  image: string
  label: string
  /** Of present; null if the model gives no score for it. */
  probability: number | null
  gain: number
}

/**
 * The (image, label) pairs that are worth most to be marked next, of readable images.
 * @throws UserError `no-suggestions`, `order-missing`
 */
export async function questionsOf({ project, suggestions }: Workspace, count: number): Promise<Question[]> {
  const scores = await suggestions.current()
  if (!scores) {
    throw new UserError('no-suggestions', 'No model suggests anything yet.', 'Fine-tune first (surmise train).')
  }
  const usefulness = await suggestions.usefulness()
  if (!usefulness) {
    throw new UserError(
      'order-missing',
      'It is not known what to ask next: this model was trained without it, or its cache folder is gone.',
      'Fine-tune again (surmise train).',
    )
  }
  const names = new Map(project.labels.list().map(({ id, name }) => [id, name]))
  const paths = new Map<number, string>()
  for (const { id, path, status } of project.images.known()) if (status === 'ok') paths.set(id, path)
  return usefulness
    .pairs(count, (imageId) => paths.has(imageId))
    .map(({ imageId, labelId, gain }) => {
      const probability = scores.table.probability(imageId, labelId)
      return {
        ...{ image: paths.get(imageId)!, label: names.get(labelId)!, gain },
        probability: Number.isNaN(probability) ? null : probability,
      }
    })
}
