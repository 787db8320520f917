import path from 'node:path'
import { parseDocument, stringify } from 'yaml'
import { cancelled, shortened, UserError } from '../../base/errors.ts'
import { equalStems, ImageIds } from '../match/imageIds.ts'
import { Collected } from '../read/collected.ts'
import { hasImageName, isFile, readText, splitNames, walkFiles } from '../read/walkFiles.ts'
import type { ExportOptions, ExportReport, ExportSource } from '../records.ts'
import { exportFolder } from '../write/folderWriter.ts'
import { type Evidence, type Format, type Glimpse, likely, perhaps, type ReadOptions, sure } from './format.ts'
import { answerTo, type Setting } from './settings.ts'

const split: Setting = {
  id: 'split',
  on: 'write',
  title: 'Part',
  hint: 'data.yaml names the part to train on and the part to validate on.',
  choices: ['train', 'val', 'test'].map((value) => ({ value, title: value })),
  usual: 'train',
}

/** A folder of YOLO for detection: data.yaml with the names, labels/ with a file for each image, whose box is the whole image. */
export const yolo: Format = {
  id: 'yolo',
  title: 'YOLO detection folder',
  says: { absent: false, unlabelled: false, provenance: 'none', suggestions: false },
  limits:
    'Names what is present, as a box around the whole image; any box counts on import. You’re asked about the rest on import, and told on export.',
  checked: 'round trip of what is present; Ultralytics and LightlyStudio read what is written',
  extensions: [],
  reads: 'folder',
  writes: 'folder',
  images: 'optional',
  settings: [split],
  recognises: ({ isFolder, folders, inside }) => (isFolder ? evidenceIn(folders, inside) : undefined),
  read: readYolo,
  write: writeYolo,
}

