import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { UserError } from '../../base/errors.ts'
import { temporaryFolderPrefix } from '../../base/leftOvers.ts'

/** In bytes: the limit of one message. */
export const largestReceived = 24 * 1024 * 1024

/**
 * Files that a page sent with their contents, since browsers don't reveal paths. They are kept outside the project until it is closed,
 * which is long enough to import them.
 */
export class ReceivedFiles {
  readonly #folders: string[] = []

  /** @returns its new path, ending in its own name @throws UserError `file-too-large` */
  async keep(name: string, contents: Blob): Promise<string> {
    if (contents.size > largestReceived) {
      throw new UserError('file-too-large', `“${name}” is too large to upload.`, 'Choose it by its path instead.')
    }
    const folder = await mkdtemp(path.join(tmpdir(), temporaryFolderPrefix()))
    this.#folders.push(folder)
    const file = path.join(folder, plainName(name))
    await writeFile(file, Buffer.from(await contents.arrayBuffer()))
    return file
  }

  async clear(): Promise<void> {
    for (const folder of this.#folders.splice(0)) await rm(folder, { recursive: true, force: true })
  }
}

/** The bare file name: it can't lead to another folder, and is valid everywhere. */
function plainName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? ''
  const plain = last.replace(/[\p{Cc}<>:"|?*]/gu, '_').replace(/^\.+/, '')
  return plain === '' ? 'file' : plain.slice(-120)
}
