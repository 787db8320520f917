import path from 'node:path'
import { isObject, type JsonObject, listOf } from '../../read/jsonValues.ts'

/** What a file says of its one image. */
export interface Told {
  /** As it calls the image. */
  image: string
  /** Other paths that may be meant, the likeliest first. */
  otherPaths: readonly string[]
  /** Names of what is present; anything else isn’t understood. */
  present: unknown[]
  /** Classes of objects, where the program’s tags of images are another vocabulary: those are in `present`. */
  classes?: unknown[]
  /** Names of labels of which it says nothing. */
  offered: readonly string[]
}

/** How a program writes one JSON file for each image. */
export interface Kind {
  /** Completes “it has … of one image”. */
  has: string
  fits: (json: JsonObject) => boolean
  /** @param below the file’s place, without “labels” and “.json” */
  read: (json: JsonObject, below: string) => Told
}

const members = (list: unknown, key: string) => listOf(list).map((one) => (isObject(one) ? one[key] : undefined))
const listIn = (json: unknown, key: string) => (isObject(json) ? json[key] : undefined)

const labelme: Kind = {
  has: 'labelme’s shapes or flags',
  fits: (json) => typeof json.imagePath === 'string' && (isObject(json.flags) || Array.isArray(json.shapes)),
  read: (json, below) => {
    const image = (json.imagePath as string).replaceAll('\\', '/').replace(/^(\.\.?\/)+/, '')
    const flags = Object.entries(isObject(json.flags) ? json.flags : {})
    // A flag that isn't set may be one that nobody has looked at.
    const present = flags.flatMap(([flag, value]) => (value === true ? [flag] : []))
    return {
      ...{ image, otherPaths: [path.posix.join(path.posix.dirname(below), image), below] },
      ...{ present: [...present, ...members(json.shapes, 'label')], offered: flags.map(([flag]) => flag) },
    }
  },
}

const fiftyOne: Kind = {
  has: 'FiftyOne’s attributes or objects',
  fits: ({ attrs, objects }) => [listIn(attrs, 'attrs'), listIn(objects, 'objects')].some(Array.isArray),
  read: ({ attrs, objects }, below) => ({
    ...{ image: below, otherPaths: [], offered: [] },
    present: [...members(listIn(attrs, 'attrs'), 'value'), ...members(listIn(objects, 'objects'), 'label')],
  }),
}

/** ds0/ann/a.jpg.json is about ds0/img/a.jpg. */
const supervisely: Kind = {
  has: 'Supervisely’s tags and objects',
  fits: ({ tags, objects, size }) => Array.isArray(tags) && Array.isArray(objects) && isObject(size),
  read: ({ tags, objects }, below) => {
    const image = below.replace(/(^|\/)ann\/(?=[^/]*$)/, '$1img/')
    const plain = below.replace(/(^|\/)ann\/(?=[^/]*$)/, '$1')
    return {
      ...{ image, otherPaths: [plain, path.posix.basename(below)], offered: [] },
      ...{ present: listOf(tags).map(tagName), classes: members(objects, 'classTitle') },
    }
  },
}

/** A tag is a label; one with a choice, a kind of question, of which the answer is the label. */
function tagName(tag: unknown): unknown {
  if (!isObject(tag)) return undefined
  return tag.value === null || tag.value === undefined || typeof tag.value === 'number' ? tag.name : tag.value
}

const darwin: Kind = {
  has: 'V7 Darwin’s annotations',
  fits: ({ item, annotations }) => isObject(item) && typeof item.name === 'string' && Array.isArray(annotations),
  read: ({ item, annotations }, below) => {
    const { name, path: folder } = item as JsonObject
    const image = path.posix.join(typeof folder === 'string' ? folder : '', `${name}`).replace(/^\/+/, '')
    return { ...{ image, otherPaths: [`${name}`, below], offered: [] }, present: members(annotations, 'name') }
  },
}

const kinds: readonly Kind[] = [labelme, fiftyOne, supervisely, darwin]

export function kindOf(json: unknown): Kind | undefined {
  return isObject(json) ? kinds.find((kind) => kind.fits(json)) : undefined
}