function evidenceIn(folders: Glimpse['folders'], inside: Glimpse['inside']): Evidence | undefined {
  const reads = (entry: string) => /\.(txt|ya?ml|names)$/.test(entry)
  const lists = [...inside].filter(
    ([entry]) =>
      !/(^|\/)(classes|train|val|valid|test|obj|images|labels|synsets)\.txt$/.test(entry) && /\.txt$/.test(entry),
  )
  const boxes = lists.find(([, { head }]) => /^\s*\d+(\s+-?[\d.]+(e-?\d+)?){4,}\s*(\n|$)/i.test(head))
  const names = [...inside].find(
    ([entry, { head }]) =>
      (/^[^/]+\.ya?ml$/.test(entry) && /^\s*["']?names["']?\s*:/m.test(head)) ||
      /(^|\/)(classes\.txt|obj\.names)$/.test(entry),
  )
  const first = [
    ...(names ? [`${names[0]} names labels`] : []),
    ...(boxes ? [`${boxes[0]} has a number and a box in each line`] : []),
  ]
  if (first.length === 2) return { score: sure, because: first.join(', and '), reads }
  if (first.length === 0) return undefined
  const isThere = [...folders].some((folder) => /(^|\/)labels$/.test(folder))
  return { score: isThere || names ? likely : perhaps, because: first[0], reads }
}

function writeYolo(source: ExportSource, target: string, options: ExportOptions): Promise<ExportReport> {
  const part = answerTo(split, options.settings)
  return exportFolder(yolo, source, target, options, async (folder, walk) => {
    const ids = await ImageIds.of(source)
    // Keys that are numbers: readers look labels up by them. Without a `path`, the places are those beside the file.
    const names = new Map(source.labels.map(({ name }, index) => [index, name]))
    const places = { train: `images/${part}`, val: `images/${part}`, ...(part === 'test' && { test: 'images/test' }) }
    // Readers take words of YAML 1.1 (no, on, 12:30) for more than text where they aren’t quoted.
    await folder.write(
      'data.yaml',
      stringify({ ...places, names }, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' }),
    )
    for await (const { image, present } of walk.images()) {
      const id = ids.idOf(image.path)
      if (id === image.path) walk.warnings.add('equal-stems', equalStems, id)
      const lines = present.map((label) => `${walk.placeOf(label.id)} 0.5 0.5 1 1\n`)
      await folder.write(`labels/${part}/${id}.txt`, lines.join(''))
      // Its readers go from the image to the labels: the names must differ in nothing but the end.
      const end = id === image.path ? `${id}${path.posix.extname(id)}` : image.path
      await walk.place(image, folder.placeOf(`images/${part}/${end}`))
    }
  })
}

/** @throws UserError `not-yolo`, `not-utf8`, `cancelled`, and those of the file system */
async function readYolo(folder: string, options: ReadOptions): Promise<Collected> {
  const names = await readNames(folder)
  const flat = await dropsFolders(folder)
  const collected = new Collected()
  collected.asksForRest = true
  const files = await walkFiles(folder, (name) => /\.txt$/i.test(name), options)
  const inLabels = files.filter(({ path: file }) => /(^|\/)labels\//i.test(file))
  const labels = (inLabels.length > 0 ? inLabels : files).filter(
    ({ path: file }) =>
      !/^(classes|readme.*|train|val|valid|test|obj|images|labels|synsets)\.txt$/i.test(path.posix.basename(file)),
  )
  if (labels.length === 0) {
    throw notYolo(folder, 'There are no label files in this folder', 'Choose the folder that contains “labels”.')
  }
  for (const name of names.values()) collected.labelOf(name)
  for (const [index, { file, path: place }] of labels.entries()) {
    if (options.signal?.aborted) throw cancelled('The import')
    const image = imageOf(collected, place, flat)
    for (const [line, text] of (await readText(file)).split(/\r?\n/).entries()) {
      if (text.trim() === '') continue
      const number = Number(text.trim().split(/\s+/, 1)[0])
      const name = names.get(number)
      if (name !== undefined) collected.states.push(image, collected.labelOf(name), 1)
      else {
        collected.leftOpen.add(image)
        const message = 'Lines whose first number has no name: left out'
        collected.problems.add('class-unknown', message, () => `${place}, line ${line + 1}: ${shortened(text, 60)}`)
      }
    }
    options.onProgress?.((index + 1) / labels.length)
  }
  await tellUnlabelled(folder, labels, collected, options)
  return collected
}

/** labels/train/sub/a.txt is about images/train/sub/a.*, in a project of the folder, of its images, or of those of a part. */
function imageOf(collected: Collected, place: string, flat: boolean): number {
  const stem = place.replace(/\.txt$/i, '')
  const below = stem.replace(/^(.*\/)?labels\//i, '')
  const others = [below]
  const [first, ...rest] = below.split('/')
  if (splitNames.has(first.toLowerCase()) && rest.length > 0) others.push(rest.join('/'))
  const image = stem === below ? stem : stem.replace(/(^|\/)labels\//i, '$1images/')
  return collected.imageOf(image, { stem: true, otherPaths: others, ...(flat && { flat }) })
}

/** Label Studio, which says who it is in notes.json, writes sub/a.jpg as a.txt, over that of a.jpg. */
async function dropsFolders(folder: string): Promise<boolean> {
  const file = path.join(folder, 'notes.json')
  return (await isFile(file)) && /"contributor"\s*:\s*"Label Studio"/.test(await readText(file))
}

/** An image without a file has no objects, to YOLO; it may as well be one that nobody has looked at. */
async function tellUnlabelled(
  folder: string,
  labels: readonly { path: string }[],
  collected: Collected,
  options: ReadOptions,
): Promise<void> {
  const known = new Set(
    labels.map(({ path: file }) => file.replace(/\.txt$/i, '').replace(/(^|\/)labels\//i, '$1images/')),
  )
  for (const { path: image } of await walkFiles(folder, hasImageName, options)) {
    if (known.has(image.replace(/\.[^./]*$/, ''))) continue
    collected.problems.add('image-unlabelled', 'Images without a label file: nothing imported', image)
  }
}

/** By their numbers, from data.yaml, or from a list as older versions have it. */
async function readNames(folder: string): Promise<Map<number, string>> {
  for (const { file } of await walkFiles(folder, (name) => /\.ya?ml$/i.test(name))) {
    const names = namesIn(await readText(file, largestYaml), file)
    if (names) return names
  }
  for (const name of namesFiles) {
    const file = path.join(folder, name)
    if (!(await isFile(file))) continue
    const lines = (await readText(file)).split(/\r?\n/)
    // An image may be called “labels”.
    if (lines.some((line) => isBox(line))) continue
    return new Map([...lines.entries()].filter(([, line]) => line.trim() !== ''))
  }
  throw notYolo(
    folder,
    'This folder doesn’t name its labels',
    'Put classes.txt in it, with the name of each label on a line of its own.',
  )
}

/** As programs call a list of the names of labels. */
const namesFiles = [
  'classes.txt',
  'labels/classes.txt',
  'obj.names',
  'labels.txt',
  'labels/labels.txt',
  '_darknet.labels',
]

const isBox = (line: string) => /^\d+( [\d.-]+){4}/.test(line)

/** In bytes: names for a hundred thousand classes. */
const largestYaml = 4 * 1024 * 1024
/** A list of names is no deeper. The parser takes the square of the time for what is. */
const deepestYaml = 32

/** Of lists in lists, in brackets or by dashes, on one line or after the other. Brackets within a text count, too. */
function depthOf(text: string): number {
  let [depth, deepest, dashes] = [0, 0, 0]
  for (let at = 0; at < text.length && deepest <= deepestYaml; at++) {
    const sign = text[at]
    if (sign === '[' || sign === '{') depth++
    else if ((sign === ']' || sign === '}') && depth > 0) depth--
    if ((sign === '-' || sign === '?' || sign === ':') && text[at + 1] === ' ') dashes++
    else if (sign !== ' ') dashes = 0
    deepest = Math.max(deepest, depth, dashes)
  }
  return deepest
}

function namesIn(text: string, file: string): Map<number, string> | undefined {
  if (depthOf(text) > deepestYaml) {
    throw notYolo(file, 'The file can’t be read as YAML', 'It is nested too deeply.')
  }
  let names: unknown
  try {
    const document = parseDocument(text, { merge: false, logLevel: 'silent', schema: 'failsafe' })
    if (document.errors.length > 0) throw document.errors[0]
    const value: unknown = document.toJS({ maxAliasCount: 100, mapAsMap: true })
    names = value instanceof Map ? value.get('names') : undefined
  } catch (error) {
    // Whatever the parser makes of a file that is none: even that its nesting is too deep.
    throw notYolo(file, 'The file can’t be read as YAML', shortened((error as Error).message.split('\n')[0]))
  }
  const entries: [unknown, unknown][] = Array.isArray(names)
    ? [...names.entries()]
    : names instanceof Map
      ? [...names]
      : []
  const found = new Map<number, string>()
  for (const [key, name] of entries) {
    const number = Number(key)
    if (Number.isSafeInteger(number) && (typeof name === 'string' || typeof name === 'number'))
      found.set(number, `${name}`)
  }
  return found.size > 0 ? found : undefined
}

function notYolo(place: string, reason: string, hint: string): UserError {
  return new UserError('not-yolo', `${reason}: ${place}`, hint)
}
