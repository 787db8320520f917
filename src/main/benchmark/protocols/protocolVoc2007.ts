import path from 'node:path'
import { XMLParser } from 'fast-xml-parser'
import { complaintAbout, hashImages, readLines, readText } from '../imageFiles.ts'
import type { ProtocolData, Split } from './protocols.ts'

/** The 20 labels of PASCAL VOC, sorted by name. */
const labels = [
  ...['aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair', 'cow', 'diningtable', 'dog'],
  ...['horse', 'motorbike', 'person', 'pottedplant', 'sheep', 'sofa', 'train', 'tvmonitor'],
]

const wrong = complaintAbout(
  'PASCAL VOC 2007 comes as VOC2007/ with ImageSets/Main/trainval.txt and test.txt, Annotations/ and JPEGImages/: unpack the archives of both splits into this folder.',
)
const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'object' })

/** PASCAL VOC 2007: trains on trainval, tests on test. Objects marked as difficult are skipped in both. */
export async function readVoc2007(folder: string, signal?: AbortSignal): Promise<ProtocolData> {
  const root = path.join(folder, 'VOC2007')
  const [training, test] = [await readSplit(root, 'trainval', signal), await readSplit(root, 'test', signal)]
  return { labels, training, test }
}

async function readSplit(root: string, name: string, signal?: AbortSignal): Promise<Split> {
  const list = path.join(root, 'ImageSets', 'Main', `${name}.txt`)
  const ids = await readLines(list, wrong)
  if (ids.length === 0) throw wrong(`${list} names no image`)
  const truth = new Uint8Array(ids.length * labels.length)
  for (const [row, id] of ids.entries()) {
    signal?.throwIfAborted()
    if (!/^[\w-]+$/.test(id)) throw wrong(`Line ${row + 1} of ${list} is not the name of an image: ${id}`)
    for (const label of await presentIn(path.join(root, 'Annotations', `${id}.xml`)))
      truth[row * labels.length + label] = 1
  }
  const files = ids.map((id) => path.join(root, 'JPEGImages', `${id}.jpg`))
  return { images: await hashImages(files, wrong, signal), truth }
}

/** The labels with at least one object in the image that isn't difficult. */
async function presentIn(file: string): Promise<number[]> {
  const text = await readText(file, wrong)
  let objects: { name?: unknown; difficult?: unknown }[]
  try {
    const { annotation } = parser.parse(text, true)
    if (annotation === undefined) throw new Error('no annotation')
    objects = annotation.object ?? []
  } catch {
    throw wrong(`${file} is not an annotation in XML`)
  }
  return objects.flatMap(({ name, difficult }) => {
    const label = labels.indexOf(String(name))
    if (label < 0) throw wrong(`${file} has an object of no label of PASCAL VOC: ${name}`)
    return difficult === '1' ? [] : [label]
  })
}
