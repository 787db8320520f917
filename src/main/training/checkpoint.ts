import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { crc32 } from 'node:zlib'
import { temporaryName } from '../base/leftOvers.ts'

/** Identifies a run: everything that determines its numbers. */
export interface RunInputs {
  /** The backbone's identity */
  backbone: string
  /** SHA-256 of each image, [N] */
  images: readonly string[]
  labels: readonly { id: number; name: string }[]
  /** y, row-major N×C */
  states: Int8Array
  /** The word vector file, or the vectors of the names, if there is either. */
  wordVectors?: string
  seed: number
  device: string
  /** The device that failed during this very run, and whose work is continued. */
  takesOverFrom?: string
}

/** Version of the format below; checkpoints of other versions are ignored. */
const version = 3
const extension = '.checkpoint'
/** magic, CRC-32 of the rest */
const headerBytes = 8
const magic = 0x534d4350

/**
 * The progress of a run, in the cache folder, so that a kill costs little: named parts, each written completely or not at all.
 * Opening the checkpoints of a run deletes those of runs with other inputs.
 */
export class Checkpoints {
  /** Their folder, absolute. Another thread can open them by it. */
  readonly folder: string
  #resumed = false

  constructor(folder: string) {
    this.folder = folder
  }

  /** @param cacheFolder the project's, absolute */
  static async open(cacheFolder: string, inputs: RunInputs): Promise<Checkpoints> {
    const root = rootOf(cacheFolder)
    await mkdir(root, { recursive: true })
    const key = keyOf(inputs)
    const mine = `${key}-${inputs.device}`
    const before = inputs.takesOverFrom === undefined ? undefined : `${key}-${inputs.takesOverFrom}`
    const found = await readdir(root)
    if (before !== undefined && found.includes(before) && !found.includes(mine)) {
      await rename(path.join(root, before), path.join(root, mine))
    }
    const others = (await readdir(root)).filter((name) => name !== mine)
    await Promise.all(others.map((name) => rm(path.join(root, name), { recursive: true, force: true })))
    return new Checkpoints(path.join(root, mine))
  }

  /** Whether an earlier run's progress was found and used. */
  get resumed(): boolean {
    return this.#resumed
  }

  /** @returns the part with this name; undefined if there is none, or it is damaged */
  async read(name: string): Promise<unknown> {
    const bytes = await readFile(this.#file(name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (!bytes || bytes.length < headerBytes || bytes.readUInt32LE(0) !== magic) return undefined
    const content = bytes.subarray(headerBytes)
    if (crc32(content) !== bytes.readUInt32LE(4)) return undefined
    return deserialize(content)
  }

  /**
   * Returns the part with this name, or makes and keeps it.
   * @param setting further inputs, besides those of the run: plain values
   */
  async once<Made extends object>(name: string, setting: object, make: () => Promise<Made>): Promise<Made> {
    const kept = (await this.read(name)) as { setting: string; made: Made } | undefined
    if (kept?.setting === JSON.stringify(setting)) {
      this.markResumed()
      return kept.made
    }
    const made = await make()
    await this.write(name, { setting: JSON.stringify(setting), made })
    return made
  }

  /** To be called when a part found here was used. */
  markResumed(): void {
    this.#resumed = true
  }

  /**
   * @param content plain objects, typed arrays and maps. No fsync: a kill can't tear a renamed file, and the checksum detects one
   *   torn by a power cut.
   */
  async write(name: string, content: object): Promise<void> {
    const bytes = serialize(content)
    const header = Buffer.alloc(headerBytes)
    header.writeUInt32LE(magic, 0)
    header.writeUInt32LE(crc32(bytes), 4)
    const temporary = temporaryName(this.#file(name))
    await mkdir(this.folder, { recursive: true })
    await writeFile(temporary, [header, bytes])
    await rename(temporary, this.#file(name))
  }

  #file(name: string): string {
    return path.join(this.folder, name + extension)
  }
}

/** To be called once the run has finished and its result is safe. */
export async function removeCheckpoints(cacheFolder: string): Promise<void> {
  await rm(rootOf(cacheFolder), { recursive: true, force: true })
}

function rootOf(cacheFolder: string): string {
  return path.join(cacheFolder, 'checkpoints')
}

function keyOf({ backbone, images, labels, states, seed, wordVectors }: RunInputs): string {
  const hash = createHash('sha256')
  const named = labels.map(({ id, name }) => [id, name])
  hash.update(JSON.stringify({ version, backbone, seed, images, wordVectors, labels: named }))
  return hash.update(states).digest('hex').slice(0, 32)
}
