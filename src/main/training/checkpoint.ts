import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { crc32 } from 'node:zlib'
import { temporaryName } from '../base/leftOvers.ts'

/** What makes two runs the same run: all that decides their numbers. */
export interface RunInputs {
  /** Of the backbone: identity */
  backbone: string
  /** SHA-256 of each image, [N] */
  images: readonly string[]
  labels: readonly { id: number; name: string }[]
  /** y, row-major N×C */
  states: Int8Array
  /** The file of word vectors, or what names became, where there is one of these. */
  wordVectors?: string
  seed: number
  device: string
  /** The device that failed in the middle of this very run: what it had done is gone on from. */
  takesOverFrom?: string
}

/** Of what is written below; checkpoints of another version are not read. */
const version = 3
const extension = '.checkpoint'
/** magic, CRC-32 of what follows */
const headerBytes = 8
const magic = 0x534d4350

/**
 * What a run has done so far, in the cache folder, so that a kill costs little: named parts, each written whole or not at all.
 * They belong to the inputs of the run; opening those of one run removes those of every other.
 */
export class Checkpoints {
  /** Where they are, absolute. Another thread can open them there by it. */
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

  /** Whether something was there to go on from, and was read. */
  get resumed(): boolean {
    return this.#resumed
  }

  /** @returns what was written under this name; undefined if nothing was, or it is damaged */
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
   * What was made under this name before, or else now, and then kept.
   * @param setting what it is made with, besides the inputs of the run: plain values
   */
  async once<Made extends object>(name: string, setting: object, make: () => Promise<Made>): Promise<Made> {
    const kept = (await this.read(name)) as { setting: string; made: Made } | undefined
    if (kept?.setting === JSON.stringify(setting)) {
      this.goesOn()
      return kept.made
    }
    const made = await make()
    await this.write(name, { setting: JSON.stringify(setting), made })
    return made
  }

  /** To be told that a part was fit to go on from. */
  goesOn(): void {
    this.#resumed = true
  }

  /**
   * @param content plain objects, typed arrays and maps. No fsync: a kill can't tear what was renamed, and what a power cut
   *   tears is found out by its checksum.
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

/** Once the run has come to its end, and what came of it is safe. */
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
