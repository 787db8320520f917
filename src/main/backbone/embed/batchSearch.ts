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
  /** Images per run without a measurement. */
  usual: number
  /** For fewer images, a search costs more than it saves. */
  worthSearching: number
  /** Larger batches aren't faster and take memory that others need. */
  most: number
  /** Maximum seconds per run: meanwhile nothing else runs, and no progress is reported. */
  longestRun: number
}

/** Keeps an accelerator busy and still reports progress. */
export const accelerator: Bounds = { usual: 16, worthSearching: 256, most: 128, longestRun: Number.POSITIVE_INFINITY }
/** A CPU gains little and soon loses it, because the activations of several images don't fit its caches. */
export const processor: Bounds = { usual: 1, worthSearching: 2_000, most: 8, longestRun: 1 }
/** A larger batch counts as faster only if it gains at least this share. */
const leastGain = 0.05
/** Minimum milliseconds to measure one size. */
const measureFor = 300

/** The result, and how far a search got: a size that crashed the process must not be tried again. */
const found = z.object({ batch: z.number().int().positive(), perSecond: z.number(), trying: z.number().optional() })
const foundFile = z.record(z.string(), found)
type Found = z.infer<typeof found>

/** Measures images per second at a batch size. @throws if it is too much for the device */
export type Measure = (batch: number) => Promise<number>

/**
 * Doubles the batch until it is no faster or the device fails.
 * @param measure called once per size, from the smallest
 * @param note called before and after each size, so that progress survives a crash
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
 * The batch size at which a device embeds fastest, searched once per backbone and device and then remembered.
 * @param images number of images to embed; for a few, nothing is measured
 * @param threads per run, on the CPU
 * @param measure replaces running the backbone
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
  // If the last search crashed, its largest size that worked is kept.
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
    // Missing or damaged: measure again.
    return {}
  }
}

/** Runs the backbone on grey images: once to warm up, then for as long as it takes to measure. */
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
