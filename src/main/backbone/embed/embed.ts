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
  /** Its id in the project. */
  id: number
  /** Relative to the image folder, with forward slashes; absolute without one. */
  path: string
  /** Hash of the content, hexadecimal: the image's key in the cache. */
  sha256: string
}

export interface EmbedInput {
  images: ImageToEmbed[]
  /** The project's image folder, absolute: nothing outside it is read, links resolved. */
  imagesRoot?: string
  /** A resolved backbone, or its name or file (resolve.ts). */
  backbone: Backbone | string
  /** The project's cache folder, absolute. */
  cacheFolder: string
  /** Another cache: images with features there are skipped. */
  passOver?: string
  device?: Device
  /** Cores to use on the CPU; all of them if left out. */
  cores?: number
}

export interface EmbedProgress {
  phase: 'opening' | 'embedding'
  done: number
  /** Images to embed, without those that already have features. */
  total: number
  perSecond: number
  secondsLeft: number | undefined
}

export interface EmbedResult {
  backbone: Backbone
  /** False if it was cancelled; finished images are kept. */
  complete: boolean
  embedded: number
  /** Images that already had features, or are copies of another one. */
  alreadyThere: number
  /** Images that couldn't be embedded, and why. */
  failed: { id: number; code: string; reason: string }[]
  seconds: number
}

/** Records are written this often, or once there are enough for one append; a kill loses no more than that. */
const writeEvery = 1_000
const reportEvery = 250

/**
 * Embeds every image that has no features in the cache. Decodes ahead while the graph runs; images that can't be
 * decoded are listed and don't stop the rest.
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
        // Items are handed out in the order of the requests.
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
 * Collects records and writes them together, because making one durable costs as much as making many. Writes in the order of the
 * images, whichever finishes first, so that the same images give the same bytes.
 */
class OrderedWriter {
  readonly #writer: FeatureWriter
  /** Finished records that are waiting for earlier ones. */
  readonly #waiting = new Map<number, NewRecord | undefined>()
  #next = 0
  #gathered: NewRecord[] = []
  #writing: Promise<void> = Promise.resolve()
  #last = performance.now()

  constructor(writer: FeatureWriter) {
    this.#writer = writer
  }

  /**
   * Adds a record. Waits only if the disk is slower than the graph.
   * @param place the image's position among all; each is used once
   * @param record undefined if the image has none
   */
  async add(place: number, record: NewRecord | undefined): Promise<void> {
    this.#waiting.set(place, record)
    while (this.#waiting.has(this.#next)) this.#take(this.#next++)
    if (this.#gathered.length >= appendAtMost || performance.now() - this.#last >= writeEvery) await this.#write()
  }

  /** Writes the rest; after a cancellation, some earlier records may be missing. */
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
    // A record that others were waiting for may release more than one append takes.
    const records = this.#gathered.splice(0, appendAtMost)
    this.#last = performance.now()
    const before = this.#writing
    // A failure is kept and thrown at the next write.
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
 * Computes the features of one image directly, without the cache.
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
