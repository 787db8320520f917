import { lstat, realpath } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { Logger } from '../../base/log.ts'
import { OwnFile } from '../../base/ownFile.ts'
import type { ReadableProject } from '../../project/readable.ts'

const stored = z.array(z.object({ uuid: z.string(), root: z.string(), real: z.string().nullable() }))
type Allowed = z.infer<typeof stored>[number]

/** Projects that are remembered; of older ones it is asked again. */
const kept = 2000

/**
 * From which folders outside of its own a project may read images, as people of this machine have said: by making it here, by
 * choosing the folder, or by allowing it. A project file may come from a stranger, and names any folder it likes.
 */
export class AllowedImages {
  readonly #file: OwnFile<Allowed[]>
  readonly #log: Logger

  constructor(configFolder: string, log: Logger) {
    this.#file = new OwnFile(path.join(configFolder, 'image-folders.json'), stored, [])
    this.#log = log
  }

  /** Looks at no folder that it doesn’t know of: on Windows to ask a share tells it who asks. */
  async isAllowed({ uuid, imagesRoot: root, path: file }: ReadableProject): Promise<boolean> {
    const folder = path.dirname(file)
    if (isBelow(folder, root) && (await staysBelow(folder, root))) return true
    const known = (await this.#file.read()).filter((one) => one.uuid === uuid && one.root === root)
    if (known.length === 0) return false
    const real = await realOf(root)
    // A link that leads elsewhere by now was not what was allowed; a disk that is away may come back.
    return known.some((one) => one.real === null || real === null || one.real === real)
  }

  /** If it can’t be kept, it is asked again the next time. */
  async allow({ uuid, imagesRoot: root }: ReadableProject): Promise<void> {
    const mine: Allowed = { uuid, root, real: await realOf(root) }
    try {
      await this.#file.change((before) => {
        const others = before.filter((one) => one.uuid !== uuid || one.root !== root)
        return [mine, ...others].slice(0, kept)
      })
    } catch (error) {
      this.#log.warn(`The folder of images could not be noted: ${error}`)
    }
  }
}

/** Null for what isn’t there. */
function realOf(place: string): Promise<string | null> {
  return realpath(place).catch(() => null)
}

/** Whether no link on the way leads out; what isn’t there leads nowhere. */
async function staysBelow(folder: string, place: string): Promise<boolean> {
  const [real, there] = [await realOf(folder), await realOf(place)]
  if (real !== null && there !== null) return isBelow(real, there)
  let at = folder
  for (const part of path.relative(folder, place).split(path.sep)) {
    at = path.join(at, part)
    const facts = await lstat(at).catch(() => undefined)
    if (facts?.isSymbolicLink()) return false
    if (!facts) return true
  }
  return true
}

function isBelow(folder: string, place: string): boolean {
  const way = path.relative(folder, place)
  return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way)
}
