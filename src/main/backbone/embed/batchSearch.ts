import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { writeAtomically } from '../../base/files.ts'
import { type Device, runtimeVersion } from '../../tensor/run/session.ts'
import type { Backbone } from '../backbone.ts'
import { type Look, wholeLook } from '../pixels/looks.ts'
import { programCacheFolder } from '../resolve/programCache.ts'
import { type ExtractorOptions, openExtractor } from './extractor.ts'

interface Bounds {
  /** Images a run where nothing was measured. */
  usual: number
  /** With fewer images than this a search costs more than it brings. */
  worthSearching: number
  /** More make nothing faster, and take memory that others need. */
  most: number
  /** Seconds that a run may take: meanwhile nothing else is done, and nothing told. */
  longestRun: number
}

/** An accelerator is kept busy, and still tells how far it is. */
export const accelerator: Bounds = { usual: 16, worthSearching: 256, most: 128, longestRun: Number.POSITIVE_INFINITY }
/** A processor gains little, and soon loses it: what several images leave behind does not fit its caches. */
export const processor: Bounds = { usual: 1, worthSearching: 2_000, most: 8, longestRun: 1 }
/** A larger batch has to be faster by this share. */
const leastGain = 0.05
/** Milliseconds that one size is measured at the least. */
const measureFor = 300

/** What was found, and how far a search has come: one that took the process with it must not be tried again. */
const found = z.object({ batch: z.number().int().positive(), perSecond: z.number(), trying: z.number().optional() })
const foundFile = z.record(z.string(), found)
type Found = z.infer<typeof found>

/** Measures how many images a second a batch does. @throws where it is too much for the device */
export type Measure = (batch: number) => Promise<number>

/**
 * Doubles the batch until that makes it no faster, or the device can't do it.
 * @param measure of each size once, from the smallest on
 * @param note told before and after each size, so that what is known survives a crash
 * @throws what the smallest size throws; the signal's reason when cancelled
 */
export async function searchBatch(
  measure: Measure,
  note: (found: Found | undefined, trying: number | undefined) => Promise<void>,
  { most, longestRun, signal }: Pick<Bounds, 'most' | 'longestRun'> & { signal?: AbortSignal },
): Promise<Found> {
  let best: Found | undefined
  for (let batch = 1; batch <= most; batch *= 2) {
    signal?.throwIfAborted()
    await note(best, batch)
    let perSecond: number
    try {
      perSecond = await measure(batch)
    } catch (error) {
      signal?.throwIfAborted()
      if (!best) throw error
      break
    }
    if (best && perSecond < best.perSecond * (1 + leastGain)) break
    best = { batch, perSecond }
    if ((2 * batch) / perSecond > longestRun) break
  }
  await note(best, undefined)
  return best!
}

/**
 * How many images at once a device embeds fastest: found once for each backbone and device, and remembered by the program.
 * @param images to be embedded: for a few nothing is measured
 * @param threads of one run, on the CPU
 * @param measure in place of running the backbone
 */
export async function batchFor(
  backbone: Backbone,
  device: Device,
  images: number,
  { threads = 0, signal, measure }: { threads?: number; signal?: AbortSignal; measure?: Measure } = {},
): Promise<number> {
  if (backbone.input.batch !== null) return backbone.input.batch
  if (device === 'cpu' && backbone.usualBatch !== undefined) return backbone.usualBatch
  const bounds = device === 'cpu' ? processor : accelerator
  const file = path.join(programCacheFolder(), 'batches.json')
  const key = `${backbone.identity} ${device} ${runtimeVersion()}`
  const known = (await readFound(file))[key]
  // Where the last one ended in a crash, its largest size that did not is kept.
  if (known) return known.batch
  if (images < bounds.worthSearching) return bounds.usual
  const note = async (best: Found | undefined, trying: number | undefined): Promise<void> => {
    const all = await readFound(file)
    all[key] = { batch: 1, perSecond: 0, ...best, ...(trying === undefined ? {} : { trying }) }
    await mkdir(path.dirname(file), { recursive: true })
    await writeAtomically(file, (handle) => handle.writeFile(JSON.stringify(all)))
  }
  try {
    const run = measure ?? ((batch) => imagesPerSecond(backbone, { device, threads, batch }))
    return (await searchBatch(run, note, { ...bounds, signal })).batch
  } catch (error) {
    const all = await readFound(file)
    delete all[key]
    await writeAtomically(file, (handle) => handle.writeFile(JSON.stringify(all)))
    throw error
  }
}

async function readFound(file: string): Promise<Record<string, Found>> {
  try {
    return foundFile.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    // Gone or damaged: it is measured again.
    return {}
  }
}

/** Runs the backbone on grey images: the first time to make it ready, then for as long as it takes to tell. */
async function imagesPerSecond(backbone: Backbone, options: ExtractorOptions): Promise<number> {
  const { batch } = options
  const extractor = await openExtractor(backbone, options)
  try {
    const { width, height } = backbone.input
    const grey: Look[] = [wholeLook({ width, height, data: new Uint8Array(width * height * 3).fill(127) })]
    const images = Array.from({ length: batch }, () => grey)
    await extractor.extract(images)
    const begun = performance.now()
    let runs = 0
    while (runs < 2 || performance.now() - begun < measureFor) {
      await extractor.extract(images)
      runs++
    }
    return (1000 * runs * batch) / (performance.now() - begun)
  } finally {
    await extractor.close()
  }
}
