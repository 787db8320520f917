import { UserError } from '../../base/errors.ts'
import { ensureCacheFolder } from '../../images/cacheFolder.ts'
import type { Job } from '../../images/job.ts'
import { Rate } from '../../images/rate.ts'
import type { Device } from '../../tensor/run/session.ts'
import type { Backbone } from '../backbone.ts'
import { describeCache } from '../cache/featureCaches.ts'
import { FeatureReader } from '../cache/featureReader.ts'
import { appendAtMost, FeatureWriter, type NewRecord } from '../cache/featureWriter.ts'
import { decodeLooks, type Look } from '../pixels/looks.ts'
import { resolveBackbone } from '../resolve/resolve.ts'
import { decodeAhead } from './decodeAhead.ts'
import { type Extractor, openExtractor } from './extractor.ts'
import { openExtractors } from './extractorPool.ts'

export interface ImageToEmbed {
  /** The project's number of it. */
  id: number
  /** Below the folder of images, with forward slashes; absolute where there is none. */
  path: string
  /** Of the content, hexadecimal: what the cache knows an image by. */
  sha256: string
}

export interface EmbedInput {
  images: ImageToEmbed[]
  /** The folder of a project’s images, absolute: nothing is read that doesn’t lie below it, links resolved. */
  imagesRoot?: string
  /** A backbone that was looked into, or its name or file (resolve.ts). */
  backbone: Backbone | string
  /** The project's, absolute. */
  cacheFolder: string
  /** Another cache: images whose features are there are passed over. */
  passOver?: string
  device?: Device
  /** Cores to use on the CPU; all of them if left out. */
  cores?: number
}

export interface EmbedProgress {
  phase: 'opening' | 'embedding'
  done: number
  /** Images to embed; those whose features were there are not counted. */
  total: number
  perSecond: number
  secondsLeft: number | undefined
}

export interface EmbedResult {
  backbone: Backbone
  /** False if it was cancelled: what was done is kept. */
  complete: boolean
  embedded: number
  /** Images whose features were there, or are the same picture as another one's. */
  alreadyThere: number
  /** Images without features, and why. */
  failed: { id: number; code: string; reason: string }[]
  seconds: number
}

/** Records are written this often, or when there are as many as one append takes: no more than that is lost by a kill. */
const writeEvery = 1_000
const reportEvery = 250

/**
 * Puts the features of every image into the cache that has none there. Decodes ahead while the graph runs; images that can't be
 * decoded are listed, and stop nothing.
 * @throws UserError of the backbone (resolve.ts), `cache-in-use`, `model-unreadable`; what the file system throws at the cache
 */
export async function embed(input: EmbedInput, { signal, progress }: Job<EmbedProgress> = {}): Promise<EmbedResult> {
  const begun = performance.now()
  const report: EmbedProgress = { phase: 'opening', done: 0, total: 0, perSecond: 0, secondsLeft: undefined }
  progress?.({ ...report })
  const backbone = typeof input.backbone === 'string' ? await resolveBackbone(input.backbone, signal) : input.backbone
  await ensureCacheFolder(input.cacheFolder)
  const writer = await FeatureWriter.open(input.cacheFolder, backbone)
  let extractors: Extractor[] = []
  try {
    await describeCache(input.cacheFolder, backbone)
    const elsewhere = await keysIn(input.passOver, backbone)
    const missing = input.images.filter(({ sha256 }) => !writer.has(sha256) && !elsewhere.has(sha256))
    const images = [...new Map(missing.map((image) => [image.sha256, image])).values()]
    const result: EmbedResult = {
      backbone,
      complete: true,
      embedded: 0,
      alreadyThere: input.images.length - images.length,
      failed: [],
      seconds: 0,
    }
    report.total = images.length
    if (images.length > 0) {
      extractors = await openExtractors(backbone, input.device ?? 'cpu', {
        cores: input.cores,
        images: images.length,
        signal,
      })
      report.phase = 'embedding'
      progress?.({ ...report })
      const rate = new Rate()
      let told = Number.NEGATIVE_INFINITY
      const decode = ({ path, sha256 }: ImageToEmbed) =>
        decodeLooks(path, sha256, backbone.input, backbone.views, input.imagesRoot)
      await embedAll(images, decode, extractors, writer, signal, (image, failure) => {
        report.done++
        if (failure) result.failed.push({ id: image.id, code: failure.code, reason: failure.message })
        else result.embedded++
        const now = performance.now()
        Object.assign(report, rate.of(report.done, report.total, now))
        if (now - told < reportEvery && report.done < report.total) return
        told = now
        progress?.({ ...report })
      })
      result.complete = report.done === report.total
    }
    return { ...result, seconds: (performance.now() - begun) / 1000 }
  } finally {
    await Promise.all(extractors.map((extractor) => extractor.close()))
    await writer.close()
  }
}

