import { open, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { asUserError, UserError } from '../../base/errors.ts'
import { coco } from './coco.ts'
import { csv } from './csv.ts'
import { csvWide } from './csvWide.ts'
import { cvat } from './cvat.ts'
import { datumaro } from './datumaro.ts'
import { features } from './features.ts'
import { fiftyOne } from './fiftyOne.ts'
import { folders, yoloClassification } from './folders.ts'
import type { Format, Glimpse } from './format.ts'
import { huggingFace } from './huggingFace.ts'
import { labelStudio } from './labelStudio.ts'
import { lvis } from './lvis.ts'
import { npy } from './npy.ts'
import { openImages } from './openImages.ts'
import { tagsCsv } from './tagsCsv.ts'
import { voc } from './voc.ts'
import { yolo } from './yolo.ts'

/** In the order in which they are offered, and in which a file is shown to them. */
export const formats: readonly Format[] = [
  ...[coco, lvis, csv, csvWide, openImages, tagsCsv],
  ...[voc, yolo, yoloClassification, folders],
  ...[labelStudio, cvat, datumaro, fiftyOne, huggingFace],
  ...[npy, features],
]

/** @throws UserError `format-unknown` */
export function formatById(id: string): Format {
  const format = formats.find((one) => one.id === id.toLowerCase())
  if (format) return format
  throw new UserError(
    'format-unknown',
    `There is no format “${id}”.`,
    `Choose one of: ${formats.map((one) => one.id).join(', ')}.`,
  )
}

/** So much of a file says what it is. */
const headBytes = 16 * 1024
/** So much of a folder, on either level. */
const entriesSeen = 200

/**
 * The format that a file or a folder to be imported has, by what it looks like.
 * @throws UserError `format-unknown`, and those of the file system
 */
export async function formatOf(place: string): Promise<Format> {
  const glimpse = await glimpseOf(place)
  const answers = formats.map((one) => (one.read ? (one.recognises?.(glimpse) ?? false) : false))
  const format = formats[answers.indexOf(true)] ?? formats[answers.indexOf('perhaps')]
  if (format) return format
  throw new UserError(
    'format-unknown',
    `Which format is this ${glimpse.isFolder ? 'folder' : 'file'}? ${place}`,
    `Name the format: ${formats
      .filter(({ read }) => read)
      .map(({ id }) => id)
      .join(', ')}.`,
  )
}

async function glimpseOf(place: string): Promise<Glimpse> {
  const name = path.basename(place).toLowerCase()
  try {
    if ((await stat(place)).isDirectory()) {
      return { name, isFolder: true, head: '', entries: await entriesOf(place) }
    }
    const handle = await open(place)
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0)
      return { name, isFolder: false, head: buffer.toString('utf8', 0, bytesRead).replace(/^\ufeff/, ''), entries: [] }
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw asUserError(error)
  }
}

/** What is in a folder, and in its folders, as far as it takes to know what it is. */
async function entriesOf(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of (await readdir(folder, { withFileTypes: true })).slice(0, entriesSeen)) {
    found.push(entry.name.toLowerCase())
    if (!entry.isDirectory()) continue
    const below = await readdir(path.join(folder, entry.name)).catch(() => [])
    for (const name of below.slice(0, entriesSeen)) found.push(`${entry.name}/${name}`.toLowerCase())
  }
  return found.sort()
}
