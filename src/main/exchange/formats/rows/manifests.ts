import { isObject, type JsonObject, listOf } from '../../read/jsonValues.ts'

/** How sure the model was that named this label, where no person did. */
export const suggested = Symbol('suggested')

/** A label in a cell that a model has put there: {label, [suggested]: 0.98}. */
export interface Suggested {
  label: string
  [suggested]: number
}

export interface ManifestRow {
  row: JsonObject
  /** Its columns that hold names of labels. */
  labels: readonly string[]
}

const suffix = '-metadata'
/** What SageMaker’s jobs write that has no labels in it. */
const jobType = /^groundtruth\/(image-classification|object-detection)/

/**
 * A line of a manifest as Amazon SageMaker Ground Truth and Rekognition write it, with names in the place of numbers: {"source-ref": …,
 * "species": 1, "species-metadata": {"class-name": "dog"}}. Several jobs stay several columns. Any other row is left as it is.
 */
export function manifestRow(row: JsonObject): ManifestRow {
  const jobs = Object.keys(row).filter((key) => isObject(row[key + suffix]))
  const isManifest = jobs.some((job) => typeof (row[job + suffix] as JsonObject).type === 'string')
  if (row['source-ref'] === undefined || !isManifest) return { row, labels: [] }
  const rest = Object.entries(row).filter(([key]) => !key.endsWith(suffix) || !isObject(row[key]))
  const labels: string[] = []
  const cells = rest.map(([key, value]): [string, unknown] => {
    const facts = row[key + suffix]
    if (!isObject(facts) || !jobType.test(`${facts.type}`)) return [key, value]
    labels.push(key)
    return [key, namesIn(value, facts)]
  })
  return { row: Object.fromEntries(cells), labels }
}

/** What isn't understood stays as it is, and is told of. */
function namesIn(value: unknown, facts: JsonObject): unknown {
  const classes = isObject(facts['class-map']) ? facts['class-map'] : {}
  const nameOf = (id: unknown): unknown => {
    const name = typeof facts['class-name'] === 'string' ? facts['class-name'] : classes[`${id}`]
    return typeof name === 'string' ? name : { unnamed: `${id}` }
  }
  const ids = isObject(value)
    ? listOf(value.annotations).map((one) => (isObject(one) ? one.class_id : one))
    : Array.isArray(value)
      ? value
      : [value]
  const names = ids.map(nameOf)
  if (facts['human-annotated'] !== 'no') return names
  return names.map((label, at) => ({ label, [suggested]: confidenceOf(facts, ids[at], at) }))
}

/** Of one class, of each, or of each box. What doesn't say is as good as sure. */
function confidenceOf(facts: JsonObject, id: unknown, at: number): number {
  const each = facts['confidence-map']
  const box = listOf(facts.objects)[at]
  const found = isObject(each) ? each[`${id}`] : isObject(box) ? box.confidence : facts.confidence
  return typeof found === 'number' && found >= 0 && found <= 1 ? found : 1
}
