import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { asUserError, UserError } from '../base/errors.ts'

export interface ImageFile {
  /** Absolute. */
  path: string
  /** Of the content, hexadecimal. */
  sha256: string
}

/** Makes the error for a folder that can't be measured on. @param what is wrong with it */
export type Complaint = (what: string) => UserError

/** @param layout what the folder should contain, as the hint of the error */
export function complaintAbout(layout: string): Complaint {
  return (what) => new UserError('benchmark-folder', `${what}.`, layout)
}

/** @throws UserError `benchmark-folder` if one of the files is missing */
export async function hashImages(
  files: readonly string[],
  wrong: Complaint,
  signal?: AbortSignal,
): Promise<ImageFile[]> {
  const images: ImageFile[] = []
  for (const file of files) {
    signal?.throwIfAborted()
    const hash = createHash('sha256')
    await pipeline(createReadStream(file), hash).catch((error) => {
      throw isMissing(error) ? wrong(`There is no ${file}`) : asUserError(error)
    })
    images.push({ path: file, sha256: hash.digest('hex') })
  }
  return images
}

/** The path of a file in a folder. @throws UserError `benchmark-folder` if the name leads out of the folder */
export function fileIn(folder: string, name: string, wrong: Complaint): string {
  const file = path.join(folder, name)
  if (path.relative(folder, file).startsWith('..')) throw wrong(`${name} is not in the folder ${folder}`)
  return file
}

/** @throws UserError `benchmark-folder` if the file is missing */
export async function readText(file: string, wrong: Complaint): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error) => {
    throw isMissing(error) ? wrong(`There is no ${file}`) : asUserError(error)
  })
  return text.replace(/^\ufeff/, '')
}

/** The non-empty lines of a text file, trimmed. @throws UserError `benchmark-folder` */
export async function readLines(file: string, wrong: Complaint): Promise<string[]> {
  const text = await readText(file, wrong)
  return text.split('\n').flatMap((line) => line.trim() || [])
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
}
