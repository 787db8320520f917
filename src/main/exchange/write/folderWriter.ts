import { appendFile, mkdir, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { asUserError, UserError } from '../../base/errors.ts'
import { syncFolder, syncTree } from '../../base/files.ts'
import { temporaryName } from '../../base/leftOvers.ts'
import type { Format } from '../formats/format.ts'
import type { ExportOptions, ExportReport, ExportSource, ImageRecord } from '../records.ts'
import { ExportWalk, exportFile } from './exportWalk.ts'

/** Files that are written at once: a disk answers several as fast as one. */
const writtenAtOnce = 16
/** So much text is held back for a file that grows line by line. */
const heldBack = 64 * 1024

/** Writes the files of a folder that nobody sees before it is whole. */
export class FolderWriter {
  readonly #folder: string
  readonly #folders = new Set<string>()
  /** Files that are being written, each until it is there. */
  readonly #writing = new Map<string, Promise<void>>()
  /** Text of files that grow, not yet written. */
  readonly #held = new Map<string, string>()
  #failure: unknown

  constructor(folder: string) {
    this.#folder = folder
  }

  /** @param relative with forward slashes @throws UserError `export-target` if it leads out of the folder */
  placeOf(relative: string): string {
    return placeIn(this.#folder, relative)
  }

  async write(relative: string, content: string | Uint8Array): Promise<void> {
    const file = this.placeOf(relative)
    await this.#makeFolder(path.dirname(file))
    await this.#soon(file, writeFile(file, content))
  }

  addLine(relative: string, line: string): Promise<void> {
    return this.addText(relative, `${line}\n`)
  }

  /** Adds to a file that grows while the images pass. */
  async addText(relative: string, more: string): Promise<void> {
    const text = (this.#held.get(relative) ?? '') + more
    this.#held.set(relative, text.length < heldBack ? text : '')
    if (text.length >= heldBack) await this.#append(relative, text)
  }

  /** Makes a folder that readers look for, even where nothing is put into it. */
  async makeFolder(relative: string): Promise<void> {
    await this.#makeFolder(this.placeOf(relative))
  }

  async end(): Promise<void> {
    for (const [relative, text] of this.#held) await this.#append(relative, text)
    await Promise.all(this.#writing.values())
    if (this.#failure) throw this.#failure
  }

  async #append(relative: string, lines: string): Promise<void> {
    const file = this.placeOf(relative)
    await this.#makeFolder(path.dirname(file))
    // What it begins with, perhaps still under way, would take the place of what is added.
    await this.#writing.get(file)
    await appendFile(file, lines)
  }

  async #makeFolder(folder: string): Promise<void> {
    if (this.#folders.has(folder)) return
    await mkdir(folder, { recursive: true })
    this.#folders.add(folder)
  }

  /** Waits only if many are under way. A failure comes out at the next file, or at the end. */
  async #soon(file: string, work: Promise<void>): Promise<void> {
    const settled = work
      .catch((error) => {
        this.#failure ??= error
      })
      .finally(() => this.#writing.delete(file))
    this.#writing.set(file, settled)
    if (this.#writing.size >= writtenAtOnce) await Promise.race(this.#writing.values())
    if (this.#failure) throw this.#failure
  }
}

/**
 * An export that is a folder: it is written beside its place, and takes it when it is whole and on the disk.
 * @param target must not exist, or be empty, unless it may be replaced
 * @throws UserError `export-target`, `cancelled`, and those of the file system
 */
export async function exportFolder(
  format: Format,
  source: ExportSource,
  target: string,
  options: ExportOptions,
  work: (folder: FolderWriter, walk: ExportWalk) => Promise<void>,
): Promise<ExportReport> {
  const absolute = path.resolve(target)
  const walk = new ExportWalk(format, source, options)
  const temporary = temporaryName(absolute)
  try {
    if (!options.replaceFolder) await requireEmpty(absolute)
    await mkdir(temporary, { recursive: true })
    const folder = new FolderWriter(temporary)
    await work(folder, walk)
    await folder.end()
    await syncTree(temporary)
    await takePlace(temporary, absolute, options.replaceFolder === true)
    await syncFolder(path.dirname(absolute))
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw asUserError(error)
  }
  return walk.finish([absolute])
}

/** A text that grows line by line: a file of its own, or one of a folder. */
export interface TextSink {
  /** @returns whether it is time to `flush` */
  write(text: string): boolean
  flush(): Promise<void>
}

/**
 * An export that is one text file, or where the target doesn’t end as such a file does, a folder with that file and `images/`: as
 * the format’s own program writes it, and looks for it.
 * @param inFolder the file’s place in the folder, with forward slashes
 * @param work gets the text, and what puts an image into the folder
 * @throws UserError as `exportFile` and `exportFolder` do
 */
export function exportFileOrFolder(
  format: Format,
  source: ExportSource,
  target: string,
  options: ExportOptions,
  inFolder: string,
  work: (out: TextSink, walk: ExportWalk, place: (image: ImageRecord) => Promise<void>) => Promise<void>,
): Promise<ExportReport> {
  if (isFileOf(format, target)) {
    return exportFile(format, source, target, options, (out, walk) => work(out, walk, async () => {}))
  }
  return exportFolder(format, source, target, options, async (folder, walk) => {
    let text = ''
    const out: TextSink = {
      write(more) {
        text += more
        return text.length >= heldBack
      },
      async flush() {
        await folder.addText(inFolder, text)
        text = ''
      },
    }
    await work(out, walk, (image) => walk.place(image, folder.placeOf(`images/${image.path}`)))
    await out.flush()
    await folder.makeFolder('images')
  })
}

/** Whether a target of a format that is a file or a folder is the file. */
export function isFileOf(format: Format, target: string): boolean {
  return format.extensions.some((ending) => target.toLowerCase().endsWith(ending))
}

/** What was there goes only once the new folder has its name. */
async function takePlace(made: string, target: string, replaces: boolean): Promise<void> {
  const before = temporaryName(target)
  const moved = replaces
    ? await rename(target, before).then(() => true, unlessMissing)
    : await rmdir(target).then(() => false, unlessMissing)
  try {
    await rename(made, target)
  } catch (error) {
    if (moved) await rename(before, target)
    throw error
  }
  if (moved) await rm(before, { recursive: true, force: true })
}

function unlessMissing(error: NodeJS.ErrnoException): false {
  if (error.code === 'ENOENT') return false
  throw error
}

async function requireEmpty(folder: string): Promise<void> {
  const there = await stat(folder).catch(() => undefined)
  if (!there) return
  const what = !there.isDirectory() ? 'is a file' : (await readdir(folder)).length > 0 ? 'is not empty' : undefined
  if (what === undefined) return
  throw new UserError(
    'export-target',
    `Can’t export there: ${folder} ${what}.`,
    'Choose an empty folder or a new name.',
  )
}

/** A path out of a project file must not lead out of the folder. */
export function placeIn(folder: string, relative: string): string {
  const place = path.join(folder, ...relative.split('/'))
  const way = path.relative(folder, place)
  if (way !== '' && !way.startsWith(`..${path.sep}`) && way !== '..' && !path.isAbsolute(way)) return place
  throw new UserError('export-target', `An image’s path leads outside the export: ${relative}`, 'Rescan images.')
}
