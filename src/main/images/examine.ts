import { lstat } from 'node:fs/promises'
import { pixelLimit } from './decoder.ts'
import { openPicture } from './deep.ts'
import type { ImageFormat } from './formats.ts'
import { Gate } from './gate.ts'
import { asBroken, type BrokenCode, BrokenImage, inspectImage } from './inspect.ts'
import { type ImageSource, readSource } from './source.ts'
import { makeThumbnail } from './thumbnails.ts'
import { absolutePath, type FoundFile, hasLostLetters } from './walk.ts'

/** Everything a scan finds out about a file. */
export interface ScannedFile extends FoundFile {
  /** Of the content; null if it couldn't be read or is empty. */
  sha256: string | null
  status: 'ok' | 'broken'
  /** A sentence: why it is broken, or what to know about it if it isn't; usually empty. */
  reason: string
  /** `scaled`: its values were converted to 8 bits in a way worth mentioning (`openPicture`). */
  reasonCode: BrokenCode | 'scaled' | ''
  /** After applying the orientation; 0 if unknown. */
  width: number
  height: number
  orientation: number
  format: ImageFormat | null
}

/** Small images are decoded in parallel, large ones one after another, as decoding takes a few bytes of memory per pixel. */
const pixelsAtOnce = new Gate(pixelLimit)

/**
 * Reads a file once, for its hash, its properties and its thumbnail. Making the thumbnail decodes the whole image, which is the
 * only way to know that it is intact.
 * @returns undefined if the file is gone
 * @throws only what isn't the image's fault, such as a cache that can't be written
 */
export async function examine(root: string, found: FoundFile, cacheFolder: string): Promise<ScannedFile | undefined> {
  const scanned: ScannedFile = {
    ...found,
    sha256: null,
    status: 'ok',
    reason: '',
    reasonCode: '',
    width: 0,
    height: 0,
    orientation: 1,
    format: null,
  }
  const broken = (error: unknown): ScannedFile => {
    const reason = asBroken(error)
    if (!(reason instanceof BrokenImage)) throw reason
    return { ...scanned, status: 'broken', reason: reason.message, reasonCode: reason.code }
  }

  const path = absolutePath(root, found.path)
  let source: ImageSource
  try {
    source = await readSource(path)
  } catch (error) {
    if (hasLostLetters(found.path)) {
      return broken(new BrokenImage('bad-name', 'The file name isn’t valid Unicode: rename the file.'))
    }
    if (await isGone(path)) return undefined
    return broken(error)
  }
  scanned.size = source.size
  scanned.mtimeMs = source.mtimeMs
  // All empty files have the same hash, so it can't identify any.
  if (source.size > 0) scanned.sha256 = source.sha256
  try {
    const facts = await inspectImage(source)
    Object.assign(scanned, facts)
    await pixelsAtOnce.through(facts.width * facts.height, async () => {
      const opened = await openPicture(source)
      await makeThumbnail(source, cacheFolder, opened)
      if (opened.note !== '') Object.assign(scanned, { reason: opened.note, reasonCode: 'scaled' })
    })
    return scanned
  } catch (error) {
    return broken(error)
  }
}

async function isGone(path: string): Promise<boolean> {
  return lstat(path).then(
    () => false,
    (error) => error.code === 'ENOENT' || error.code === 'ENOTDIR',
  )
}
