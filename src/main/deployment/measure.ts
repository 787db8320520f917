import type { Backbone, Channels } from '../backbone/backbone.ts'
import { inputShape } from '../backbone/backbone.ts'
import { FeatureReader } from '../backbone/cache/featureReader.ts'
import { decodeAhead } from '../backbone/embed/decodeAhead.ts'
import { decodeLooks } from '../backbone/pixels/looks.ts'
import { Preprocessor } from '../backbone/pixels/preprocess.ts'
import { type Device, Session, type Tensor, tensorOf } from '../tensor/run/session.ts'
import { noFold } from '../training/heads/folds.ts'
import { foldLogits } from './assemble.ts'

/** Supplies a model's inputs, a few images at a time. */
export interface Feeder {
  /** @returns undefined at the end; `rows` are the images that could be read */
  next(): Promise<{ rows: number[]; feeds: Record<string, Tensor>; count: number } | undefined>
  close(): Promise<void>
}

export interface ImageFile {
  /** Its index among the images that the model was trained on. */
  row: number
  /** Relative to the image folder. */
  path: string
  sha256: string
}

/** Images per run */
const chunk = 8
/** A normalisation that leaves pixels in 0 … 255. */
const raw: { mean: Channels; std: Channels } = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] }

/** Prepares the pixels of an image for the exported model: RGB in 0 … 255. */
export function pixelWriter({ input }: Backbone): Preprocessor {
  return new Preprocessor({ ...input, ...raw, type: 'float32', layout: 'nchw' })
}

/**
 * Feeds images, as any program would pass them to the exported model. Those that can't be read are skipped.
 * @param root the folder of images, absolute
 */
export function imageFeeder(backbone: Backbone, images: readonly ImageFile[], root: string): Feeder {
  const { input } = backbone
  const writer = pixelWriter(backbone)
  const batch = input.batch ?? chunk
  const ahead = decodeAhead(images, ({ path, sha256 }) => decodeLooks(path, sha256, input, undefined, root), batch)
  return {
    async next() {
      const rows: number[] = []
      const pixels = writer.allocate(batch)
      while (rows.length < batch) {
        const decoded = await ahead.next()
        if (!decoded) break
        if ('failure' in decoded) continue
        writer.write(decoded.decoded[0].pixels, pixels, rows.length)
        rows.push(decoded.item.row)
      }
      if (rows.length === 0) return undefined
      // A model with a fixed batch size gets full batches; what pads the last one is ignored.
      const count = input.batch ?? rows.length
      const shape = inputShape({ ...input, layout: 'nchw' }, count)
      return {
        rows,
        count,
        feeds: { image: tensorOf('float32', pixels.subarray(0, count * writer.length), shape) },
      }
    },
    close: () => ahead.stop(),
  }
}

/** Feeds features from the cache to a model without its backbone. Images whose features are gone are skipped. */
export async function featureFeeder(
  cacheFolder: string,
  backbone: Backbone,
  trunk: Backbone | undefined,
  images: readonly { row: number; sha256: string }[],
): Promise<Feeder> {
  const readers = await Promise.all(
    [backbone, trunk].map((one) => (one ? FeatureReader.open(cacheFolder, one) : undefined)),
  )
  const [reader, trunkReader] = readers
  const here = images.filter(({ sha256 }) => reader?.has(sha256) && (!trunk || trunkReader?.has(sha256)))
  let next = 0
  return {
    async next() {
      const some = here.slice(next, next + chunk)
      next += chunk
      if (some.length === 0 || !reader) return undefined
      const keys = some.map(({ sha256 }) => sha256)
      const gridOf = async (from: FeatureReader): Promise<Tensor> => {
        const { gridHeight, gridWidth, dimension } = from.shape
        const shape = [keys.length, gridHeight * gridWidth, dimension]
        const into = new Float32Array(shape.reduce((a, b) => a * b, 1))
        return tensorOf('float32', await from.readGrid(from.recordsOf(keys), into), shape)
      }
      const pooled = await reader.readPooled(reader.recordsOf(keys))
      const feeds: Record<string, Tensor> = {
        grid: await gridOf(reader),
        pooled: tensorOf('float32', pooled, [keys.length, reader.shape.dimension]),
      }
      if (trunkReader) feeds.trunk = await gridOf(trunkReader)
      return { rows: some.map(({ row }) => row), feeds, count: keys.length }
    },
    close: async () => {
      await Promise.all(readers.map((one) => one?.close()))
    },
  }
}

/** Logits of some images by row, [C] each: for a known entry from the fold that never saw it, for an unknown one from all. */
export type HeldOutLogits = Map<number, Float32Array>

/**
 * Runs a model that outputs `fold_logits`, and picks for each known entry the fold that never saw it.
 * @param fold of each entry, N×C
 * @throws the signal's reason; UserError `model-unreadable`
 */
export async function heldOutLogits(
  model: Uint8Array,
  feeder: Feeder,
  fold: Uint8Array,
  labels: number,
  { device = 'cpu', signal, onDone }: { device?: Device; signal?: AbortSignal; onDone?: (images: number) => void } = {},
): Promise<HeldOutLogits> {
  const found: HeldOutLogits = new Map()
  const session = await Session.open(model, { device })
  try {
    for (let next = await feeder.next(); next; next = await feeder.next()) {
      signal?.throwIfAborted()
      const { [foldLogits]: result } = await session.run(next.feeds, [foldLogits])
      const values = result.data as Float32Array
      const folds = values.length / (next.count * labels)
      for (const [i, row] of next.rows.entries()) {
        const own = new Float32Array(labels)
        for (let label = 0; label < labels; label++) {
          const at = (k: number): number => values[(i * folds + k) * labels + label]
          const known = fold[row * labels + label]
          if (known !== noFold) own[label] = at(known)
          else for (let k = 0; k < folds; k++) own[label] += at(k) / folds
        }
        found.set(row, own)
      }
      onDone?.(found.size)
    }
    return found
  } finally {
    await session.close()
    await feeder.close()
  }
}
