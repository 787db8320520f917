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
 * A model is a program: it may run for ever or take all memory, and reading its file can't rule that out. So a model that has never
 * run on this machine first runs in a process that may be killed. One that finishes there runs
 * like all others from then on.
 */

/** @throws UserError `backbone-endless`, `backbone-memory`, `backbone-crashed`, and what resolving it throws */
export type Trial = (
  model: { specification: string; file: string },
  signal: AbortSignal | undefined,
) => Promise<Backbone>

let apart: Trial | undefined

/** From now on, this process runs no untried model. */
export function tryApart(trial: Trial): void {
  apart = trial
}

/** @returns undefined if no trial is needed: the model is part of Surmise, has been tried, or this is the trial */
export async function trialFor(model: RegistryEntry): Promise<Trial | undefined> {
  if (!apart || path.dirname(model.file) === resourcesFolder) return undefined
  const key = await keyOf(model)
  return key === undefined || (await readTried()).includes(key) ? undefined : apart
}

/** The model has finished. */
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

/** Identifies the current files and how the model is run. @returns undefined if a file is missing, which is reported elsewhere */
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
    // Missing or damaged: models are tried again.
    return []
  }
}
