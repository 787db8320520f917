import { lstat, realpath } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { Logger } from '../../base/log.ts'
import { OwnFile } from '../../base/ownFile.ts'
import type { ReadableProject } from '../../project/readable.ts'

const stored = z.array(z.object({ uuid: z.string(), root: z.string(), real: z.string().nullable() }))
type Allowed = z.infer<typeof stored>[number]

/** How many projects are remembered; for older ones the question comes up again. */
const kept = 2000

/**
 * Which image folders outside its own folder a project may read. People of this machine allow them: by creating the project here,
 * by choosing the folder, or by answering the question. A project file may come from a stranger and name any folder it likes.
 */
export class AllowedImages {
  readonly #file: OwnFile<Allowed[]>
  readonly #log: Logger

  constructor(configFolder: string, log: Logger) {
    this.#file = new OwnFile(path.join(configFolder, 'image-folders.json'), stored, [])
    this.#log = log
  }

  /** Never touches an unknown folder: on Windows, even looking at a network share sends it the user's credentials. */
  async isAllowed({ uuid, imagesRoot: root, path: file }: ReadableProject): Promise<boolean> {
    const folder = path.dirname(file)
    if (isBelow(folder, root) && (await staysBelow(folder, root))) return true
    const known = (await this.#file.read()).filter((one) => one.uuid === uuid && one.root === root)
    if (known.length === 0) return false
    const real = await realOf(root)
    // A link that now leads elsewhere isn't what was allowed; a disk that is disconnected may come back.
    return known.some((one) => one.real === null || real === null || one.real === real)
  }

  /** If the answer can’t be stored, the question comes up again next time. */
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

/** Null if it doesn't exist. */
function realOf(place: string): Promise<string | null> {
  return realpath(place).catch(() => null)
}

/** Whether no link on the path leads out of the folder. Parts that don't exist can't. */
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
