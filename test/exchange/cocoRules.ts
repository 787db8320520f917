import { expect } from 'vitest'

/* The rules of COCO.md, checked on the parsed file, with nothing of the code that wrote it. */

interface CocoFile {
  info: { partial_labels: Record<string, unknown> & { broken: { file_name: string }[] } } & Record<string, unknown>
  licenses: unknown[]
  categories: ({ id: number; name: string; uid: string; frequency: string; order: number } & Record<string, unknown>)[]
  images: ({
    id: number
    file_name: string
    width: number
    height: number
    neg_category_ids: number[]
    not_exhaustive_category_ids: number[]
    neg_provenance: Record<string, unknown>[]
  } & Record<string, unknown>)[]
  annotations: ({
    id: number
    image_id: number
    category_id: number
    bbox: number[]
    area: number
    segmentation: number[][]
    iscrowd: number
    attributes: Record<string, unknown>
  } & Record<string, unknown>)[]
}

const forbiddenAttributes = [
  'id',
  'image_id',
  'category_id',
  'bbox',
  'area',
  'iscrowd',
  'segmentation',
  'score',
  'label',
  'confidence',
  'mask',
  'bounding_box',
  'tags',
  'supercategory',
]

/** Expects every rule to hold. @returns the parsed file */
export function expectCocoRules(text: string): CocoFile {
  const coco = JSON.parse(text) as CocoFile
  // 4: no new keys at the top; 9: the keys in their order.
  expect(Object.keys(coco)).toEqual(['info', 'licenses', 'categories', 'images', 'annotations'])
  expect(Object.keys(coco.info)).toEqual([
    'description',
    'version',
    'year',
    'contributor',
    'url',
    'date_created',
    'partial_labels',
  ])
  expect(coco.info.partial_labels).toMatchObject({
    schema: 'surmise/partial-multilabel',
    schema_version: 1,
    app_version: expect.any(String),
    project_uuid: expect.any(String),
    unknown: 'a category in neither annotations nor neg_category_ids of an image is unknown',
    models: expect.any(Array),
    broken: expect.any(Array),
  })
  expect(text.endsWith('}\n')).toBe(true)
  expect(text).not.toContain('\r')

  // 1: positive ids, categories 1 … N in the stored order.
  expect(coco.categories.map(({ id }) => id)).toEqual(coco.categories.map((_, index) => index + 1))
  expect(coco.categories.map(({ order }) => order)).toEqual(coco.categories.map((_, index) => index))
  for (const { id } of [...coco.images, ...coco.annotations]) expect(Number.isSafeInteger(id) && id > 0).toBe(true)
  // 9: sorted by id, none twice.
  for (const section of [coco.images, coco.annotations]) {
    for (let i = 1; i < section.length; i++) expect(section[i].id).toBeGreaterThan(section[i - 1].id)
  }

  const categories = new Set(coco.categories.map(({ id }) => id))
  const images = new Map(coco.images.map((image) => [image.id, image]))
  const positive = new Set<string>()
  const presentCounts = new Map<number, number>()
  for (const annotation of coco.annotations) {
    const image = images.get(annotation.image_id)
    expect(image).toBeDefined()
    expect(categories.has(annotation.category_id)).toBe(true)
    // 2: one for each pair.
    const pair = `${annotation.image_id}:${annotation.category_id}`
    expect(positive.has(pair)).toBe(false)
    positive.add(pair)
    presentCounts.set(annotation.category_id, (presentCounts.get(annotation.category_id) ?? 0) + 1)
    // 5 and 6: the whole upright image, also as a polygon.
    const [w, h] = [image!.width, image!.height]
    expect(annotation).toMatchObject({
      bbox: [0, 0, w, h],
      area: w * h,
      segmentation: [[0, 0, w, 0, w, h, 0, h]],
      iscrowd: 0,
    })
    // 4: flat attributes, none of a name that others trip over.
    for (const [name, value] of Object.entries(annotation.attributes)) {
      expect(forbiddenAttributes).not.toContain(name)
      expect(value === null || typeof value !== 'object').toBe(true)
    }
    expect(Object.keys(annotation.attributes)).toEqual([
      'source',
      'decided_at',
      'model_uid',
      'model_score',
      'annotator',
    ])
    expect(['human', 'accepted_suggestion', 'import']).toContain(annotation.attributes.source)
    expect(new Date(String(annotation.attributes.decided_at)).toISOString()).toBe(annotation.attributes.decided_at)
  }
  for (const image of coco.images) {
    // 3: always there, always empty.
    expect(image.not_exhaustive_category_ids).toEqual([])
    expect(image.neg_category_ids.toSorted((a, b) => a - b)).toEqual([...new Set(image.neg_category_ids)])
    expect(image.neg_provenance.map(({ category_id }) => category_id)).toEqual(image.neg_category_ids)
    for (const category of image.neg_category_ids) {
      expect(categories.has(category)).toBe(true)
      // 2: never both.
      expect(positive.has(`${image.id}:${category}`)).toBe(false)
    }
    // 6: relative, forward slashes.
    expect(image.file_name.startsWith('/')).toBe(false)
    expect(image.width > 0 && image.height > 0).toBe(true)
  }
  // 3: r up to 10 images, c up to 100, f.
  for (const { id, frequency } of coco.categories) {
    const count = presentCounts.get(id) ?? 0
    expect(frequency).toBe(count <= 10 ? 'r' : count <= 100 ? 'c' : 'f')
  }
  // 6: unescaped UTF-8. Only what JSON must escape is.
  expect(/\\u(?!00[01]|d[89a-f])/i.test(text.replaceAll('\\\\', ''))).toBe(false)
  return coco
}
