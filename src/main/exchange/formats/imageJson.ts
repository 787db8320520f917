import path from 'node:path'
import { cancelled, UserError } from '../../base/errors.ts'
import { State } from '../../domain/state.ts'
import { Collected } from '../read/collected.ts'
import { parseJsonText } from '../read/jsonText.ts'
import { isObject, listOf, textOrNull } from '../read/jsonValues.ts'
import { isFile, readText, walkFiles } from '../read/walkFiles.ts'
import { type Evidence, type Format, type Glimpse, type ReadOptions, sure } from './format.ts'

/** A JSON file for each image, as labelme and FiftyOne (FiftyOneImageLabelsDataset) write them. */
export const imageJson: Format = {
  id: 'image-json',
  title: 'One JSON file per image (labelme, FiftyOneImageLabels)',
  says: { absent: false, unlabelled: true, provenance: 'none', suggestions: false },
  limits: 'Flags that are set, shapes, attributes and objects are present. You’re asked about the rest.',
  checked: 'folders that FiftyOne exported; labelme’s files, by hand',
  extensions: ['.json'],
  reads: 'file or folder',
  recognises,
  read: readImageJson,
}

type Kind = 'labelme' | 'fiftyone'

function kindOf(json: unknown): Kind | undefined {
  if (!isObject(json)) return undefined
  if (typeof json.imagePath === 'string' && (isObject(json.flags) || Array.isArray(json.shapes))) return 'labelme'
  const lists = [isObject(json.attrs) && json.attrs.attrs, isObject(json.objects) && json.objects.objects]
  return lists.some(Array.isArray) ? 'fiftyone' : undefined
}

const titles: Record<Kind, string> = {
  labelme: 'labelme’s shapes or flags',
  fiftyone: 'FiftyOne’s attributes or objects',
}

function recognises({ isFolder, json, inside }: Glimpse): Evidence | undefined {
  if (!isFolder) {
    const kind = kindOf(json)
    return kind && { score: sure, because: `it has ${titles[kind]} of one image` }
  }
  for (const [entry, { json: one }] of inside) {
    const kind = kindOf(one)
    if (kind)
      return {
        score: sure,
        because: `${entry} has ${titles[kind]} of one image`,
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
    `No file here has labelme’s shapes or flags, or FiftyOne’s attributes or objects: ${place}`,
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
    // FiftyOne's list of its files, and what it writes of an image without labels.
    if (isObject(json) && Object.keys(json).length === 0) collected.imageOf(below, { stem: true, unlabelled: true })
    else if (!/(^|\/)manifest\.json$/i.test(name)) {
      collected.problems.add('no-annotation', 'JSON files that don’t tell of an image: left out', name)
    }
    return
  }
  const told = kind === 'labelme' ? (json.imagePath as string).replaceAll('\\', '/').replace(/^(\.\.?\/)+/, '') : below
  const image = collected.imageOf(told, {
    stem: true,
    otherPaths: [path.posix.join(path.posix.dirname(below), told), below],
  })
  if (kind === 'labelme') {
    for (const [flag, value] of Object.entries(isObject(json.flags) ? json.flags : {})) {
      // A flag that isn't set may be one that nobody has looked at.
      const label = collected.labelOf(flag)
      if (value === true) collected.states.push(image, label, State.present)
    }
    for (const shape of listOf(json.shapes)) present(collected, image, isObject(shape) ? shape.label : undefined, name)
    return
  }
  const [attrs, objects] = [json.attrs, json.objects].map((one) => (isObject(one) ? one : {}))
  for (const one of listOf(attrs.attrs)) present(collected, image, isObject(one) ? one.value : undefined, name)
  for (const one of listOf(objects.objects)) present(collected, image, isObject(one) ? one.label : undefined, name)
}

function present(collected: Collected, image: number, value: unknown, name: string): void {
  const label = textOrNull(value)
  if (label !== null && label.trim() !== '') collected.states.push(image, collected.labelOf(label), State.present)
  else {
    collected.images[image]!.unlabelled = true
    collected.problems.add('value-unknown', 'Values that aren’t labels: left out', name)
  }
}
