import path from 'node:path'
import { cancelled, shortened, UserError } from '../../base/errors.ts'
import { equalStems, ImageIds } from '../match/imageIds.ts'
import { Collected } from '../read/collected.ts'
import { FileNames, readFileNames } from '../read/fileNames.ts'
import { lastWord, trimmedEnd } from '../read/plainText.ts'
import { readText, walkFiles } from '../read/walkFiles.ts'
import { isXmlText, readXml, type XmlVisitor, xmlText } from '../read/xml.ts'
import type { ExportOptions, ExportReport, ExportSource, ProblemList } from '../records.ts'
import type { ExportWalk, WalkedImage } from '../write/exportWalk.ts'
import { exportFolder, type FolderWriter } from '../write/folderWriter.ts'
import { type Evidence, type Format, type Glimpse, type ReadOptions, sure } from './format.ts'
import { answerTo, type Setting } from './settings.ts'

const difficult: Setting = {
  id: 'difficult',
  on: 'read',
  title: 'Treat difficult objects as',
  hint: 'In ImageSets/Main they are 0. The challenge doesn’t score them, which corresponds to unknown.',
  choices: [
    { value: 'unknown', title: 'unknown' },
    { value: 'present', title: 'present' },
  ],
  usual: 'unknown',
}
const split: Setting = {
  id: 'split',
  on: 'write',
  title: 'Name of the image set',
  hint: 'As in ImageSets/Main/dog_NAME.txt. Letters and digits.',
  usual: 'default',
}

/** A folder of PASCAL VOC: Annotations/*.xml, and ImageSets/Main with 1, −1 and 0 for each class. */
export const voc: Format = {
  id: 'voc',
  title: 'PASCAL VOC folder',
  says: { absent: true, unlabelled: true, provenance: 'none', suggestions: false },
  limits:
    'ImageSets/Main says present (1) and absent (−1); anything not listed is unknown. XML alone names what is present, so you’re asked about the rest, and about difficult objects.',
  checked: 'round trip; the labels of VOC 2012; torchvision and supervision read what is written',
  extensions: [],
  reads: 'folder',
  writes: 'folder',
  images: 'optional',
  settings: [difficult, split],
  recognises: ({ isFolder, entries, inside }) => (isFolder ? evidenceIn(entries, inside) : undefined),
  read: readVoc,
  write: writeVoc,
}

function evidenceIn(entries: Glimpse['entries'], inside: Glimpse['inside']): Evidence | undefined {
  const reads = (entry: string) => /\.xml$|(^|\/)imagesets\/main\//.test(entry)
  if (entries.includes('imagesets/main')) return { score: sure, because: 'it has the folder ImageSets/Main', reads }
  const found = [...inside].find(([entry, { head }]) => /\.xml$/.test(entry) && /<annotation[\s>]/.test(head))
  return found && { score: sure, because: `${found[0]} is an annotation of one image`, reads }
}

const mainFolder = 'ImageSets/Main'

async function writeVoc(source: ExportSource, target: string, options: ExportOptions): Promise<ExportReport> {
  const set = answerTo(split, options.settings)
  if (!/^[A-Za-z0-9-]+$/.test(set)) {
    throw new UserError('export-target', `“${set}” can’t be the name of an image set.`, 'Use letters and digits.')
  }
  return exportFolder(voc, source, target, options, async (folder, walk) => {
    const ids = await ImageIds.of(source)
    const names = new FileNames(source.labels.map(({ name }) => name))
    await names.write(folder, walk.warnings)
    await folder.write('labelmap.txt', labelMap(source.labels, walk.warnings))
    for (const { name } of source.labels) await folder.write(`${mainFolder}/${names.of(name)}_${set}.txt`, '')
    await folder.write(`${mainFolder}/${set}.txt`, '')
    for await (const walked of walk.images()) {
      const id = ids.idOf(walked.image.path)
      if (id === walked.image.path) walk.warnings.add('equal-stems', equalStems, id)
      await folder.addLine(`${mainFolder}/${set}.txt`, id)
      for (const [labels, value] of [
        [walked.present, ' 1'],
        [walked.absent, '-1'],
      ] as const) {
        for (const { name } of labels)
          await folder.addLine(`${mainFolder}/${names.of(name)}_${set}.txt`, `${id} ${value}`)
      }
      await writeAnnotation(folder, walk, walked, id)
      await walk.place(walked.image, folder.placeOf(`JPEGImages/${walked.image.path}`))
    }
  })
}

