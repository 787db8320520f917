import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { asUserError, UserError } from '../../base/errors.ts'
import { Collected } from '../read/collected.ts'
import { FileNames, readFileNames } from '../read/fileNames.ts'
import { type FoundFile, foldersIn, hasImageName, walkFiles } from '../read/walkFiles.ts'
import type { ExportOptions, ExportReport, ExportSource } from '../records.ts'
import { exportFolder } from '../write/folderWriter.ts'
import { evidenceOf, isContainer, isNoLabel } from './folders/looks.ts'
import type { Format, ReadOptions } from './format.ts'
import { answerTo, type Setting } from './settings.ts'

/** A folder for each label, with the images in it. */
export const folders: Format = {
  id: 'folders',
  title: 'One folder per label',
  says: { absent: false, unlabelled: false, provenance: 'none', suggestions: false },
  limits:
    'Each image is in the folder of every label present. You’re asked about the rest on import, and told on export.',
  checked: 'round trip of what is present; torchvision reads what is written',
  extensions: [],
  reads: 'folder',
  writes: 'folder',
  images: 'needed',
  recognises: (glimpse) => evidenceOf(glimpse, 'labels'),
  read: readFolders,
  write: (source, target, options) => writeFolders(folders, source, target, options, ''),
}

const split: Setting = {
  id: 'split',
  on: 'write',
  title: 'Part',
  hint: 'Ultralytics trains on train and validates on val or test.',
  choices: ['train', 'val', 'test'].map((value) => ({ value, title: value })),
  usual: 'train',
}

/** The same below train, val and test, as Ultralytics wants it for classification. */
export const yoloClassification: Format = {
  ...folders,
  id: 'yolo-cls',
  title: 'YOLO classification folder',
  checked: 'round trip of what is present; Ultralytics reads what is written',
  settings: [split],
  recognises: (glimpse) => evidenceOf(glimpse, 'parts'),
  write: (source, target, options) =>
    writeFolders(yoloClassification, source, target, options, `${answerTo(split, options.settings)}/`),
}

function writeFolders(
  format: Format,
  source: ExportSource,
  target: string,
  options: ExportOptions,
  below: string,
): Promise<ExportReport> {
  return exportFolder(format, source, target, options, async (folder, walk) => {
    const names = new FileNames(source.labels.map(({ name }) => name))
    await names.write(folder, walk.warnings)
    for await (const { image, present } of walk.images({ readableOnly: true })) {
      if (present.length === 0) {
        walk.warnings.add('nothing-present', 'Images with no present label: not in any folder', image.path)
      }
      for (const { name } of present) {
        await walk.place(image, folder.placeOf(`${below}${names.of(name)}/${image.path}`))
      }
    }
  })
}

/** One copy of an image, below the folder of one label. */
interface Copy extends FoundFile {
  label: string
  /** Below the folder of the label. */
  rest: string
}

/** @throws UserError `not-folders`, `cancelled`, and those of the file system */
async function readFolders(root: string, options: ReadOptions): Promise<Collected> {
  const top = await foldersIn(root)
  const parted = top.length > 0 && top.every(isContainer) && (await haveFolders(root, top))
  const depth = parted ? 2 : 1
  const names = await readFileNames(root)
  const collected = new Collected()
  collected.asksForRest = true
  const byRest = new Map<string, Copy[]>()
  for (const found of await walkFiles(root, hasImageName, options)) {
    const parts = found.path.split('/')
    if (parts.length <= depth) {
      collected.problems.add('no-folder', 'Images not in any label’s folder: left out', found.path)
      continue
    }
    const rest = parts.slice(depth).join('/')
    if (isNoLabel(parts[depth - 1])) {
      collected.imageOf(found.path, { otherPaths: [rest], file: found.file, unlabelled: true })
      continue
    }
    const copy = { ...found, label: names.get(parts[depth - 1]) ?? parts[depth - 1], rest }
    const copies = byRest.get(rest)
    if (copies) copies.push(copy)
    else byRest.set(rest, [copy])
  }
  if (byRest.size === 0) {
    throw new UserError(
      'not-folders',
      `This folder contains no folders of images: ${root}`,
      'Choose the folder with one subfolder per label.',
    )
  }
  // Labels without an image are labels, too.
  for (const folder of parted ? top : ['']) {
    const below = parted ? await foldersIn(`${root}/${folder}`) : top
    for (const name of below.filter((one) => !isNoLabel(one))) collected.labelOf(names.get(name) ?? name)
  }
  let done = 0
  for (const copies of byRest.values()) {
    for (const same of await sameContent(copies)) {
      const [{ path, file, rest }] = same
      const below = path.split('/').slice(1).join('/')
      const image = collected.imageOf(path, { otherPaths: parted ? [below, rest] : [rest], file })
      for (const { label } of same) collected.states.push(image, collected.labelOf(label), 1)
    }
    options.onProgress?.(++done / byRest.size)
  }
  return collected
}

async function haveFolders(root: string, folders: readonly string[]): Promise<boolean> {
  for (const folder of folders) if ((await foldersIn(`${root}/${folder}`)).length > 0) return true
  return false
}

/** Files of one name in the folders of several labels: one image if they are equal, else as many as they are. */
async function sameContent(copies: readonly Copy[]): Promise<Copy[][]> {
  if (copies.length === 1) return [[...copies]]
  try {
    const sizes = await Promise.all(copies.map(({ file }) => stat(file).then(({ size }) => size)))
    const groups = new Map<string, Copy[]>()
    for (const [index, copy] of copies.entries()) {
      const alone = sizes.filter((size) => size === sizes[index]).length === 1
      const key = alone ? `${index}` : await fingerprint(copy.file)
      groups.set(key, [...(groups.get(key) ?? []), copy])
    }
    return [...groups.values()]
  } catch (error) {
    throw asUserError(error)
  }
}

async function fingerprint(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}
