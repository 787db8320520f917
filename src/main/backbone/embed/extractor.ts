import type { Pixels } from '../../images/decode.ts'
import { type Device, Session, type Tensor, tensorOf } from '../../tensor/run/session.ts'
import { type Backbone, inputShape } from '../backbone.ts'
import type { Look } from '../pixels/looks.ts'
import { Preprocessor } from '../pixels/preprocess.ts'
import { averageLooks, flipped, type LookRecord, mirrors } from '../pixels/views.ts'
import { RecordMaker, type Values } from './pooling.ts'

/** Turns decoded images into records of the feature cache. */
export interface Extractor {
  /** Maximum images per call. */
  readonly batch: number
  /** @returns a record for each image (pooling.ts); undefined if the backbone's output isn't finite */
  extract(images: readonly (readonly Look[])[]): Promise<(Float16Array | undefined)[]>
  close(): Promise<void>
}

export interface ExtractorOptions {
  device: Device
  /** Threads per run, on the CPU. */
  threads: number
  /** Images per run, unless the model fixes it. */
  batch: number
}

/** An extractor that runs the model in this thread and blocks it meanwhile. */
export async function openExtractor(backbone: Backbone, options: ExtractorOptions): Promise<Extractor> {
  const { device, threads } = options
  const session = await Session.open(backbone.file, { device, threads })
  const { input, features, pooled } = backbone
  const preprocessor = new Preprocessor(input)
  const maker = new RecordMaker(backbone)
  const batch = input.batch ?? options.batch
  const buffer = preprocessor.allocate(batch)
  const outputs = [features?.output, pooled.from === 'output' ? pooled.output : undefined].filter(
    (name) => name !== undefined,
  )

  const run = async (images: readonly Pixels[]): Promise<(Float16Array | undefined)[]> => {
    for (const [i, image] of images.entries()) preprocessor.write(image, buffer, i)
    // A model with a fixed batch always runs a full one; unused slots hold old data.
    const count = input.batch ?? images.length
    const data = buffer.subarray(0, count * preprocessor.length)
    const results = await session.run({ [input.name]: tensorOf(input.type, data, inputShape(input, count)) }, outputs)
    const valuesOf = (name: string | undefined, image: number): Values | undefined => {
      if (name === undefined) return undefined
      const values = floats(results[name])
      const length = values.length / count
      return values.subarray(image * length, (image + 1) * length)
    }
    return images.map((_, i) =>
      maker.make(valuesOf(features?.output, i), pooled.from === 'output' ? valuesOf(pooled.output, i) : undefined),
    )
  }

  return {
    batch,
    async extract(images) {
      if (images.length > batch) throw new Error(`${images.length} images, and a run takes ${batch}`)
      const faces = images.map((looks) => (mirrors(backbone.views) ? looks.flatMap(bothWays) : looks.map(oneWay)))
      const shown = faces.flat()
      const records: (Float16Array | undefined)[] = []
      for (let start = 0; start < shown.length; start += batch) {
        records.push(...(await run(shown.slice(start, start + batch).map(({ pixels }) => pixels))))
      }
      let next = 0
      return faces.map((some) => {
        const seen: LookRecord[] = []
        for (const { frame, mirrored } of some) {
          const record = records[next++]
          if (record) seen.push({ frame, mirrored, record })
        }
        if (seen.length < some.length) return undefined
        return seen.length === 1 ? seen[0].record : averageLooks(seen, backbone.grid)
      })
    },
    close: () => session.close(),
  }
}

type Face = Look & { mirrored: boolean }

const oneWay = (look: Look): Face => ({ ...look, mirrored: false })
const bothWays = (look: Look): Face[] => [oneWay(look), { ...look, pixels: flipped(look.pixels), mirrored: true }]

function floats({ data, type }: Tensor): Values {
  if (data instanceof Float32Array || data instanceof Float16Array) return data
  throw new Error(`The backbone gives ${type} for features`)
}
