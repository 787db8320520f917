import { isObject, type JsonObject } from '../../read/jsonValues.ts'
import type { ClassNames } from '../../read/rows.ts'
import { hasImageName } from '../../read/walkFiles.ts'

/** Columns that name an image, the likeliest first. */
const imageNames = [
  ...[
    'file_name',
    'filename',
    'filepath',
    'image_path',
    'img_path',
    'image_file',
    'path',
    'file',
    'file_names',
    'image',
  ],
  ...['img', 'picture', 'photo', 'sourceref', 'imagegcsuri', 'imageurl', 'image_name', 'name', 'uri', 'url', 'src'],
  ...['imageid', 'id'],
].map(keyOf)
const labelNames = new Set(
  [
    ...[
      'labels',
      'label',
      'tags',
      'tag',
      'classes',
      'class',
      'categories',
      'category',
      'targets',
      'target',
      'keywords',
    ],
    ...['objects', 'annotations', 'label_names', 'labelname', 'class_names', 'classname', 'multilabel', 'attributes'],
    ...['classificationannotations', 'classificationannotation', 'boundingboxannotations', 'polygonannotations'],
    ...['annotation', 'concepts', 'attribute_ids', 'species'],
  ].map(keyOf),
)
/** Columns that say something else of an image, whatever their values look like. */
const otherNames = new Set(
  [
    ...[
      'id',
      'image_id',
      'index',
      'width',
      'height',
      'size',
      'fold',
      'split',
      'score',
      'confidence',
      'text',
      'caption',
    ],
    ...[
      'captions',
      'url',
      'md5',
      'sha256',
      'license',
      'date',
      'iscrowd',
      'area',
      'bbox',
      'subset',
      'isvalid',
      'is_valid',
    ],
  ].map(keyOf),
)

export function keyOf(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

export interface Columns {
  image: string
  /** Columns that could hold the labels; each has what it looks like. */
  labels: string[]
  /** Columns with yes or no in each row, if no column holds labels. */
  wide: string[]
  absent: string | undefined
  others: string[]
}

/** What the columns of a table are, by their names and by the first rows. Undefined: no column names images. */
export function columnsOf(rows: readonly JsonObject[], classes: ClassNames): Columns | undefined {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const valuesOf = (name: string) =>
    rows.map((row) => row[name]).filter((value) => value !== null && value !== undefined)
  const byName = imageNames.flatMap((wanted) => names.filter((name) => keyOf(name) === wanted))
  const named = byName.filter((name) => valuesOf(name).some((value) => imageIn(value) !== undefined))
  const looking = names.filter((name) => mostly(valuesOf(name), (value) => hasImageName(imageIn(value) ?? '')))
  const image = named.find((name) => looking.includes(name)) ?? named[0] ?? looking[0]
  if (image === undefined) return undefined
  const rest = names.filter(
    (name) => name !== image && !looking.includes(name) && !/^(unnamed: \d+|__index_level_\d+__)?$/i.test(name),
  )
  const absent = rest.find((name) => ['absent', 'absentlabels', 'negatives', 'neglabels'].includes(keyOf(name)))
  const labels = rest.filter(
    (name) =>
      name !== absent &&
      (classes.has(name) ||
        (!otherNames.has(keyOf(name)) &&
          ((labelNames.has(keyOf(name)) && (valuesOf(name).some(couldBeLabels) || areEmptyLists(valuesOf(name)))) ||
            isListOfNames(valuesOf(name))))),
  )
  const isWide = (name: string) => valuesOf(name).length > 0 && valuesOf(name).every(isYesOrNo)
  const wide =
    labels.length > 0 ? [] : rest.filter((name) => name !== absent && !otherNames.has(keyOf(name)) && isWide(name))
  return { image, labels, wide, absent, others: rest.filter((name) => ![...labels, ...wide, absent].includes(name)) }
}

/** A column of lists in which no image has a label: where nothing is present yet. */
function areEmptyLists(values: readonly unknown[]): boolean {
  return values.length > 0 && values.every((value) => Array.isArray(value) && value.length === 0)
}

/** What a cell says of which image it is about. */
export function imageIn(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value
  if (typeof value === 'number') return `${value}`
  if (!isObject(value)) return undefined
  for (const key of ['path', 'src', 'file_name', 'filename', 'url']) {
    const one = value[key]
    if (typeof one === 'string' && one !== '') return one
  }
  return value.bytes instanceof Uint8Array ? '' : undefined
}

export function isYesOrNo(value: unknown): boolean {
  return value === true || value === false || value === 0 || value === 1 || value === -1
}

function mostly(values: readonly unknown[], is: (value: unknown) => boolean): boolean {
  return values.length > 0 && values.filter(is).length * 2 > values.length
}

/** Of an object that tells of one label, the keys with its name. */
const nameKeys = new Set([
  'label',
  'name',
  'category',
  'class',
  'classname',
  'displayname',
  'labelname',
  'tag',
  'title',
  'classtitle',
])

/** The member that names the label which an object tells of. */
export function nameKeyOf(value: object): string | undefined {
  return Object.keys(value).find((key) => nameKeys.has(keyOf(key)))
}

/** Boxes, captions and other facts are lists and objects as well. */
function couldBeLabels(value: unknown): boolean {
  if (typeof value === 'string') return value !== ''
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (Array.isArray(value)) return value.some((one) => !Array.isArray(one) && couldBeLabels(one))
  if (!isObject(value)) return false
  const cells = Object.values(value)
  return nameKeyOf(value) !== undefined || (cells.length > 0 && cells.every((one) => one === null || isYesOrNo(one)))
}

function isListOfNames(values: readonly unknown[]): boolean {
  const lists = values.filter((value): value is unknown[] => Array.isArray(value))
  const cells = lists.flat()
  return (
    lists.length === values.length &&
    cells.length > 0 &&
    cells.every((cell) => typeof cell === 'string' && cell.length < 80)
  )
}
