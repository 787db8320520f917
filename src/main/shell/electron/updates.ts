import type { Dialog } from 'electron'
import type { AppUpdater } from 'electron-updater'
import type { PreferencesFile } from '../../app/program/preferences.ts'
import { reportOf } from '../../base/errors.ts'
import type { Logger } from '../../base/log.ts'
import { buttons, name, updates as texts } from '../texts.ts'

interface Dependencies {
  preferences: Pick<PreferencesFile, 'get' | 'set'>
  dialog: Pick<Dialog, 'showMessageBox'>
  log: Logger
  /** Whether this package says where its updates are. */
  available: boolean
  /** Loads the updater, only once somebody wants it. */
  load: () => Promise<AppUpdater>
}

/** Milliseconds. */
const day = 24 * 60 * 60 * 1000

/**
 * Updates. The network isn't used until the user has agreed once, and nothing is downloaded or installed without asking.
 */
export class Updates {
  readonly #with: Dependencies
  #updater: Promise<AppUpdater> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(dependencies: Dependencies) {
    this.#with = dependencies
  }

  get available(): boolean {
    return this.#with.available
  }

  /** Whether to look for updates; undefined if this package can't be updated. */
  async isOn(): Promise<boolean | undefined> {
    return this.available ? (await this.#with.preferences.get()).updates === 'on' : undefined
  }

  /** @param mayAsk false at the very first start, which has enough questions already */
  async start({ mayAsk }: { mayAsk: boolean }): Promise<void> {
    if (!this.available) return
    const { updates } = await this.#with.preferences.get()
    if (updates === 'unasked' && mayAsk) await this.#ask()
    else if (updates === 'on') await this.#begin()
  }

  async set(on: boolean): Promise<void> {
    await this.#with.preferences.set({ updates: on ? 'on' : 'off' })
    clearInterval(this.#timer)
    if (on) await this.#begin()
  }

  /** Checks once, because the user asked for it. */
  async checkNow(): Promise<void> {
    const found = await this.#check()
    if (found === 'none') await this.#say(texts.upToDate)
    if (found === 'failed') await this.#say(texts.checkFailed, texts.checkFailedHint)
  }

  async #ask(): Promise<void> {
    const { response } = await this.#with.dialog.showMessageBox({
      ...{ type: 'question', title: name, buttons: [texts.dontCheck, texts.checkDaily], defaultId: 0, cancelId: 0 },
      ...{ noLink: true, message: texts.ask },
      detail: texts.askDetail,
    })
    await this.set(response === 1)
  }

  async #begin(): Promise<void> {
    this.#timer = setInterval(() => void this.#check(), day).unref()
    await this.#check()
  }

  async #check(): Promise<'found' | 'none' | 'failed'> {
    try {
      const updater = await this.#load()
      const result = await updater.checkForUpdates()
      if (!result?.isUpdateAvailable) return 'none'
      void this.#offer(updater, result.updateInfo.version)
      return 'found'
    } catch (error) {
      this.#with.log.warn(`Couldn’t check for updates: ${reportOf(error).message}`)
      return 'failed'
    }
  }

  async #offer(updater: AppUpdater, version: string): Promise<void> {
    const { dialog, log } = this.#with
    try {
      const question = { type: 'question', title: name, cancelId: 1, noLink: true } as const
      const download = await dialog.showMessageBox({
        ...question,
        ...{ buttons: [texts.download, texts.later], message: texts.found(version) },
      })
      if (download.response !== 0) return
      await updater.downloadUpdate()
      const install = await dialog.showMessageBox({
        ...question,
        ...{ buttons: [texts.restartNow, texts.whenIQuit], message: texts.ready(version) },
      })
      if (install.response === 0) updater.quitAndInstall()
    } catch (error) {
      log.warn(`The update couldn’t be downloaded: ${reportOf(error).message}`)
      await this.#say(texts.downloadFailed, texts.downloadFailedHint)
    }
  }

  #load(): Promise<AppUpdater> {
    this.#updater ??= this.#with.load().then((updater) => {
      updater.autoDownload = false
      updater.autoInstallOnAppQuit = true
      updater.allowDowngrade = false
      updater.logger = this.#with.log
      // Otherwise the library would send an id that identifies the installation.
      updater.requestHeaders = { 'x-user-staging-id': '00000000-0000-0000-0000-000000000000' }
      return updater
    })
    return this.#updater
  }

  async #say(message: string, detail?: string): Promise<void> {
    await this.#with.dialog.showMessageBox({ type: 'info', title: name, message, detail, buttons: [buttons.ok] })
  }
}
