import path from 'node:path'
import { asUserError, cancelled, UserError } from '../../base/errors.ts'
import { writeAtomically } from '../../base/files.ts'
import { sideOf } from '../../domain/state.ts'
import type { Format } from '../formats/format.ts'
import type { ExportOptions, ExportReport, ExportSource, ImageRecord, LabelRecord, StateRecord } from '../records.ts'
import { ProblemList } from '../records.ts'
import { TextWriter } from './textWriter.ts'

export interface WalkedImage {
  image: ImageRecord
  /** In the order of the labels. */
  present: LabelRecord[]
  absent: LabelRecord[]
  states: ReadonlyMap<number, StateRecord>
}

/**
 * What every writer does: goes over the images, counts what it passes, says what the format has no word for, and stops when
 * told to.
 */
export class ExportWalk {
  readonly warnings = new ProblemList()
  readonly report: ExportReport
  readonly #format: Format
  readonly #source: ExportSource
  readonly #options: ExportOptions
  readonly #labels: Map<number, LabelRecord>
  readonly #places: Map<number, number>
  #done = 0
  #unknown = 0
  #unlabelled = 0
  #incomplete = 0

  constructor(format: Format, source: ExportSource, options: ExportOptions) {
    this.#format = format
    this.#source = source
    this.#options = options
    this.#labels = new Map(source.labels.map((label) => [label.id, label]))
    this.#places = new Map(source.labels.map(({ id }, index) => [id, index]))
    this.report = { files: [], images: 0, present: 0, absent: 0, unreadable: 0, suggestions: 0, warnings: [] }
  }

  get labelCount(): number {
    return this.#labels.size
  }

  /** The place of a label in the project's order, from 0. */
  placeOf(labelId: number): number {
    const place = this.#places.get(labelId)
    if (place === undefined) throw new Error(`There is no label ${labelId} to export.`)
    return place
  }

  /**
   * The images that are written: those that can be read, then the others, whose labels are work too.
   * @param readableOnly for formats that are of no use without the image's size or the image itself
   */
  async *images({ readableOnly = false } = {}): AsyncGenerator<WalkedImage> {
    const { complete, signal, onProgress } = this.#options
    const { says } = this.#format
    for (const readable of [true, false]) {
      for await (const { image, states } of this.#source.images({ readable, states: 'all' })) {
        onProgress?.(++this.#done)
        if (signal?.aborted) throw cancelled('The export')
        if (!readable && readableOnly) {
          this.report.unreadable++
          continue
        }
        const unknown = this.#labels.size - states.length
        if (complete && unknown > 0) {
          this.#incomplete++
          continue
        }
        if (states.length === 0 && !says.unlabelled) {
          this.#unlabelled++
          continue
        }
        if (!says.absent) this.#unknown += unknown
        const walked = this.#sorted(image, states)
        this.report.present += walked.present.length
        this.report.absent += walked.absent.length
        this.report[readable ? 'images' : 'unreadable']++
        yield walked
      }
    }
  }

  /** Puts an image beside its labels; one that can't be copied is told of, and stops nothing. */
  async place(image: ImageRecord, destination: string): Promise<void> {
    if (this.#options.placeImage) await placeOrTell(this.#options.placeImage, image, destination, this.warnings)
  }

  /** @param files absolute */
  finish(files: readonly string[]): ExportReport {
    const { report, warnings } = this
    const { title, says } = this.#format
    report.files = [...files]
    if (!says.absent && report.absent > 0) {
      const message = `${title} can’t store absent: these marks are left out`
      warnings.add('absent-unsaid', message, undefined, report.absent)
      report.absent = 0
    }
    if (this.#unknown > 0) {
      const message = `${title} can’t store unknown: other programs may read these unknown labels as absent`
      warnings.add('unknown-unsaid', message, undefined, this.#unknown)
    }
    if (this.#unlabelled > 0) {
      const message = 'Images with no known labels: left out'
      warnings.add('unlabelled', message, undefined, this.#unlabelled)
    }
    if (this.#incomplete > 0) {
      const message = 'Images with an unknown label: left out, as requested'
      warnings.add('incomplete', message, undefined, this.#incomplete)
    }
    report.warnings = warnings.list()
    return report
  }

  #sorted(image: ImageRecord, states: readonly StateRecord[]): WalkedImage {
    const walked: WalkedImage = { image, present: [], absent: [], states: new Map(states.map((s) => [s.labelId, s])) }
    for (const { labelId, state } of states.toSorted((a, b) => this.placeOf(a.labelId) - this.placeOf(b.labelId))) {
      walked[sideOf(state)].push(this.#labels.get(labelId)!)
    }
    return walked
  }
}

/** What is wrong with one file, and not with where it is written. */
const ofOneImage = new Set(['ENOENT', 'EACCES', 'EPERM', 'image-changed', 'not-an-image', 'not-a-file'])

/** Puts an image beside its labels; one that can't be copied is told of, and stops nothing. */
export async function placeOrTell(
  placeImage: NonNullable<ExportOptions['placeImage']>,
  image: ImageRecord,
  destination: string,
  warnings: ProblemList,
): Promise<void> {
  try {
    await placeImage(image, destination)
  } catch (error) {
    if (!ofOneImage.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    warnings.add(
      'image-not-placed',
      'Images that couldn’t be copied, or changed since the scan: labels only',
      image.path,
    )
  }
}

/**
 * An export that is one text file, written whole or not at all.
 * @throws UserError of the file system, `cancelled`
 */
export async function exportFile(
  format: Format,
  source: ExportSource,
  target: string,
  options: ExportOptions,
  work: (out: TextWriter, walk: ExportWalk, file: string) => Promise<void>,
): Promise<ExportReport> {
  const file = path.resolve(target)
  const walk = new ExportWalk(format, source, options)
  await writeTextFile(file, (out) => work(out, walk, file))
  return walk.finish([file])
}

/** @throws UserError of the file system, and what `work` throws */
export async function writeTextFile(file: string, work: (out: TextWriter) => Promise<void>): Promise<void> {
  try {
    await writeAtomically(file, async (handle) => {
      const out = new TextWriter(handle)
      await work(out)
      await out.end()
    })
  } catch (error) {
    throw asUserError(error)
  }
}

export function wrongTarget(target: string, what: string): UserError {
  return new UserError('export-target', `Can’t export there: ${target} ${what}.`, 'Choose another name.')
}
