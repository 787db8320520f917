import path from 'node:path'
import { cancelled, UserError } from '../../base/errors.ts'
import { State } from '../../domain/state.ts'
import { Collected } from '../read/collected.ts'
import { parseJsonText } from '../read/jsonText.ts'
import { isObject, textOrNull } from '../read/jsonValues.ts'
import { isFile, readText, walkFiles } from '../read/walkFiles.ts'
import { type Evidence, type Format, type Glimpse, type ReadOptions, sure } from './format.ts'
import { kindOf } from './imageJson/kinds.ts'
import { answerTo, type Setting } from './settings.ts'

const labelsFrom: Setting = {
  id: 'labels',
  on: 'read',
  title: 'Labels come from',
  hint: 'Only needed if a Supervisely project has both tags and objects.',
  choices: [
    { value: 'auto', title: 'Whichever there is' },
    { value: 'tags', title: 'Tags' },
    { value: 'classes', title: 'Classes of objects' },
    { value: 'both', title: 'Both' },
  ],
  usual: 'auto',
}

/** A JSON file for each image, as labelme, FiftyOne (FiftyOneImageLabelsDataset), Supervisely and V7 Darwin write them. */
export const imageJson: Format = {
  id: 'image-json',
  title: 'One JSON file per image (labelme, FiftyOneImageLabels, Supervisely, V7 Darwin)',
  says: { absent: false, unlabelled: true, provenance: 'none', suggestions: false },
  limits:
    'Tags, flags that are set, shapes, attributes and objects are present; of a tag with a choice, the choice. If a Supervisely project has both tags and objects, you’re asked which are labels. You’re asked about the rest.',
  checked: 'folders that FiftyOne exported; files of labelme, Supervisely and V7, by hand',
  extensions: ['.json'],
  reads: 'file or folder',
  settings: [labelsFrom],
  recognises,
  read: readImageJson,
}

function recognises({ isFolder, json, inside }: Glimpse): Evidence | undefined {
  if (!isFolder) {
    const kind = kindOf(json)
    return kind && { score: sure, because: `it has ${kind.has} of one image` }
  }
  for (const [entry, { json: one }] of inside) {
    const kind = kindOf(one)
    if (kind)
      return {
        score: sure,
        because: `${entry} has ${kind.has} of one image`,
        reads: (other) => /\.json$/.test(other),
      }
  }
  return undefined
}

/** @throws UserError `not-image-json`, `field-unclear`, `not-utf8`, `cancelled`, and those of the file system */
async function readImageJson(place: string, options: ReadOptions): Promise<Collected> {
  const collected = new Collected()
  collected.asksForRest = true
  const files = (await isFile(place))
    ? [{ path: path.basename(place), file: place }]
    : await walkFiles(place, (name) => /\.json$/i.test(name), options)
  const apart: Apart[] = []
  for (const [index, { path: name, file }] of files.entries()) {
    if (options.signal?.aborted) throw cancelled('The import')
    readOne(collected, name, await jsonOf(file), apart)
    options.onProgress?.((index + 1) / files.length)
  }
  takeApart(collected, apart, answerTo(labelsFrom, options.settings), place)
  if (collected.images.length > 0) return collected
  throw new UserError(
    'not-image-json',
    `No JSON file here is about an image, as labelme, FiftyOne, Supervisely or V7 write them: ${place}`,
    'Choose the folder with one JSON file per image.',
  )
}

/** labelme writes the image itself into the file. */
const largest = 64 * 1024 * 1024

async function jsonOf(file: string): Promise<unknown> {
  const text = await readText(file, largest)
  try {
    return parseJsonText(text)
  } catch {
    return undefined
  }
}

/** What a file says of its image in two vocabularies: all files together say whether there is a choice to make. */
interface Apart {
  image: number
  name: string
  tags: readonly unknown[]
  classes: readonly unknown[]
}

/** @throws UserError `field-unclear` */
function takeApart(collected: Collected, apart: readonly Apart[], asked: string, place: string): void {
  const hasBoth = apart.some(({ tags }) => tags.length > 0) && apart.some(({ classes }) => classes.length > 0)
  if (hasBoth && asked === 'auto') {
    const shown = (kind: 'tags' | 'classes') => [...new Set(apart.flatMap((one) => one[kind]))].slice(0, 5).join(', ')
    throw new UserError(
      'field-unclear',
      `This project has both tags (${shown('tags')}) and objects (${shown('classes')}): ${place}`,
      'Set the option “labels” to tags, classes or both.',
    )
  }
  for (const { image, name, tags, classes } of apart) {
    if (asked !== 'classes') for (const value of tags) present(collected, image, value, name)
    if (asked !== 'tags') for (const value of classes) present(collected, image, value, name)
  }
}

function readOne(collected: Collected, name: string, json: unknown, apart: Apart[]): void {
  const below = name.replace(/^(.*\/)?labels\//i, '').replace(/\.json$/i, '')
  const kind = kindOf(json)
  if (!isObject(json) || !kind) {
    // What FiftyOne writes of an image without labels; lists of files, and of a project's classes.
    if (isObject(json) && Object.keys(json).length === 0) collected.imageOf(below, { stem: true, unlabelled: true })
    else if (!/(^|\/)(manifest|meta|dataset_info|obj_class_to_machine_color)\.json$/i.test(name)) {
      collected.problems.add('no-annotation', 'JSON files that don’t tell of an image: left out', name)
    }
    return
  }
  const { image: told, otherPaths, present: names, classes, offered } = kind.read(json, below)
  const image = collected.imageOf(told, { stem: true, otherPaths })
  for (const label of offered) collected.labelOf(label)
  if (classes) apart.push({ image, name, tags: names, classes })
  else for (const value of names) present(collected, image, value, name)
}

function present(collected: Collected, image: number, value: unknown, name: string): void {
  const label = textOrNull(value)
  if (label !== null && label.trim() !== '') collected.states.push(image, collected.labelOf(label), State.present)
  else {
    collected.images[image]!.unlabelled = true
    collected.problems.add('value-unknown', 'Values that aren’t labels: left out', name)
  }
}
