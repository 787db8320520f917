import path from 'node:path'
import { z } from 'zod'
import { complaintAbout, fileIn, hashImages, readLines, readText } from '../imageFiles.ts'
import type { ProtocolData, Split } from './protocols.ts'

/** The 200 most frequent categories of Visual Genome, which the lists give by number only. */
const labels = Array.from({ length: 200 }, (_, label) => `category ${label}`)

const wrong = complaintAbout(
  'VG-200 comes as train_list_500.txt, test_list_500.txt, vg_category_200_labels_index.json and VG_100K/: put all of them into this folder.',
)
const index = z.record(
  z.string(),
  z.array(
    z
      .int()
      .min(0)
      .max(labels.length - 1),
  ),
)

/** VG-200: two lists of images, and for each image the numbers of its present labels, from 0. */
export async function readVg200(folder: string, signal?: AbortSignal): Promise<ProtocolData> {
  const present = await readIndex(path.join(folder, 'vg_category_200_labels_index.json'))
  const training = await readSplit(folder, 'train_list_500.txt', present, signal)
  const test = await readSplit(folder, 'test_list_500.txt', present, signal)
  return { labels, training, test }
}

async function readIndex(file: string): Promise<Map<string, number[]>> {
  const text = await readText(file, wrong)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong(`${file} is not JSON`)
  }
  const { success, data, error } = index.safeParse(value)
  if (success) return new Map(Object.entries(data))
  throw wrong(`${file} is not a list of label numbers 0 … 199 for each image (${error.issues[0].path.join(', ')})`)
}

async function readSplit(
  folder: string,
  name: string,
  present: Map<string, number[]>,
  signal?: AbortSignal,
): Promise<Split> {
  const list = path.join(folder, name)
  const names = await readLines(list, wrong)
  if (names.length === 0) throw wrong(`${list} names no image`)
  const truth = new Uint8Array(names.length * labels.length)
  for (const [row, image] of names.entries()) {
    const numbers = present.get(image)
    if (!numbers) throw wrong(`${image} of ${list} has no labels in vg_category_200_labels_index.json`)
    for (const label of numbers) truth[row * labels.length + label] = 1
  }
  const files = names.map((image) => fileIn(path.join(folder, 'VG_100K'), image, wrong))
  return { images: await hashImages(files, wrong, signal), truth }
}
