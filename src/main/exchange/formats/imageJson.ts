import path from 'node:path'
import { cancelled, UserError } from '../../base/errors.ts'
import { State } from '../../domain/state.ts'
import { Collected } from '../read/collected.ts'
import { parseJsonText } from '../read/jsonText.ts'
import { isObject, textOrNull } from '../read/jsonValues.ts'
import { isFile, readText, walkFiles } from '../read/walkFiles.ts'
import { type Evidence, type Format, type Glimpse, type ReadOptions, sure } from './format.ts'
import { kindOf } from './imageJson/kinds.ts'

/** A JSON file for each image, as labelme, FiftyOne (FiftyOneImageLabelsDataset), Supervisely and V7 Darwin write them. */
export const imageJson: Format = {
  id: 'image-json',
  title: 'One JSON file per image (labelme, FiftyOneImageLabels, Supervisely, V7 Darwin)',
  says: { absent: false, unlabelled: true, provenance: 'none', suggestions: false },
  limits:
    'Tags, flags that are set, shapes, attributes and objects are present; of a tag with a choice, the choice. You’re asked about the rest.',
  checked: 'folders that FiftyOne exported; files of labelme, Supervisely and V7, by hand',
  extensions: ['.json'],
  reads: 'file or folder',
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

/** @throws UserError `not-image-json`, `not-utf8`, `cancelled`, and those of the file system */
async function readImageJson(place: string, options: ReadOptions): Promise<Collected> {
  const collected = new Collected()
  collected.asksForRest = true
  const files = (await isFile(place))
    ? [{ path: path.basename(place), file: place }]
    : await walkFiles(place, (name) => /\.json$/i.test(name), options)
  for (const [index, { path: name, file }] of files.entries()) {
    if (options.signal?.aborted) throw cancelled('The import')
    readOne(collected, name, await jsonOf(file))
    options.onProgress?.((index + 1) / files.length)
  }
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

function readOne(collected: Collected, name: string, json: unknown): void {
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
  const { image: told, otherPaths, present: names, offered } = kind.read(json, below)
  const image = collected.imageOf(told, { stem: true, otherPaths })
  for (const label of offered) collected.labelOf(label)
  for (const value of names) present(collected, image, value, name)
}

function present(collected: Collected, image: number, value: unknown, name: string): void {
  const label = textOrNull(value)
  if (label !== null && label.trim() !== '') collected.states.push(image, collected.labelOf(label), State.present)
  else {
    collected.images[image]!.unlabelled = true
    collected.problems.add('value-unknown', 'Values that aren’t labels: left out', name)
  }
}
