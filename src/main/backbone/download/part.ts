import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, rm, stat } from 'node:fs/promises'
import { z } from 'zod'
import { writeAtomically } from '../../base/files.ts'

/*
 * A partial download is kept beside its target, so that the next attempt resumes there after a cancel, a kill or a power cut. It
 * therefore has no temporary name (base/leftOvers.ts), which would have it removed at the next start; removing the backbone
 * removes it.
 */

export const partOf = (target: string): string => `${target}.part`
const noteOf = (target: string): string => `${target}.part.json`

const note = z.object({
  /** Where it came from. */
  url: z.string(),
  /** The server's version of the content: a strong ETag, or else Last-Modified; null if it sends neither. */
  validator: z.string().nullable(),
  /** Bytes that are certain to be on disk. */
  bytes: z.number().int().nonnegative(),
})
export type PartNote = z.infer<typeof note>

export interface Part {
  bytes: number
  validator: string
}

/** The part that can be resumed; undefined if there is none, its address differs, or the server sent no version to compare. */
export async function readPart(target: string, url: string): Promise<Part | undefined> {
  try {
    const { size } = await stat(partOf(target))
    const written = note.parse(JSON.parse(await readFile(noteOf(target), 'utf8')))
    // Bytes that weren't on disk yet when the power failed can't be trusted.
    const bytes = Math.min(size, written.bytes)
    if (bytes === 0 || written.url !== url || written.validator === null) return undefined
    return { bytes, validator: written.validator }
  } catch {
    return undefined
  }
}

export async function writeNote(target: string, written: PartNote): Promise<void> {
  await writeAtomically(noteOf(target), (handle) => handle.writeFile(JSON.stringify(written)))
}

export async function removePart(target: string): Promise<void> {
  await rm(partOf(target), { force: true })
  await rm(noteOf(target), { force: true })
}

export async function removeNote(target: string): Promise<void> {
  await rm(noteOf(target), { force: true })
}

/** SHA-256 of the part so far, to be updated with the rest. */
export async function hashOfPart(target: string, bytes: number): Promise<Hash> {
  const sha256 = createHash('sha256')
  if (bytes === 0) return sha256
  for await (const chunk of createReadStream(partOf(target), { end: bytes - 1 })) sha256.update(chunk)
  return sha256
}
