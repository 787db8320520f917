import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { peersPython } from '../../scripts/peers.ts'
import { formatById } from '../../src/main/exchange/formats/list.ts'
import { temporaryFolder } from '../exchange/folder.ts'
import { MemoryProject } from '../exchange/memoryProject.ts'

const formats = peersPython('formats')
const torch = peersPython('torch')

/** What the program finds: by image, the labels that are present (1) and absent (−1). */
function readBy(python: string, script: string, args: readonly string[]): unknown {
  const read = [path.join(import.meta.dirname, script), ...args]
  const { status, stdout, stderr } = spawnSync(python, ['-X', 'utf8', ...read], { encoding: 'utf8' })
  expect([status, status === 0 ? '' : stderr]).toEqual([0, ''])
  return JSON.parse(stdout.trim().split('\n').at(-1)!)
}

/** Names that programs trip over: subfolders, two files of one name, spaces, quotes, other scripts, numbers and what YAML takes for more. */
const images = ['a b.jpg', 'set a/one.jpg', 'set b/one.jpg', '犬/é, "x".jpg', 'plain.jpg', 'nothing known.jpg']
const labels = ['dog', 'traffic light', 'no', '7', '12:30', '犬, "wild"']

/** As small as Ultralytics takes them. */
const size = { width: 16, height: 12 }

function ugly({ images: names, labels: words } = { images, labels }): MemoryProject {
  const project = new MemoryProject()
  for (const name of names) project.image(name, size)
  const ids = words.map((name) => project.label(name))
  for (const [i] of names.slice(0, 5).entries()) {
    project.mark(i + 1, ids[i % ids.length], 1)
    project.mark(i + 1, ids[(i + 1) % ids.length], 1)
    project.mark(i + 1, ids[(i + 2) % ids.length], -1)
  }
  return project
}

interface Reading {
  format: string
  /** @default the format’s own */
  reader?: string
  target: string
  settings?: Record<string, string>
  /** What the program has no place for. @default both are read */
  without?: { absent?: boolean; unlabelled?: boolean }
  /** Images have another name there. */
  named?: (file: string) => string
  names?: { images: string[]; labels: string[] }
}

function expected(project: MemoryProject, { without, named = (file) => file }: Reading): unknown {
  const names = new Map(project.labels.map(({ id, name }) => [id, name]))
  const kept = project.images.filter(({ id }) => !without?.unlabelled || project.statesOf(id).length > 0)
  return Object.fromEntries(
    kept.map(({ id, path: file }) => [
      named(file),
      Object.fromEntries(
        project
          .statesOf(id)
          .filter(({ state }) => !without?.absent || state === 1)
          .map(({ labelId, state }) => [names.get(labelId), state]),
      ),
    ]),
  )
}

const picture = sharp({ create: { ...size, channels: 3, background: '#336699' } }).jpeg()

async function placeImage(_: unknown, destination: string): Promise<void> {
  mkdirSync(path.dirname(destination), { recursive: true })
  await picture.clone().toFile(destination)
}

const withoutExtension = (file: string): string => file.replace(/\.[^.]+$/, '')

/** It doesn’t look into subfolders. */
const flat = { images: images.filter((name) => !name.includes('/')), labels }

const readings: Reading[] = [
  { format: 'coco', target: 'x.json' },
  { format: 'lvis', target: 'x.json' },
  { format: 'csv', target: 'x.csv', without: { unlabelled: true } },
  { format: 'csv-wide', target: 'x.csv' },
  { format: 'huggingface', target: 'x' },
  { format: 'yolo', target: 'x', without: { absent: true, unlabelled: true } },
  { format: 'datumaro', target: 'x', without: { absent: true }, named: withoutExtension },
  { format: 'cvat', target: 'x', without: { absent: true, unlabelled: true }, named: withoutExtension },
  // A colon has no place in its list of labels.
  {
    format: 'voc',
    target: 'x',
    without: { absent: true },
    named: withoutExtension,
    names: { images, labels: labels.filter((name) => !name.includes(':')) },
  },
  { format: 'yolo', reader: 'supervision-yolo', target: 'x', without: { absent: true }, names: flat },
  { format: 'coco', reader: 'supervision-coco', target: 'x', without: { absent: true, unlabelled: true }, names: flat },
  { format: 'voc', reader: 'supervision-voc', target: 'x', without: { absent: true }, names: flat },
]

/** Written to the place that the reader finds it in. */
async function written(reading: Reading): Promise<{ project: MemoryProject; target: string }> {
  const format = formatById(reading.format)
  const project = ugly(reading.names)
  const target = path.join(temporaryFolder(), reading.target)
  mkdirSync(path.dirname(target), { recursive: true })
  const placing = format.images === 'needed' || format.images === 'optional' ? placeImage : undefined
  await format.write!(project.source(), target, { appVersion: '0', placeImage: placing, settings: reading.settings })
  return { project, target }
}

const titled = ({ missing }: { missing?: string }) => (missing ? ` (skipped: ${missing})` : '')
const by = (list: readonly Reading[]) => list.map((one) => ({ ...one, by: one.reader ?? one.format }))

describe.skipIf(formats.missing)(`what Surmise writes, read by the programs${titled(formats)}`, () => {
  test.each(by(readings))('$by', async (reading) => {
    const { project, target } = await written(reading)
    expect(readBy(formats.python!, 'read.py', [reading.by, target])).toEqual(expected(project, reading))
  })
})

const present = { absent: true }
const labelled = { absent: true, unlabelled: true }

/** Read where images are in folders of several names, from elsewhere. */
const torchReadings: Reading[] = [
  { format: 'yolo', reader: 'ultralytics-yolo', target: 'x', without: labelled },
  { format: 'yolo-cls', reader: 'ultralytics-yolo-cls', target: 'x', without: labelled },
  { format: 'folders', reader: 'torchvision-folders', target: 'x', without: labelled },
  { format: 'coco', reader: 'torchvision-coco', target: 'x', without: present },
  {
    format: 'voc',
    reader: 'torchvision-voc',
    target: 'VOCdevkit/VOC2012',
    settings: { split: 'train' },
    without: present,
  },
  { format: 'coco', reader: 'lightly-coco', target: 'x', without: present },
  { format: 'yolo', reader: 'lightly-yolo', target: 'x', without: labelled },
]

describe.skipIf(torch.missing)(`what Surmise writes, read by programs made with PyTorch${titled(torch)}`, () => {
  test.each(by(torchReadings))('$by', async (reading) => {
    const { project, target } = await written(reading)
    const found = readBy(torch.python!, 'read_torch.py', [reading.by, target, temporaryFolder()])
    expect(found).toEqual(expected(project, reading))
  })
})
