import { existsSync } from 'node:fs'
import path from 'node:path'
import type { AppInfo, ProjectSummary } from '../../contract/schemas.ts'
import { UserError } from '../base/errors.ts'
import type { Logger } from '../base/log.ts'
import { type ComputeOptions, ComputeProcess } from '../compute/client.ts'
import { restoreBackup } from '../project/file/keepBackup.ts'
import { createProject, openProject } from '../project/file/open.ts'
import { swatches } from '../project/labels/palette.ts'
import type { Project } from '../project/project.ts'
import type { Settings } from '../project/settings.ts'
import { minKnown } from '../training/measure/heldOut.ts'
import { checkedBackbone } from './backbones/backbones.ts'
import type { AppContext, Compute } from './context.ts'
import { probeApart } from './devices/deviceProbe.ts'
import { Devices } from './devices/devices.ts'
import { Speeds } from './devices/speeds.ts'
import { Events } from './events.ts'
import { Jobs, type StartedJob } from './jobs.ts'
import { homeFolder, logFileIn } from './program/home.ts'
import { PreferencesFile } from './program/preferences.ts'
import { RecentProjects } from './program/recent.ts'
import { Remembered } from './program/remembered.ts'
import { AllowedImages } from './project/allowedImages.ts'
import { OutsideWrites } from './project/outsideWrites.ts'
import { makeSample, sampleFile } from './project/sample.ts'
import { type ScanSummary, startScan } from './project/scanning.ts'
import { summaryOf } from './project/summary.ts'
import { Workspace } from './workspace.ts'

export interface ApplicationOptions {
  version: string
  /** The folder for recent projects and preferences (home.ts). */
  configFolder: string
  log: Logger
  /** The entry file of the compute process (`shell/compute.ts`). */
  computeEntry: string
  /** The version of the desktop shell; left out in a browser. */
  window?: string
  /** Time limit for probing a device, in milliseconds. @default 20 000 */
  deviceAnswersWithin?: number
  /** Whether opened projects are added to the recent ones. @default true */
  remembers?: boolean
}

export interface NewProject {
  path: string
  imagesRoot: string
  labels: readonly string[]
  backbone?: string | null
}

/** The application behind every shell: at most one open project, one compute process, and the events for all clients. */
export class Application {
  readonly context: AppContext
  readonly recent: RecentProjects
  readonly preferences: PreferencesFile
  readonly remembered: Remembered
  readonly configFolder: string
  readonly window: string | undefined
  readonly #remembers: boolean
  #workspace: Workspace | undefined
  /** Serialises opening and closing. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(made: ApplicationOptions) {
    const { version, configFolder, log, computeEntry, window, remembers = true, deviceAnswersWithin: within } = made
    this.#remembers = remembers
    this.configFolder = configFolder
    this.window = window
    const events = new Events()
    const options: ComputeOptions = {
      entry: computeEntry,
      environment: { SURMISE_HOME: configFolder },
      log: (level, message) => log[level](`compute: ${message}`),
    }
    const compute: Compute = new ComputeProcess(options)
    const devices = new Devices((device, signal) => probeApart(options, device, { signal, within }))
    compute.on('crash', ({ what }) => {
      events.notice('warning', what, 'Your project is safe; Surmise has restarted the compute process.')
    })
    const writes = new OutsideWrites(configFolder)
    const speeds = new Speeds(configFolder)
    const allowedImages = new AllowedImages(configFolder, log)
    this.context = {
      ...{ version, compute, devices, events, jobs: new Jobs(events, log), log },
      ...{ writes, allowedImages, configFolder, speeds },
    }
    writes.tidyUp().catch((error) => log.warn(`What was left half-written could not be removed: ${error}`))
    this.recent = new RecentProjects(configFolder, log)
    this.preferences = new PreferencesFile(configFolder, log)
    this.remembered = new Remembered(configFolder, log)
  }

  get logFile(): string {
    return logFileIn(this.configFolder)
  }

  /** The open project, if any. */
  get workspace(): Workspace | undefined {
    return this.#workspace
  }

