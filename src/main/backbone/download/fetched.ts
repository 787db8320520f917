import { readFileSync } from 'node:fs'
import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { UserError } from '../../base/errors.ts'
import { writeAtomically } from '../../base/files.ts'
import { type ManifestEntry, resourcesFolder } from '../list/manifest.ts'
import { partOf } from './part.ts'

export const fetchedFolderIn = (configFolder: string): string => path.join(configFolder, 'backbones')

export const modelName = 'model.onnx'

const receipt = z.object({ url: z.string(), bytes: z.number(), sha256: z.string(), at: z.number() })
export type Receipt = z.infer<typeof receipt>

const receiptOf = (file: string): string => `${file}.json`

/** The folder of a backbone's files, whether or not it exists. @param folder the folder of all downloads */
export function placeOf(entry: ManifestEntry, folder: string): string {
  return entry.builtIn ? path.join(resourcesFolder, entry.builtIn) : path.join(folder, entry.name, modelName)
}

/** The record of a completed download; undefined if there is none. */
export async function readReceipt(file: string): Promise<Receipt | undefined> {
  const text = await readFile(receiptOf(file), 'utf8').catch(() => '')
  const parsed = receipt.safeParse(jsonOf(text))
  const size = await stat(file).then(
    (facts) => facts.size,
    () => undefined,
  )
  return parsed.success && parsed.data.bytes === size ? parsed.data : undefined
}

export async function writeReceipt(file: string, written: Receipt): Promise<void> {
  await writeAtomically(receiptOf(file), (handle) => handle.writeFile(`${JSON.stringify(written, null, 2)}\n`))
}

/** Whether the backbone can be used now. */
export async function isThere(entry: ManifestEntry, folder: string): Promise<boolean> {
  return entry.builtIn !== undefined || (await readReceipt(placeOf(entry, folder))) !== undefined
}

/** Whether its text encoder can be used too. */
export async function isTextThere(entry: ManifestEntry, folder: string): Promise<boolean> {
  const files = entry.textEncoder?.files ?? []
  const place = path.dirname(placeOf(entry, folder))
  const receipts = await Promise.all(files.map(({ as }) => readReceipt(path.join(place, as))))
  return files.length > 0 && receipts.every((one) => one !== undefined)
}

/** Bytes of an interrupted download. */
export async function bytesBegun(entry: ManifestEntry, folder: string): Promise<number> {
  return stat(partOf(placeOf(entry, folder))).then(
    ({ size }) => size,
    () => 0,
  )
}

/**
 * The file of a backbone that is known by name, and what is said about it: nothing of a text encoder that was not fetched.
 * @param home a person's own folder; the main process tells it the compute process
 * @throws UserError `backbone-not-fetched`
 */
export async function fetchedFile(
  entry: ManifestEntry,
  home: string | undefined = process.env.SURMISE_HOME,
): Promise<{ file: string; card: ManifestEntry['card'] }> {
  const { text, ...card } = entry.card
  if (entry.builtIn) return { file: placeOf(entry, ''), card }
  const folder = home && fetchedFolderIn(home)
  if (folder && (await isThere(entry, folder))) {
    return { file: placeOf(entry, folder), card: (await isTextThere(entry, folder)) ? { ...card, text } : card }
  }
  throw new UserError(
    'backbone-not-fetched',
    `The backbone “${entry.name}” isn’t on this machine yet.`,
    `Download it (${entry.megabytes} MB) under “Backbones”, or run: surmise backbones fetch ${entry.name}`,
  )
}

/** Deletes its files; their hashes stay known. */
export async function removeFetched(entry: ManifestEntry, folder: string): Promise<void> {
  if (entry.builtIn) {
    throw new UserError(
      'backbone-built-in',
      `“${entry.name}” is part of Surmise and can’t be removed.`,
      'Choose another backbone for the project instead.',
    )
  }
  await rm(path.join(folder, entry.name), { recursive: true, force: true })
}

/** The hash of each address's first download. */
const hashesName = 'hashes.json'
const hashes = z.record(z.string(), z.string())

export function rememberedHash(folder: string, url: string): string | null {
  try {
    return hashes.parse(JSON.parse(readFileSync(path.join(folder, hashesName), 'utf8')))[url] ?? null
  } catch {
    return null
  }
}

export async function rememberHash(folder: string, url: string, sha256: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const file = path.join(folder, hashesName)
  const all = hashes.safeParse(jsonOf(await readFile(file, 'utf8').catch(() => '')))
  const next = { ...(all.success ? all.data : {}), [url]: sha256 }
  await writeAtomically(file, (handle) => handle.writeFile(`${JSON.stringify(next, null, 2)}\n`))
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
