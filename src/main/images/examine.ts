import { lstat } from 'node:fs/promises'
import { pixelLimit } from './decoder.ts'
import { openPicture } from './deep.ts'
import type { ImageFormat } from './formats.ts'
import { Gate } from './gate.ts'
import { asBroken, type BrokenCode, BrokenImage, inspectImage } from './inspect.ts'
import { type ImageSource, readSource } from './source.ts'
import { makeThumbnail } from './thumbnails.ts'
import { absolutePath, type FoundFile, hasLostLetters } from './walk.ts'

/** All that a scan tells of a file. */
export interface ScannedFile extends FoundFile {
  /** Of the content; null if it could not be read, or is empty. */
  sha256: string | null
  status: 'ok' | 'broken'
  /** A sentence: why it is broken, or what is to be known of one that is not; mostly empty. */
  reason: string
  /** `scaled`: its values were brought to 8 bits in a way that is worth telling (`openPicture`). */
  reasonCode: BrokenCode | 'scaled' | ''
  /** 0 if not known. Upright: after the orientation. */
  width: number
  height: number
  orientation: number
  format: ImageFormat | null
}

/** Small images side by side, large ones one after the other: a few bytes a pixel are held while an image is decoded. */
const pixelsAtOnce = new Gate(pixelLimit)

/**
 * Reads a file once, for its fingerprint, its facts and its thumbnail. Making that decodes the image to its end, which alone
 * tells whether it is whole.
 * @returns undefined if the file is gone
 * @throws what is not the image's fault: a cache that can't be written
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
  // All empty files have one hash, which tells nothing of which is which.
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