/** Which labels there are, for readers that know those of the challenge alone: name, colour, parts, actions. */
function labelMap(labels: ExportSource['labels'], warnings: ProblemList): string {
  const lines = labels.map(({ name }) => {
    if (!/[:\r\n]/.test(name)) return `${name}:::\n`
    warnings.add(
      'labelmap',
      'Labels with a colon or line break: left out of labelmap.txt, so some programs skip them',
      name,
    )
    return ''
  })
  return `# label:color_rgb:parts:actions\n${lines.join('')}`
}

async function writeAnnotation(folder: FolderWriter, walk: ExportWalk, walked: WalkedImage, id: string): Promise<void> {
  const { image, present } = walked
  if (!isXmlText(image.path)) {
    walk.warnings.add('xml-characters', 'Names XML can’t store: left out of Annotations', image.path)
    return
  }
  const objects = present.map(({ name }) => {
    if (!isXmlText(name)) {
      walk.warnings.add('xml-characters', 'Names XML can’t store: left out of Annotations', name)
      return ''
    }
    const box = `<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>${image.width}</xmax><ymax>${image.height}</ymax></bndbox>`
    return `\t<object>\n\t\t<name>${xmlText(name)}</name>\n\t\t<pose>Unspecified</pose>\n\t\t<truncated>0</truncated>\n\t\t<difficult>0</difficult>\n\t\t${box}\n\t</object>\n`
  })
  const size = `<size><width>${image.width}</width><height>${image.height}</height><depth>3</depth></size>`
  await folder.write(
    `Annotations/${id}.xml`,
    `<annotation>\n\t<folder>JPEGImages</folder>\n\t<filename>${xmlText(image.path)}</filename>\n\t${size}\n\t<segmented>0</segmented>\n${objects.join('')}</annotation>\n`,
  )
}

/** @throws UserError `not-voc`, `not-xml`, `not-utf8`, `cancelled`, and those of the file system */
async function readVoc(folder: string, options: ReadOptions): Promise<Collected> {
  const reader = new VocReader(folder, options)
  const below = await walkFiles(folder, (name) => /\.(xml|txt)$/i.test(name), options)
  const isBelow = (way: string) => (file: { path: string }) => `/${file.path.toLowerCase()}`.includes(`/${way}/`)
  const sets = below.filter(isBelow(mainFolder.toLowerCase())).filter(({ path: file }) => /\.txt$/i.test(file))
  const xml = below.filter(({ path: file }) => /\.xml$/i.test(file))
  const usual = xml.filter(isBelow('annotations'))
  // FiftyOne puts them into labels/, others beside the images.
  const annotations = usual.length > 0 ? usual : xml
  if (sets.length === 0 && annotations.length === 0) {
    throw new UserError(
      'not-voc',
      `This folder contains neither Annotations/*.xml nor ImageSets/Main: ${folder}`,
      'Choose the folder they are in.',
    )
  }
  const total = sets.length + annotations.length
  let done = 0
  for (const [files, read] of [
    [sets, (file: string, name: string) => reader.readSet(file, name)],
    [annotations, (file: string, name: string) => reader.readAnnotation(file, name)],
  ] as const) {
    for (const { file, path: name } of files) {
      if (options.signal?.aborted) throw cancelled('The import')
      await read(file, name)
      options.onProgress?.(++done / total)
    }
  }
  return reader.finish()
}

class VocReader {
  readonly #folder: string
  readonly #difficult: 1 | 0
  readonly #collected = new Collected()
  #names: Map<string, string> | undefined
  #hasSets = false
  #hasAbsent = false

  constructor(folder: string, { settings }: ReadOptions) {
    this.#folder = folder
    this.#difficult = answerTo(difficult, settings) === 'present' ? 1 : 0
  }