async function keysIn(cacheFolder: string | undefined, backbone: Backbone): Promise<ReadonlySet<string>> {
  const reader = cacheFolder === undefined ? undefined : await FeatureReader.open(cacheFolder, backbone)
  const keys = new Set(reader?.keys)
  await reader?.close()
  return keys
}

async function embedAll(
  images: readonly ImageToEmbed[],
  decode: (image: ImageToEmbed) => Promise<Look[]>,
  extractors: readonly Extractor[],
  writer: FeatureWriter,
  signal: AbortSignal | undefined,
  onDone: (image: ImageToEmbed, failure?: UserError) => void,
): Promise<void> {
  const inWork = extractors.reduce((sum, extractor) => sum + extractor.batch, 0)
  const ahead = decodeAhead(images, decode, inWork)
  const written = new OrderedWriter(writer)
  let failed = false
  let taken = 0

  const work = async (extractor: Extractor) => {
    while (!signal?.aborted && !failed) {
      const batch: { item: ImageToEmbed; decoded: Look[]; place: number }[] = []
      while (batch.length < extractor.batch) {
        // Items are given out in the order in which they are asked for.
        const place = taken++
        const next = await ahead.next()
        if (!next) break
        if (!('failure' in next)) batch.push({ ...next, place })
        else {
          await written.add(place, undefined)
          onDone(next.item, next.failure)
        }
      }
      if (batch.length === 0) return
      const records = await extractor.extract(batch.map(({ decoded }) => decoded))
      for (const [i, { item, place }] of batch.entries()) {
        const record = records[i]
        await written.add(place, record && { key: item.sha256, record })
        onDone(item, record ? undefined : notFinite())
      }
    }
  }
  const working = extractors.map((extractor) =>
    work(extractor).catch((error) => {
      failed = true
      throw error
    }),
  )
  const ended = await Promise.allSettled(working)
  await ahead.stop()
  await written.flush()
  const failure = ended.find((one) => one.status === 'rejected')
  if (failure) throw failure.reason
}

function notFinite(): UserError {
  return new UserError(
    'features-not-finite',
    'The backbone returns no usable numbers for this image.',
    'Choose another backbone.',
  )
}

/**
 * Gathers records and writes them together, since making them durable costs the same for one as for many; in the order of the
 * images, whichever is done first: so the same images give the same bytes.
 */
class OrderedWriter {
  readonly #writer: FeatureWriter
  /** Done before others that come before them. */
  readonly #waiting = new Map<number, NewRecord | undefined>()
  #next = 0
  #gathered: NewRecord[] = []
  #writing: Promise<void> = Promise.resolve()
  #last = performance.now()

  constructor(writer: FeatureWriter) {
    this.#writer = writer
  }

  /**
   * Waits only if the disk is slower than the graph.
   * @param place of the image among all, each once
   * @param record undefined where it has none
   */
  async add(place: number, record: NewRecord | undefined): Promise<void> {
    this.#waiting.set(place, record)
    while (this.#waiting.has(this.#next)) this.#take(this.#next++)
    if (this.#gathered.length >= appendAtMost || performance.now() - this.#last >= writeEvery) await this.#write()
  }

  /** Writes what is left; where it was stopped, what came before that is missing. */
  async flush(): Promise<void> {
    for (const place of [...this.#waiting.keys()].sort((a, b) => a - b)) this.#take(place)
    while (this.#gathered.length > 0) await this.#write()
    await this.#writing
  }

  #take(place: number): void {
    const record = this.#waiting.get(place)
    this.#waiting.delete(place)
    if (record) this.#gathered.push(record)
  }

  async #write(): Promise<void> {
    // One that was waited for may bring more along than an append takes.
    const records = this.#gathered.splice(0, appendAtMost)
    this.#last = performance.now()
    const before = this.#writing
    // A failure stays, and is told to whoever writes next.
    this.#writing = before.then(() => this.#writer.append(records))
    this.#writing.catch(() => undefined)
    await before
  }
}

export interface FeaturesInput {
  image: ImageToEmbed
  backbone: Backbone | string
  device?: Device
}

export interface ImageFeatures {
  /** positions × D, row-major. */
  grid: Float16Array
  /** D. */
  pooled: Float16Array
}

/**
 * The features of one image, now, without the cache.
 * @throws BrokenImage; UserError `image-changed`, `features-not-finite`, those of the backbone
 */
export async function featuresOf({ image, backbone: wanted, device = 'cpu' }: FeaturesInput): Promise<ImageFeatures> {
  const backbone = typeof wanted === 'string' ? await resolveBackbone(wanted) : wanted
  const looks = await decodeLooks(image.path, image.sha256, backbone.input, backbone.views)
  const extractor = await openExtractor(backbone, { device, threads: 0, batch: 1 })
  try {
    const [record] = await extractor.extract([looks])
    if (!record) throw notFinite()
    const split = record.length - backbone.dimension
    return { grid: record.slice(0, split), pooled: record.slice(split) }
  } finally {
    await extractor.close()
  }
}
