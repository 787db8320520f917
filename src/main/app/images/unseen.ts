import { UserError } from '../../base/errors.ts'
import { State } from '../../domain/state.ts'
import type { ReadableProject } from '../../project/readable.ts'

/**
 * Drops changes to images that can't be shown, because nobody can have looked at them. Clearing a mark claims nothing about the
 * picture, so it is always allowed.
 * @returns the remaining changes, and the number of images that were left out
 * @throws UserError `image-unseen` if nothing remains
 */
export function withoutUnseen<Change extends { imageId: number; state: number }>(
  { images }: ReadableProject,
  changes: readonly Change[],
): { seen: readonly Change[]; unseen: number } {
  const marked = new Set(changes.filter(({ state }) => state !== State.unknown).map(({ imageId }) => imageId))
  const broken = new Set(images.many([...marked]).flatMap(({ id, status }) => (status === 'ok' ? [] : [id])))
  if (broken.size === 0) return { seen: changes, unseen: 0 }
  const seen = changes.filter(({ imageId, state }) => state === State.unknown || !broken.has(imageId))
  if (seen.length > 0) return { seen, unseen: broken.size }
  throw new UserError(
    'image-unseen',
    broken.size === 1
      ? 'This image can’t be shown, so nothing was marked.'
      : `None of these ${broken.size} images can be shown, so nothing was marked.`,
    'You can still mark a single label you’re sure of in the open image.',
  )
}
