import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { decodeHeader, headerBytes, indexName } from '../../src/main/backbone/cache/featureFormat.ts'
import { FeatureReader } from '../../src/main/backbone/cache/featureReader.ts'
import { ScoreTable } from '../../src/main/suggestions/scores.ts'
import { decodeModel } from '../../src/main/tensor/onnx/format.ts'
import { Checkpoints } from '../../src/main/training/checkpoint.ts'

const isTemporary = (name: string): boolean => /\.tmp(-|$)/.test(name)

export interface CacheContents {
  problems: string[]
  /** SHA-256 of images whose features are there, each read and checked. */
  features: string[]
}

/** Every file of a cache folder is whole, or not there. */
export async function checkCache(cacheFolder: string): Promise<CacheContents> {
  const problems: string[] = []
  const attempt = async (what: string, work: () => unknown): Promise<void> => {
    try {
      await work()
    } catch (error) {
      problems.push(`${what}: ${error instanceof Error ? error.message : error}`)
    }
  }
  const features: string[] = []
  for (const name of namesIn(path.join(cacheFolder, 'features'))) {
    await attempt(`features ${name}`, async () => features.push(...(await featuresIn(cacheFolder, name))))
  }
  for (const name of namesIn(cacheFolder, true)) {
    const file = path.join(cacheFolder, name)
    if (isTemporary(name)) continue
    if (name.endsWith('.webp')) await attempt(name, () => sharp(file).raw().toBuffer())
    if (name.endsWith('.onnx')) await attempt(name, () => decodeModel(readFileSync(file)))
    if (name.endsWith('.scores')) await attempt(name, () => requireDefined(ScoreTable.read(file)))
    if (name.endsWith('.checkpoint')) {
      const checkpoints = new Checkpoints(path.dirname(file))
      await attempt(name, () => requireDefined(checkpoints.read(path.basename(name, '.checkpoint'))))
    }
  }
  return { problems, features }
}

async function featuresIn(cacheFolder: string, identity: string): Promise<string[]> {
  const index = path.join(cacheFolder, 'features', identity, indexName)
  if (!existsSync(index)) return []
  const header = Buffer.alloc(headerBytes)
  const handle = await open(index, 'r')
  await handle.read(header, 0, headerBytes, 0).finally(() => handle.close())
  const shape = decodeHeader(header)?.shape
  // Killed while it is made: it has no head yet, and so it is none.
  if (!shape) return []
  const { gridHeight: height, gridWidth: width, dimension } = shape
  const reader = await FeatureReader.open(cacheFolder, { identity, grid: { height, width }, dimension })
  if (!reader) return []
  try {
    const keys = reader.keys
    const records = reader.recordsOf(keys)
    await reader.readGrid(records, new Float16Array(keys.length * height * width * dimension))
    await reader.readPooled(records)
    return keys
  } finally {
    await reader.close()
  }
}

async function requireDefined(read: Promise<unknown>): Promise<void> {
  if ((await read) === undefined) throw new Error('it can’t be read')
}

function namesIn(folder: string, recursive = false): string[] {
  for (;;) {
    try {
      return existsSync(folder) ? readdirSync(folder, { recursive, encoding: 'utf8' }) : []
    } catch (error) {
      // A folder within went while it was read: once more.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

/** Temporary files anywhere in these folders. */
export function temporaryFilesIn(...folders: string[]): string[] {
  return folders.flatMap((folder) => namesIn(folder, true).filter(isTemporary))
}
