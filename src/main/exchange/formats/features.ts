import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { asUserError, cancelled, UserError } from '../../base/errors.ts'
import { writeAtomically } from '../../base/files.ts'
import type { ExportOptions, ExportReport, ExportSource, FeatureSource } from '../records.ts'
import { ExportWalk } from '../write/exportWalk.ts'
import type { Format } from './format.ts'
import { answerTo, type Setting } from './settings.ts'

const dtype: Setting = {
  id: 'dtype',
  on: 'write',
  title: 'Numbers',
  hint: 'Features are computed and kept in 16 bits.',
  choices: [
    { value: 'F32', title: '32 bits' },
    { value: 'F16', title: '16 bits' },
  ],
  usual: 'F32',
}

/** What the backbone sees of each image, with what is known of it: tensors `features` [N,D] and `labels` [N,C]. */
export const features: Format = {
  id: 'features',
  title: 'Features (safetensors)',
  says: { absent: true, unlabelled: true, provenance: 'none', suggestions: false },
  limits:
    'One vector per image, with +1 present, −1 absent, 0 unknown; names are in the metadata. It can be exported but not imported.',
  checked: 'our own reader of the format; safetensors for Python',
  extensions: ['.safetensors'],
  writes: 'file',
  settings: [dtype],
  needsFeatures: true,
  write: writeFeatures,
}

const rowsAtOnce = 1024

/** @throws UserError `no-features`, `cancelled`, and those of the file system */
async function writeFeatures(source: ExportSource, target: string, options: ExportOptions): Promise<ExportReport> {
  const { features: cached } = source
  if (!cached || cached.images.length === 0) {
    throw new UserError(
      'no-features',
      'There are no features yet.',
      'Fine-tune, or embed the images first (surmise embed).',
    )
  }
  const file = path.resolve(target)
  const walk = new ExportWalk(features, source, options)
  const { rows, labels } = await labelsOf(walk, cached)
  const kind = answerTo(dtype, options.settings)
  const bytes = kind === 'F16' ? 2 : 4
  const size = rows.length * cached.dimension * bytes
  const header = headerOf({
    __metadata__: {
      backbone: cached.backbone,
      images: JSON.stringify(rows.map((row) => cached.images[row].path)),
      labels: JSON.stringify(source.labels.map(({ name }) => name)),
      states: '1 present, -1 absent, 0 unknown',
    },
    features: { dtype: kind, shape: [rows.length, cached.dimension], data_offsets: [0, size] },
    labels: { dtype: 'I8', shape: [rows.length, source.labels.length], data_offsets: [size, size + labels.length] },
  })
  try {
    await writeAtomically(file, async (handle) => {
      await writeAll(handle, header)
      for (let first = 0; first < rows.length; first += rowsAtOnce) {
        if (options.signal?.aborted) throw cancelled('The export')
        const vectors = await cached.read(rows.slice(first, first + rowsAtOnce))
        const numbers = kind === 'F16' ? Float16Array.from(vectors) : vectors
        await writeAll(handle, new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength))
      }
      await writeAll(handle, new Uint8Array(labels.buffer))
    })
  } catch (error) {
    throw asUserError(error)
  }
  return walk.finish([file])
}

/** What is known of the images that have features, in the order in which they are walked. */
async function labelsOf(
  walk: ExportWalk,
  { images }: FeatureSource,
): Promise<{ rows: number[]; labels: Int8Array<ArrayBuffer> }> {
  const rowOf = new Map(images.map(({ id }, row) => [id, row]))
  const rows: number[] = []
  const known: [place: number, state: number][][] = []
  for await (const { image, states } of walk.images()) {
    const row = rowOf.get(image.id)
    if (row === undefined) {
      walk.warnings.add('no-features', 'Images without features: left out', image.path)
      continue
    }
    rows.push(row)
    known.push(Array.from(states.values(), ({ labelId, state }) => [walk.placeOf(labelId), state]))
  }
  const columns = walk.labelCount
  const labels = new Int8Array(rows.length * columns)
  for (const [row, states] of known.entries())
    for (const [place, state] of states) labels[row * columns + place] = state
  return { rows, labels }
}

/** Eight bytes of length, then JSON with spaces up to a multiple of eight. */
function headerOf(header: object): Buffer {
  const text = Buffer.from(JSON.stringify(header))
  const padded = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, ' ')
  padded.writeBigUInt64LE(BigInt(padded.length - 8))
  text.copy(padded, 8)
  return padded
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten
}
