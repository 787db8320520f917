import { readFile } from 'node:fs/promises'
import { type PackedThumbnail, packThumbnails } from '../../../contract/thumbnailPack.ts'
import { UserError } from '../../base/errors.ts'
import { realPlaceBelow } from '../../base/places.ts'
import { cachePath } from '../../images/cacheFolder.ts'
import type { ReadableWorkspace } from '../workspace.ts'
import { versionOf } from './rows.ts'

/**
 * The cached thumbnail of the content with this hash, as WebP; undefined if there is none yet. Reads one small file and never
 * touches the image.
 * @throws UserError `path-outside`
 */
export async function cachedThumbnail(
  { project: { cacheFolder } }: ReadableWorkspace,
  sha256: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const place = cachePath(cacheFolder, 'thumbnails', sha256, 'webp')
  const made = await realPlaceBelow(cacheFolder, place).catch(unlessOutside)
  const bytes = made === undefined ? undefined : await readFile(made).catch(() => undefined)
  // A power cut can leave an empty file.
  return bytes?.length ? bytes : undefined
}

/** A missing file just means no thumbnail yet; one that lies elsewhere must not be read. */
function unlessOutside(error: unknown): undefined {
  if (error instanceof UserError) throw error
}

/**
 * The cached thumbnails of a screenful in one answer, since a request for each would take a browser longer than everything else.
 * Those not in the cache are left out, so that the others don't wait; the image route makes them.
 */
export async function thumbnailsOf(workspace: ReadableWorkspace, ids: readonly number[]): Promise<Blob> {
  const found = await Promise.all(
    workspace.project.images.many(ids).map(async (image): Promise<PackedThumbnail[]> => {
      if (image.status !== 'ok' || image.sha256 === null) return []
      // The image route will report what is wrong with one that lies elsewhere.
      const bytes = await cachedThumbnail(workspace, image.sha256).catch(() => undefined)
      return bytes ? [{ id: image.id, version: versionOf(image), bytes }] : []
    }),
  )
  return packThumbnails(found.flat())
}
