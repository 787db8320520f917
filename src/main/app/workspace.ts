import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { UserError } from '../base/errors.ts'
import { InOrder } from '../base/inOrder.ts'
import { removeLeftOvers } from '../base/leftOvers.ts'
import type { ProjectChange } from '../domain/change.ts'
import { placeOfImage } from '../images/place.ts'
import { Suggestions } from '../pairs/suggestions.ts'
import { backupFolder } from '../project/file/backups.ts'
import { isFolder } from '../project/file/root.ts'
import type { Project } from '../project/project.ts'
import type { ReadableProject } from '../project/readable.ts'
import { BulkPreviews } from './bulk/bulk.ts'
import type { AppContext } from './context.ts'
import { ImportPreviews } from './exchange/importing.ts'
import { ReceivedFiles } from './marks/received.ts'
import { Session } from './progress/session.ts'
import { ProjectBackups } from './project/backups.ts'
import { summaryOf } from './project/summary.ts'

/** Counts may be sent this much later, in milliseconds: a mark must not wait for them, and a scan causes many. */
const summaryAfter = 250

/** Counting takes at most this share of the time, because marks have to wait for it. */
const summaryShare = 0.02

/** Delay before all states are read into memory, so that the first images show sooner. Whatever needs them earlier reads them at once. */
const matrixAfter = 1000

/** The same with a read-only project. */
export interface ReadableWorkspace
  extends Omit<Workspace, 'project' | 'allowImages' | 'moveImages' | 'close' | 'imports' | 'bulk' | 'received'> {
  readonly project: ReadableProject
}

/** An open project, with its caches in memory. */
export class Workspace {
  readonly project: Project
  readonly context: AppContext
  readonly suggestions: Suggestions
  readonly imports = new ImportPreviews()
  readonly received = new ReceivedFiles()
  readonly bulk = new BulkPreviews()
  readonly session: Session
  /** Serialises manual changes: an undo must not overtake the mark that it is for. */
  readonly byHand = new InOrder()
  readonly backups: ProjectBackups
  readonly #stopListening: () => void
  readonly #matrixTimer: NodeJS.Timeout
  #summaryTimer: NodeJS.Timeout | undefined
  /** How long it took last time, in milliseconds. */
  #summaryTook = 0
  #imagesTimer: NodeJS.Timeout | undefined
  #imagesAllowed: boolean
  #closed = false

  /** @param imagesAllowed whether images may be read from the folder that it names (`AllowedImages`) */
  constructor(project: Project, context: AppContext, imagesAllowed: boolean) {
    this.#imagesAllowed = imagesAllowed
    this.project = project
    this.context = context
    this.suggestions = new Suggestions(project)
    this.session = new Session(project)
    this.backups = new ProjectBackups(project, context)
    if (!project.readOnly) void this.#tidyUp()
    this.#stopListening = project.onChange((change) => this.#publish(change))
    this.#matrixTimer = setTimeout(() => {
      const read = project.states.matrix().then(() => project.states.decisions())
      read.catch((error) => {
        if (!this.#closed) context.log.error('The states could not be read', error)
      })
    }, matrixAfter)
  }

  /** False until somebody has allowed a project from elsewhere to read images outside its own folder. */
  get imagesAllowed(): boolean {
    return this.#imagesAllowed
  }

  /** Also false as long as the folder may not be read. */
  get imagesRootFound(): boolean {
    return this.#imagesAllowed && isFolder(this.project.imagesRoot)
  }

  /** The image folder. @throws UserError `images-not-allowed` */
  requireImages(): string {
    const { imagesRoot } = this.project
    if (this.#imagesAllowed) return imagesRoot
    throw new UserError(
      'images-not-allowed',
      `This project comes from elsewhere and wants to read images outside its own folder: ${imagesRoot}`,
      'If you trust whoever made the project, allow it in the window or with --allow-images. You’re asked only once.',
    )
  }

  /** The path of an image file. @throws as `requireImages` and `placeOfImage` */
  placeOf({ path: relative }: { path: string }): Promise<string> {
    return placeOfImage(this.requireImages(), relative)
  }

  /** Somebody has allowed reading images from the folder that the project names. */
  async allowImages(): Promise<void> {
    await this.context.allowedImages.allow(this.project)
    this.#imagesAllowed = true
    this.#publishSummary()
    this.context.events.publish({ kind: 'images' })
  }

  /** Somebody has chosen another image folder. @throws UserError `images-folder-missing` */
  async moveImages(folder: string): Promise<void> {
    this.project.relocateRoot(folder)
    await this.allowImages()
  }

  /** @throws UserError `project-read-only` */
  requireWritable(): void {
    if (!this.project.readOnly) return
    throw new UserError(
      'project-read-only',
      `The project was opened read-only, so nothing can be changed: ${this.project.path}`,
      'Close it elsewhere or change its permissions, then open it again.',
    )
  }

  /** Cancels its jobs, and closes the file. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#stop()
    await this.backups.stop()
    // A backbone download isn't tied to a project, so it continues. And a hung compute process must not keep the file open.
    await Promise.race([this.context.jobs.cancelAll({ but: 'fetch' }), wait(10_000, undefined, { ref: false })])
    await this.received
      .clear()
      .catch((error) => this.context.log.warn(`What was received could not be removed: ${error}`))
    this.#release()
  }

  /** Closes the file of a project that has no jobs yet. */
  discard(): void {
    this.#stop()
    void this.backups.stop()
    this.#release()
  }

  #stop(): void {
    this.#closed = true
    clearTimeout(this.#matrixTimer)
    clearTimeout(this.#summaryTimer)
    clearTimeout(this.#imagesTimer)
  }

  /** Deletes files that killed processes left half-written beside the project and in its cache. */
  async #tidyUp(): Promise<void> {
    await removeLeftOvers(path.dirname(this.project.path))
    await removeLeftOvers(backupFolder(this.project.path))
    await removeLeftOvers(this.project.cacheFolder, { deep: true })
  }

  #release(): void {
    this.#stopListening()
    this.project.close()
  }

  #publish(change: ProjectChange): void {
    if (this.#closed) return
    const { events } = this.context
    this.suggestions.follow(change)
    this.bulk.follow(change)
    this.session.follow(change)
    switch (change.kind) {
      case 'states': {
        const { undoTitle, redoTitle } = this.project.history
        events.publish({ kind: 'states', imageIds: idsOf(change.delta.imageIds), undoTitle, redoTitle })
        break
      }
      case 'labels':
        events.publish({ kind: 'labels' })
        break
      case 'images':
        this.#imagesTimer ??= setTimeout(() => {
          this.#imagesTimer = undefined
          events.publish({ kind: 'images' })
        }, summaryAfter)
        break
      case 'models':
        events.publish({ kind: 'suggestions' })
        // Actions that need a model are available at once.
        this.#publishSummary()
        return
      case 'settings':
        // Choices show at once.
        this.#publishSummary()
        return
    }
    const after = Math.max(summaryAfter, this.#summaryTook / summaryShare)
    this.#summaryTimer ??= setTimeout(() => this.#publishSummary(), after)
  }

  #publishSummary(): void {
    clearTimeout(this.#summaryTimer)
    this.#summaryTimer = undefined
    const begun = performance.now()
    this.context.events.publish({ kind: 'project', project: summaryOf(this) })
    this.#summaryTook = performance.now() - begun
  }
}

/** Null if there are too many to list. */
function idsOf(imageIds: Int32Array): number[] | null {
  const ids = new Set<number>()
  for (const id of imageIds) {
    if (ids.add(id).size > 1000) return null
  }
  return [...ids]
}
