import { isObject } from '../../read/jsonValues.ts'
import { type Evidence, perhaps, sure } from '../format.ts'

/** Whether this is how a file with images and categories begins: not one of results, which has neither. */
export function hasSections(json: unknown): boolean {
  return isObject(json) && cocoEvidence(json) !== undefined
}

/** What speaks for COCO, by how a file begins. */
export function cocoEvidence(json: unknown): Evidence | undefined {
  if (Array.isArray(json)) {
    const [first] = json
    if (json.length === 0) return { score: perhaps, because: 'it is an empty list' }
    if (!isObject(first) || first.image_id === undefined || first.category_id === undefined) return undefined
    return { score: sure, because: 'it is a list of results with image_id and category_id' }
  }
  if (!isObject(json)) return undefined
  const sections = ['images', 'annotations', 'categories'].filter((key) => Array.isArray(json[key]))
  const entries = sections.flatMap((key) => (json[key] as unknown[]).slice(0, 1)).filter(isObject)
  const because = `it has the sections ${Object.keys(json).slice(0, 5).join(', ')}`
  const hasIds = entries.some((entry) =>
    ['file_name', 'coco_url', 'image_id', 'category_id'].some((key) => key in entry),
  )
  if (hasIds || sections.length > 1) return { score: sure, because }
  if (sections.length > 0 || isObject(json.info) || Array.isArray(json.licenses)) return { score: perhaps, because }
  return undefined
}
