import { readFile } from 'node:fs/promises'
import { type PackedThumbnail, packThumbnails } from '../../../contract/thumbnailPack.ts'
import { UserError } from '../../base/errors.ts'
import { realPlaceBelow } from '../../base/places.ts'
import { cachePath } from '../../images/cacheFolder.ts'
import type { ReadableWorkspace } from '../workspace.ts'
import { versionOf } from './rows.ts'

/**
 * The thumbnail of the content with this hash, if it is made already: one read of one small file, away from the image itself.
 * @throws UserError `path-outside`
 */
export async function madeThumbnail(
  { project: { cacheFolder } }: ReadableWorkspace,
  sha256: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const place = cachePath(cacheFolder, 'thumbnails', sha256, 'webp')
  const made = await realPlaceBelow(cacheFolder, place).catch(unlessOutside)
  const bytes = made === undefined ? undefined : await readFile(made).catch(() => undefined)
  // A power cut can leave an empty one.
  return bytes?.length ? bytes : undefined
}

/** A thumbnail that is not there is made; one that lies elsewhere is no thumbnail. */
function unlessOutside(error: unknown): undefined {
  if (error instanceof UserError) throw error
}

/**
 * The thumbnails of a screenful, in one answer: a request for each takes a browser longer than all else that shows it. One that
 * is not made yet is left out, so that the others do not wait; the image route makes it.
 */
export async function thumbnailsOf(workspace: ReadableWorkspace, ids: readonly number[]): Promise<Blob> {
  const found = await Promise.all(
    workspace.project.images.many(ids).map(async (image): Promise<PackedThumbnail[]> => {
      if (image.status !== 'ok' || image.sha256 === null) return []
      // The image route says what is wrong with one that lies elsewhere.
      const bytes = await madeThumbnail(workspace, image.sha256).catch(() => undefined)
      return bytes ? [{ id: image.id, version: versionOf(image), bytes }] : []
    }),
  )
  return packThumbnails(found.flat())
}