  /** @throws UserError `no-project` */
  requireWorkspace(): Workspace {
    if (this.#workspace) return this.#workspace
    throw new UserError('no-project', 'No project is open.', 'Open or create one first.')
  }

  info(shell: AppInfo['shell'], nativeDialogs: boolean): AppInfo {
    const { version } = this.context
    const { platform } = process
    return { version, shell, platform, nativeDialogs, homeFolder: homeFolder(), swatches: [...swatches], minKnown }
  }

  /** Creates a project and opens it. The open project is closed once the new one exists. @param signal cancels it */
  async create({ path: file, imagesRoot, labels, backbone }: NewProject, signal?: AbortSignal): Promise<Workspace> {
    // An unusable backbone would otherwise be noticed much later. This may take a while, but blocks nobody else.
    const checked = backbone ? await checkedBackbone(this.context, backbone, signal) : undefined
    const settings: Partial<Settings> = checked === undefined ? {} : { backbone: checked }
    return this.#inTurn(() => {
      signal?.throwIfAborted()
      return this.#take(createProject({ path: file, imagesRoot, labels, settings }), true)
    })
  }

  /** Opens a project and closes the current one. If it can't be opened, nothing changes. */
  open(file: string, options: { readOnly?: boolean } = {}): Promise<Workspace> {
    return this.#inTurn(async () => {
      const open = this.#workspace
      // It may be open read-only here, and be wanted for writing now.
      const suffices = !open?.project.readOnly || options.readOnly === true
      if (open?.project.path === path.resolve(file) && suffices) return open
      return this.#take(openProject(file, options))
    })
  }

  /**
   * Restores a project from a backup, and opens it. The current file is backed up first, so this can be reverted in the same way. If
   * it fails, nothing changes.
   * @param file absolute; default: the open project
   * @throws UserError as `restoreBackup`; `no-project`
   */
  restore(name: string, file?: string): Promise<Workspace> {
    return this.#inTurn(async () => {
      const open = this.#workspace
      const target = file ?? this.requireWorkspace().project.path
      const isOpen = open?.project.path === target
      if (isOpen) open.requireWritable()
      if (isOpen) await this.#closeWorkspace()
      try {
        await restoreBackup(target, name)
      } catch (error) {
        if (isOpen) await this.#take(openProject(target))
        throw error
      }
      const workspace = await this.#take(openProject(target))
      publishReload(workspace)
      // Files may have been added, removed or moved since.
      if (workspace.imagesRootFound) startScan(workspace)
      return workspace
    })
  }

  /** @returns the job that scans its folder */
  async createAndScan(
    options: NewProject,
    signal?: AbortSignal,
  ): Promise<{ workspace: Workspace; scan: StartedJob<ScanSummary> }> {
    const workspace = await this.create(options, signal)
    return { workspace, scan: startScan(workspace) }
  }

  /**
   * Opens the sample project in the documents folder, drawing it the first time; or draws one in the given folder and opens it.
   * @param folder absolute
   */
  async sample(folder?: string): Promise<Workspace> {
    const there = folder === undefined ? existingSample() : undefined
    if (there !== undefined) {
      const workspace = await this.open(there)
      this.context.events.notice('info', 'The existing sample was opened as you left it.')
      return workspace
    }
    const taken = new Set((await this.recent.list()).filter(({ found }) => found).map(({ name }) => name))
    return this.open(await makeSample(this.context, folder ?? sampleFolder(), taken).done)
  }

  /** The same without opening it. @returns the job; its result is the path of the project file */
  drawSample(folder: string): StartedJob<string> {
    return makeSample(this.context, folder)
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#closeWorkspace()
      this.context.events.publish({ kind: 'project', project: null })
    })
  }

  /** Shuts down: closes the project and ends all child processes. */
  async shutdown(): Promise<void> {
    await this.#inTurn(() => this.#closeWorkspace())
    await this.context.jobs.cancelAll()
    await Promise.all([this.context.devices.close(), this.context.compute.stop()])
  }

  /** @param isOurs its image folder has just been chosen by the person who creates the project */
  async #take(project: Project, isOurs = false): Promise<Workspace> {
    if (isOurs) await this.context.allowedImages.allow(project)

    const allowed = isOurs || (await this.context.allowedImages.isAllowed(project))
    const workspace = new Workspace(project, this.context, allowed)
    let summary: ProjectSummary
    try {
      // Damage that opening didn't notice surfaces here, while the previous project is still open.
      summary = summaryOf(workspace)
    } catch (error) {
      workspace.discard()
      throw error
    }
    await this.#closeWorkspace()
    this.#workspace = workspace
    this.context.events.publish({ kind: 'project', project: summary })
    if (project.drive === 'network' && !project.readOnly) {
      const message = 'This project is on a network drive, where file locks aren’t reliable.'
      this.context.events.notice('warning', message, 'Open it on one machine at a time, or move it to a local disk.')
    }
    if (summary.lostChanges) {
      const { message, hint } = summary.lostChanges
      this.context.events.notice('warning', message, hint)
    }
    if (this.#remembers) void this.recent.add(project)
    return workspace
  }

  async #closeWorkspace(): Promise<void> {
    const workspace = this.#workspace
    this.#workspace = undefined
    await workspace?.close()
  }

  #inTurn<Result>(work: () => Promise<Result> | Result): Promise<Result> {
    const mine = this.#turn.then(work)
    this.#turn = mine.catch(() => undefined)
    return mine
  }
}

/** Tells clients to reload everything: the project is the same, but all of its content may have changed. */
function publishReload({ project, context: { events } }: Workspace): void {
  const { undoTitle, redoTitle } = project.history
  for (const kind of ['labels', 'images', 'suggestions'] as const) events.publish({ kind })
  events.publish({ kind: 'states', imageIds: null, undoTitle, redoTitle })
}

/** The first complete sample in the documents folder. */
function existingSample(): string | undefined {
  for (const folder of sampleFolders()) {
    if (!existsSync(folder)) return undefined
    const file = path.join(folder, sampleFile)
    if (existsSync(file)) return file
  }
}

/** Where the next sample is drawn. */
function sampleFolder(): string {
  for (const folder of sampleFolders()) if (!existsSync(folder)) return folder
  throw new Error('There is always another number.')
}

/** `Surmise sample` in the documents folder, then the same name with a number. */
function* sampleFolders(): Generator<string> {
  const documents =
    [path.join(homeFolder(), 'Documents'), homeFolder()].find((folder) => existsSync(folder)) ?? homeFolder()
  for (let number = 1; ; number++) {
    yield path.join(documents, number === 1 ? 'Surmise sample' : `Surmise sample ${number}`)
  }
}
