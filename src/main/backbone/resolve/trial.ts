import { createHash } from 'node:crypto'
import { mkdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { writeAtomically } from '../../base/files.ts'
import { runtimeVersion } from '../../tensor/run/session.ts'
import type { Backbone } from '../backbone.ts'
import { resourcesFolder } from '../list/manifest.ts'
import type { RegistryEntry } from '../list/registry.ts'
import { programCacheFolder } from './programCache.ts'

/*
 * A model is a program: one may compute for ever, or take all the memory there is, and nothing that can be read in its file says so
 * for certain. So a model that has never run here is first run in a process that may be lost. One that came to its end there runs
 * where all others do from then on.
 */

/** @throws UserError `backbone-endless`, `backbone-memory`, `backbone-crashed`, and whatever looking into it throws */
export type Trial = (
  model: { specification: string; file: string },
  signal: AbortSignal | undefined,
) => Promise<Backbone>

let apart: Trial | undefined

/** From now on this process runs no model that it doesn't know. */
export function tryApart(trial: Trial): void {
  apart = trial
}

/** @returns undefined where the model need not be tried: it is a part of Surmise, has been tried, or this is the trial */
export async function trialFor(model: RegistryEntry): Promise<Trial | undefined> {
  if (!apart || path.dirname(model.file) === resourcesFolder) return undefined
  const key = await keyOf(model)
  return key === undefined || (await readTried()).includes(key) ? undefined : apart
}

/** The model has come to its end. */
export async function noteTried(model: RegistryEntry): Promise<void> {
  if (path.dirname(model.file) === resourcesFolder) return
  const [key, tried] = [await keyOf(model), await readTried()]
  if (key === undefined || tried.includes(key)) return
  const text = JSON.stringify([...tried, key].slice(-kept))
  await mkdir(path.dirname(triedFile()), { recursive: true })
  await writeAtomically(triedFile(), (handle) => handle.writeFile(text))
}

const kept = 500
const triedFile = (): string => path.join(programCacheFolder(), 'backbones', 'tried.json')

/** The files as they are now, and how the model is run. @returns undefined where it has no file: that is told elsewhere */
async function keyOf(model: RegistryEntry): Promise<string | undefined> {
  const { file } = model
  const files = [file, `${file}_data`, `${file}.data`, file.replace(/\.onnx$/i, '.data')]
  const facts = await Promise.all(files.map((one) => stat(one, { bigint: true }).catch(() => null)))
  if (!facts[0]) return undefined
  const signs = facts.map((one) => one && [one.dev, one.ino, one.size, one.mtimeNs, one.ctimeNs].join(' '))
  const { views: _views, licence: _licence, note: _note, ...run } = model
  return createHash('sha256')
    .update(JSON.stringify([runtimeVersion(), run, signs]))
    .digest('hex')
    .slice(0, 32)
}

async function readTried(): Promise<string[]> {
  try {
    return z.array(z.string()).parse(JSON.parse(await readFile(triedFile(), 'utf8')))
  } catch {
    // Gone or damaged: models are tried again.
    return []
  }
}
