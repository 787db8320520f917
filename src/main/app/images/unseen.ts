import { UserError } from '../../base/errors.ts'
import { State } from '../../domain/state.ts'
import type { ReadableProject } from '../../project/readable.ts'

/**
 * Of what is said of many labels or many images at once, only what is about images that can be shown: nobody has looked at the
 * others. Clearing says nothing of what is in a picture, and is always allowed.
 * @returns what may be said, and of how many images nothing is
 * @throws UserError `image-unseen` if nothing is left
 */
export function aboutSeen<Change extends { imageId: number; state: number }>(
  { images }: ReadableProject,
  changes: readonly Change[],
): { seen: readonly Change[]; unseen: number } {
  const said = new Set(changes.filter(({ state }) => state !== State.unknown).map(({ imageId }) => imageId))
  const broken = new Set(images.many([...said]).flatMap(({ id, status }) => (status === 'ok' ? [] : [id])))
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
