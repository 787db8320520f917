import { isObject, type JsonObject, listOf, textOr } from '../../read/jsonValues.ts'

export type ResultKind =
  /** About the whole image. */
  | 'choices'
  | 'taxonomy'
  /** Boxes, outlines, masks: what they enclose is in the image. */
  | 'regions'
  /** A text in a flat export: chosen, or typed. */
  | 'text'
  /** Choices about a region. */
  | 'perRegion'
  /** Ratings, numbers, typed texts and so on: no labels. */
  | 'other'

/** What one control says in one annotation. */
export interface Result {
  control: string
  kind: ResultKind
  /** What Label Studio calls it. */
  type: string
  /** Each with its own score where it has one. */
  chosen: { name: string; score?: number }[]
}

/** Regions of an image that can have labels. */
const regionTypes = new Set(
  ['rectangle', 'polygon', 'brush', 'keypoint', 'ellipse', 'bitmask', 'vector'].map((shape) => `${shape}labels`),
)
/** Their outlines alone, which a control of labels accompanies. */
const outlines = new Set(['rectangle', 'polygon', 'brush', 'keypoint', 'ellipse', 'bitmask', 'vector'])

/** As it is in an annotation or a prediction; undefined for what answers nothing. */
export function resultOf(entry: unknown): Result | undefined {
  if (!isObject(entry) || !isObject(entry.value)) return undefined
  const type = textOr(entry.type, '').toLowerCase()
  if (outlines.has(type)) return undefined
  const { value } = entry
  const control = textOr(entry.from_name, type)
  const ofResult = typeof entry.score === 'number' ? entry.score : undefined
  const each = isObject(entry.meta) && isObject(entry.meta.scores) ? entry.meta.scores : {}
  const names = Object.hasOwn(value, type) ? namesIn(value[type]) : []
  const chosen = names.map((name) => {
    const own = Object.hasOwn(each, name) ? each[name] : undefined
    const score = typeof own === 'number' ? own : ofResult
    return score === undefined ? { name } : { name, score }
  })
  return { control, kind: kindOf(type, value), type, chosen }
}

function kindOf(type: string, value: JsonObject): ResultKind {
  // Of texts and sounds, labels mark a stretch.
  const isRegion = ['x', 'y', 'points', 'rle', 'vertices'].some((key) => Object.hasOwn(value, key))
  if (type === 'choices') return isRegion || Object.hasOwn(value, 'start') ? 'perRegion' : 'choices'
  if (type === 'taxonomy') return isRegion || Object.hasOwn(value, 'start') ? 'perRegion' : 'taxonomy'
  return regionTypes.has(type) || (type === 'labels' && isRegion) ? 'regions' : 'other'
}

/** As it is in a flat export (JSON-MIN, CSV), under the name of its control. */
export function flatResult(control: string, value: unknown): Result | undefined {
  if (value === null || value === undefined || value === '') return undefined
  if (typeof value === 'string') return { control, kind: 'text', type: 'text', chosen: [{ name: value }] }
  if (isObject(value)) {
    const kind = Array.isArray(value.choices) ? 'choices' : 'other'
    const type = Object.keys(value)[0] ?? 'nothing'
    return { control, kind, type, chosen: namesIn(value.choices).map((name) => ({ name })) }
  }
  const entries = Array.isArray(value) ? value.filter(isObject) : []
  const type = entries.flatMap((entry) => Object.keys(entry)).find((key) => regionTypes.has(key) || key === 'taxonomy')
  if (type === undefined) {
    const [first] = entries.flatMap((entry) => Object.keys(entry))
    const choices = entries.flatMap((entry) => namesIn(entry.choices)).map((name) => ({ name }))
    if (choices.length > 0) return { control, kind: 'perRegion', type: 'choices', chosen: choices }
    return { control, kind: 'other', type: first ?? typeof value, chosen: [] }
  }
  const chosen = entries.flatMap((entry) => namesIn(entry[type])).map((name) => ({ name }))
  return { control, kind: type === 'taxonomy' ? 'taxonomy' : 'regions', type, chosen }
}

/** A taxonomy's choice is the way to it: the last step is what was chosen. */
function namesIn(value: unknown): string[] {
  return listOf(value)
    .map((choice) => (Array.isArray(choice) ? choice.at(-1) : choice))
    .filter((name): name is string => typeof name === 'string' && name.trim() !== '')
}
