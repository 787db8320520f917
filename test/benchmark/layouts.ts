import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'

/** What is in an image: places, by label, with the objects that are marked difficult. */
export interface Scene {
  name: string
  present: string[]
  difficult?: string[]
}

const colours: Record<string, { r: number; g: number; b: number }> = {
  car: { r: 240, g: 40, b: 30 },
  dog: { r: 40, g: 220, b: 60 },
}

export function newFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'surmise-protocol-'))
}

export function write(folder: string, name: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
  writeFileSync(path.join(folder, name), text)
}

/** A picture with a block in the colour of each label, no two alike. */
export async function paint(folder: string, name: string, present: readonly string[], seed: number): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const background = { r: 20 + ((seed * 13) % 60), g: 30, b: 90 + ((seed * 29) % 120) }
  await sharp({ create: { width: 40, height: 40, channels: 3, background } })
    .composite(
      present.map((label, i) => ({
        input: { create: { width: 16, height: 24, channels: 3 as const, background: colours[label] } },
        left: 2 + 20 * i,
        top: seed % 12,
      })),
    )
    .toFile(path.join(folder, name))
}

export async function voc2007Folder(splits: { trainval: Scene[]; test: Scene[] }): Promise<string> {
  const folder = newFolder()
  let seed = 0
  for (const [split, scenes] of Object.entries(splits)) {
    write(folder, `VOC2007/ImageSets/Main/${split}.txt`, scenes.map(({ name }) => `${name}\n`).join(''))
    for (const { name, present, difficult = [] } of scenes) {
      const object = (label: string, hard: 0 | 1) =>
        `<object><name>${label}</name><pose>Left</pose><difficult>${hard}</difficult><bndbox><xmin>1</xmin></bndbox></object>`
      const objects = [...present.map((label) => object(label, 0)), ...difficult.map((label) => object(label, 1))]
      const text = `<annotation>\n<filename>${name}.jpg</filename>\n${objects.join('\n')}\n</annotation>\n`
      write(folder, `VOC2007/Annotations/${name}.xml`, text)
      await paint(path.join(folder, 'VOC2007/JPEGImages'), `${name}.jpg`, present, seed++)
    }
  }
  return folder
}

const categories = [
  { id: 18, name: 'dog', supercategory: 'animal' },
  { id: 3, name: 'car', supercategory: 'vehicle' },
]

export async function coco2014Folder(splits: { train2014: Scene[]; val2014: Scene[] }): Promise<string> {
  const folder = newFolder()
  let id = 900
  for (const [split, scenes] of Object.entries(splits)) {
    const images: object[] = []
    const annotations: object[] = []
    for (const { name, present } of scenes) {
      images.push({ id: --id, file_name: name, width: 40, height: 40 })
      // Two objects of one label are one label; a crowd is an object too.
      for (const label of [...present, ...present]) {
        const category_id = categories.find((category) => category.name === label)!.id
        annotations.push({
          id: annotations.length,
          image_id: id,
          category_id,
          bbox: [0, 0, 4, 4],
          area: 16,
          iscrowd: 1,
        })
      }
      await paint(path.join(folder, split), name, present, id)
    }
    const file = `annotations/instances_${split}.json`
    write(folder, file, JSON.stringify({ info: {}, images, annotations, categories }))
  }
  return folder
}

export async function vg200Folder(splits: {
  train: [string, number[]][]
  test: [string, number[]][]
}): Promise<string> {
  const folder = newFolder()
  const index: Record<string, number[]> = {}
  let seed = 0
  for (const [split, images] of Object.entries(splits)) {
    write(folder, `${split}_list_500.txt`, images.map(([name]) => `${name}\n`).join(''))
    for (const [name, numbers] of images) {
      index[name] = numbers
      await paint(path.join(folder, 'VG_100K'), name, [], seed++)
    }
  }
  write(folder, 'vg_category_200_labels_index.json', JSON.stringify(index))
  return folder
}
