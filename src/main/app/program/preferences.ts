import { chmod, rename } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { type Preferences, preferences } from '../../../contract/schemas.ts'
import { UserError } from '../../base/errors.ts'
import type { Logger } from '../../base/log.ts'
import { OwnFile } from '../../base/ownFile.ts'

const none: Preferences = {
  ...{ keys: {}, panels: {}, tourSeen: false, updates: 'unasked' },
  downloads: { mirror: '', proxy: '' },
}

/** Fills in whatever an earlier version didn't have yet. */
const stored = { parse: (value: unknown) => preferences.parse({ ...none, ...z.looseObject({}).parse(value) }) }

/** A person's preferences, whichever project is open. Readable only by them, as it may hold a proxy's password. */
export class PreferencesFile {
  readonly #file: OwnFile<Preferences>

  constructor(configFolder: string, log: Logger) {
    const file = path.join(configFolder, 'preferences.json')
    this.#file = new OwnFile(file, stored, none, async () => {
      const aside = file.replace(/\.json$/, '.broken.json')
      log.warn(`Your preferences couldn’t be read and were reset; the old file is kept as ${aside}.`)
      await rename(file, aside).catch(() => undefined)
    })
  }

  async get(): Promise<Preferences> {
    await this.#hide()
    return this.#file.read()
  }

  /** @throws UserError `preferences-not-written` */
  async set(patch: Partial<Preferences>): Promise<Preferences> {
    try {
      return await this.#file.change((before) => ({ ...before, ...patch }))
    } catch (error) {
      throw new UserError(
        'preferences-not-written',
        `Your preferences couldn’t be saved to ${this.#file.path}.`,
        'Free some space there, or make the folder writable.',
        { cause: error },
      )
    }
  }

  /** An earlier version wrote the file readable for others. */
  async #hide(): Promise<void> {
    await chmod(this.#file.path, 0o600).catch(() => undefined)
  }
}
