import { chmod, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { type Preferences, preferences } from '../../../contract/schemas.ts'
import { UserError } from '../../base/errors.ts'
import { writeAtomically } from '../../base/files.ts'
import type { Logger } from '../../base/log.ts'

const none: Preferences = {
  ...{ keys: {}, panels: {}, tourSeen: false, updates: 'unasked' },
  downloads: { mirror: '', proxy: '' },
}

/** What a person has set up for themselves, whichever project is open, in a file of their own. */
export class PreferencesFile {
  readonly #file: string
  readonly #log: Logger
  /** Two writes at once would lose one of them. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(configFolder: string, log: Logger) {
    this.#file = path.join(configFolder, 'preferences.json')
    this.#log = log
  }

  get(): Promise<Preferences> {
    return this.#inTurn(() => this.#read())
  }

  /** @throws UserError `preferences-not-written` */
  set(patch: Partial<Preferences>): Promise<Preferences> {
    return this.#inTurn(async () => {
      const all = { ...(await this.#read()), ...patch }
      try {
        // A proxy’s password may be in it.
        const text = `${JSON.stringify(all, null, 2)}\n`
        await writeAtomically(this.#file, (handle) => handle.writeFile(text), { mode: 0o600 })
      } catch (error) {
        throw new UserError(
          'preferences-not-written',
          `Your preferences could not be written to ${this.#file}.`,
          'Make room there, or see to it that the folder can be written to.',
          { cause: error },
        )
      }
      return all
    })
  }

  async #read(): Promise<Preferences> {
    // A version before let others read it.
    await chmod(this.#file, 0o600).catch(() => undefined)
    const text = await readFile(this.#file, 'utf8').catch(() => null)
    if (text === null) return none
    try {
      // Of a version before, it lacks what has come since.
      return preferences.parse({ ...none, ...z.looseObject({}).parse(JSON.parse(text)) })
    } catch {
      const aside = this.#file.replace(/\.json$/, '.broken.json')
      this.#log.warn(`The preferences can’t be read; they are kept as ${aside}, and all is as it was at first.`)
      await rename(this.#file, aside).catch(() => undefined)
      return none
    }
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.#turn.then(work)
    this.#turn = mine.catch(() => undefined)
    return mine
  }
}
