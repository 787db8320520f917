import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, rm, stat } from 'node:fs/promises'
import { z } from 'zod'
import { writeAtomically } from '../../base/files.ts'

/*
 * What a download has so far is kept beside its target, so that the next one goes on from there: after a cancel, a kill or a power
 * cut. So it has no temporary name (base/leftOvers.ts), which would have it removed at the next start; whoever removes the backbone
 * removes it too.
 */

export const partOf = (target: string): string => `${target}.part`
const noteOf = (target: string): string => `${target}.part.json`

const note = z.object({
  /** Where it came from. */
  url: z.string(),
  /** What the server calls this very content: a strong ETag, else when it was changed last; null: it says neither. */
  validator: z.string().nullable(),
  /** So many are on the disk for certain. */
  bytes: z.number().int().nonnegative(),
})
export type PartNote = z.infer<typeof note>

export interface Part {
  bytes: number
  validator: string
}

/** What can be gone on from: undefined where there is nothing, it is of another address, or the server could not say whether it is the same. */
export async function readPart(target: string, url: string): Promise<Part | undefined> {
  try {
    const { size } = await stat(partOf(target))
    const written = note.parse(JSON.parse(await readFile(noteOf(target), 'utf8')))
    // What was not yet on the disk when the power went may be anything.
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

/** SHA-256 of the first bytes of the part, to go on with. */
export async function hashOfPart(target: string, bytes: number): Promise<Hash> {
  const sha256 = createHash('sha256')
  if (bytes === 0) return sha256
  for await (const chunk of createReadStream(partOf(target), { end: bytes - 1 })) sha256.update(chunk)
  return sha256
}
