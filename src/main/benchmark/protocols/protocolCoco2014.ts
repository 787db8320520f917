import path from 'node:path'
import { z } from 'zod'
import { asUserError } from '../../base/errors.ts'
import { readJson } from '../../exchange/read/jsonReader.ts'
import { complaintAbout, fileIn, hashImages } from '../imageFiles.ts'
import type { ProtocolData, Split } from './protocols.ts'

const wrong = complaintAbout(
  'COCO 2014 comes as annotations/instances_train2014.json and instances_val2014.json, train2014/ and val2014/: unpack all of them into this folder.',
)

const category = z.object({ id: z.int(), name: z.string() })
const image = z.object({ id: z.int(), file_name: z.string() })
const annotation = z.object({ image_id: z.int(), category_id: z.int() })

/**
 * COCO 2014: trains on train2014, tests on val2014. Images are in the annotation files' order, including those without annotations;
 * labels are in the order of the category ids.
 */
export async function readCoco2014(folder: string, signal?: AbortSignal): Promise<ProtocolData> {
  const training = await readSplit(folder, 'train2014', signal)
  const test = await readSplit(folder, 'val2014', signal)
  const [labels, others] = [training.labels, test.labels]
  if (String(labels) !== String(others))
    throw wrong('The annotation files of train2014 and val2014 differ in their categories')
  return { labels, training: training.split, test: test.split }
}

async function readSplit(
  folder: string,
  name: string,
  signal?: AbortSignal,
): Promise<{ labels: string[]; split: Split }> {
  const file = path.join(folder, 'annotations', `instances_${name}.json`)
  const names = new Map<number, string>()
  const files = new Map<number, string>()
  const present = new Map<number, Set<number>>()
  const read: Record<string, (value: unknown) => void> = {
    categories: (value) => {
      const { id, name } = checked(category, value, file, 'category')
      names.set(id, name)
    },
    images: (value) => {
      const { id, file_name } = checked(image, value, file, 'image')
      files.set(id, fileIn(path.join(folder, name), file_name, wrong))
    },
    annotations: (value) => {
      const { image_id, category_id } = checked(annotation, value, file, 'annotation')
      const categories = present.get(image_id)
      if (categories) categories.add(category_id)
      else present.set(image_id, new Set([category_id]))
    },
  }
  const visit = (place: string, value: unknown, isElement: boolean): void => {
    if (isElement) read[place]?.(value)
  }
  await readJson(file, visit, { streamed: Object.keys(read), signal }).catch((error) => {
    const known = asUserError(error) as { code?: string }
    throw known.code === 'enoent' ? wrong(`There is no ${file}`) : error
  })
  if (names.size === 0 || files.size === 0) throw wrong(`${file} has no ${names.size === 0 ? 'categories' : 'images'}`)
  const ids = [...names.keys()].sort((a, b) => a - b)
  const labelOf = new Map(ids.map((id, label) => [id, label]))
  const truth = new Uint8Array(files.size * ids.length)
  for (const [row, id] of [...files.keys()].entries()) {
    for (const categoryId of present.get(id) ?? []) {
      const label = labelOf.get(categoryId)
      if (label === undefined) throw wrong(`${file} has annotations of category ${categoryId}, which it does not list`)
      truth[row * ids.length + label] = 1
    }
  }
  const images = await hashImages([...files.values()], wrong, signal)
  return { labels: ids.map((id) => names.get(id)!), split: { images, truth } }
}

function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  file: string,
  what: string,
): z.output<Schema> {
  const { success, data } = schema.safeParse(value)
  if (success) return data
  throw wrong(`${file} has an entry that is no ${what}: ${JSON.stringify(value).slice(0, 80)}`)
}