  /** A list of a class, dog_train.txt with a value in each line; or one of images only, train.txt. */
  async readSet(file: string, name: string): Promise<void> {
    this.#names ??= await readFileNames(this.#folder)
    const { problems, states } = this.#collected
    const stem = path.posix.basename(name).replace(/\.txt$/i, '')
    const at = stem.lastIndexOf('_')
    const lines = (await readText(file, 64 * 1024 * 1024)).split(/\r?\n/)
    const isClass = at > 0 && hasValues(lines)
    if (isClass && stem.slice(0, at) === 'background' && !lines.some((line) => valueIn(line) === 1)) {
      const message = 'The class “background”, which VOC has for segmentation and no image shows: left out'
      problems.add('background', message, name)
      return
    }
    const label = isClass ? this.#collected.labelOf(this.#names.get(stem.slice(0, at)) ?? stem.slice(0, at)) : -1
    if (isClass) this.#hasSets = true
    for (const [index, line] of lines.entries()) {
      if (line.trim() === '') continue
      const value = isClass ? valueIn(line) : undefined
      const id = isClass ? lastWord(line)[0] : trimmedEnd(line)
      if (isClass && (value === undefined || id === '')) {
        const example = () => `${name}, line ${index + 1}: ${shortened(line, 60)}`
        problems.add('line-incomplete', 'Lines without an image and 1, −1 or 0: left out', example)
        continue
      }
      const image = this.#image(id)
      if (value === undefined) continue
      if (value === -1) this.#hasAbsent = true
      states.push(image, label, value === 0 ? this.#difficult : value)
    }
  }

  /** Says which file an id is of; and, where no list says it better, what is present. */
  async readAnnotation(file: string, name: string): Promise<void> {
    const collected = this.#collected
    const id = name.replace(/^(.*\/)?(annotations|labels)\//i, '').replace(/\.xml$/i, '')
    const objects: { name: string; difficult: boolean }[] = []
    let [fileName, owner] = ['', '']
    let isAnnotation = false
    const isRead = await readXmlOrTell(file, name, collected.problems, {
      open: (element, _, way) => {
        if (way.length === 1 && element === 'annotation') isAnnotation = true
        if (way.length === 2 && element === 'object') objects.push({ name: '', difficult: false })
      },
      close: (element, text, way) => {
        if (way.length === 2 && element === 'filename') fileName = text
        if (way.length === 3 && way[1] === 'owner' && element === 'name') owner = text
        const object = objects.at(-1)
        if (way.length !== 3 || way[1] !== 'object' || !object) return
        if (element === 'name') object.name = text
        if (element === 'difficult') object.difficult = text === '1'
      },
    })
    if (!isRead) return
    if (!isAnnotation) {
      collected.problems.add('no-annotation', 'XML files that aren’t VOC annotations: left out', name)
      return
    }
    const image = this.#image(id)
    const known = collected.images[image]!
    if (fileName !== '') collected.images[image] = { ...known, path: fileName, otherPaths: [id] }
    // Label Studio writes sub/a.jpg as a.xml, over that of a.jpg.
    if (owner === 'Label Studio') collected.images[image] = { ...collected.images[image]!, flat: true }
    if (this.#hasSets) return
    for (const object of objects) {
      if (object.name === '') {
        collected.leftOpen.add(image)
        collected.problems.add('object-unnamed', 'Objects without a name: left out', name)
      } else collected.states.push(image, collected.labelOf(object.name), object.difficult ? this.#difficult : 1)
    }
  }

  finish(): Collected {
    this.#collected.asksForRest = !this.#hasAbsent
    return this.#collected
  }

  #image(id: string): number {
    return this.#collected.imageOf(id, { stem: true })
  }
}

/** One file that is empty or broken among many isn’t the end of the others: it is told of. @returns whether it could be read */
async function readXmlOrTell(file: string, name: string, problems: ProblemList, visitor: XmlVisitor): Promise<boolean> {
  try {
    await readXml(file, visitor)
    return true
  } catch (error) {
    if (!(error instanceof UserError) || (error.code !== 'not-xml' && error.code !== 'not-utf8')) throw error
    problems.add('xml-broken', 'XML files that can’t be read: left out', () => `${name}: ${error.hint}`)
    return false
  }
}

/** Whether these are lines of a class: most of the first have a value. A class without an image has none. */
function hasValues(lines: readonly string[]): boolean {
  const first = lines.filter((line) => line.trim() !== '').slice(0, 20)
  return first.filter((line) => valueIn(line) !== undefined).length * 2 >= first.length
}

function valueIn(line: string): 1 | 0 | -1 | undefined {
  switch (lastWord(line)[1]) {
    case '1':
    case '+1':
      return 1
    case '-1':
      return -1
    case '0':
      return 0
    default:
      return undefined
  }
}
