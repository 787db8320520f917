import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Peers, peersPython } from '../../scripts/peers.ts'
import { startImport, startPreview } from '../../src/main/app/exchange/importing.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { newApplication, temporaryFolder } from '../app/support.ts'

/** Subfolders, two files of one name, a space; labels of one image and of many, with a space, and one that is a number. */
const truth: Record<string, string[]> = {
  'set a/one.jpg': ['dog', 'traffic light'],
  'set b/one.jpg': ['dog'],
  'set b/two.jpg': ['traffic light', '7'],
  'three.jpg': ['cat', 'dog', '7'],
  'four.jpg': ['cat'],
  'five.jpg': ['dog', 'cat'],
  'a b.jpg': ['traffic light'],
  'six.jpg': ['dog', '7'],
}

/** Scripts that write the same labels in several ways, and what is known there of labels that aren't present. */
const programs: { peers: Peers; script: string; cases: Record<string, 'unknown' | 'absent'> }[] = [
  {
    peers: 'formats',
    script: 'write.py',
    cases: {
      'datumaro-datumaro': 'unknown',
      'datumaro-coco': 'unknown',
      'datumaro-voc': 'absent',
      'datumaro-imagenet_txt': 'unknown',
      'datumaro-cvat': 'unknown',
      'datumaro-open_images': 'unknown',
      'datumaro-boxes-coco': 'unknown',
      'datumaro-boxes-voc': 'unknown',
      'datumaro-boxes-yolo': 'unknown',
      'datumaro-boxes-cvat': 'unknown',
      'datumaro-boxes-datumaro': 'unknown',
      'datasets-lines': 'unknown',
      'datasets-parquet': 'unknown',
      'datasets-disk': 'unknown',
      'datasets-imagefolder': 'unknown',
      'pandas-wide': 'absent',
      'pandas-wide-index': 'absent',
      'pandas-wide-utf16': 'absent',
      'pandas-wide-semicolon': 'absent',
      'pandas-wide-bool': 'absent',
      'pandas-long': 'unknown',
      'pandas-long-tabs': 'unknown',
      'pandas-lists': 'unknown',
      'pandas-tags-comma': 'unknown',
      'pandas-tags-comma-space': 'unknown',
      'pandas-tags-semicolon': 'unknown',
      'pandas-tags-bar': 'unknown',
      'pandas-records': 'unknown',
    },
  },
  {
    peers: 'fiftyone',
    script: 'write_fiftyone.py',
    cases: {
      'fiftyone-dataset': 'unknown',
      'fiftyone-coco': 'unknown',
      'fiftyone-voc': 'unknown',
      'fiftyone-yolo': 'unknown',
      'fiftyone-cvat': 'unknown',
      'fiftyone-image-labels': 'unknown',
    },
  },
  // Its YOLO export has the names of files alone: two of one name are one there.
  { peers: 'torch', script: 'write_lightly.py', cases: { 'lightly-csv': 'unknown', 'lightly-coco': 'unknown' } },
]

/** Every known pair of the project: by image, labels that are present and absent, in order. */
async function known({ project }: Workspace): Promise<Record<string, { present: string[]; absent: string[] }>> {
  const matrix = await project.states.matrix()
  const labels = project.labels.list()
  return Object.fromEntries(
    project.images.known().map(({ id, path: file }) => {
      const states = labels.map(({ id: labelId, name }) => ({ name, state: matrix.get(id, labelId) }))
      const named = (wanted: number) => states.flatMap(({ name, state }) => (state === wanted ? [name] : [])).sort()
      return [file, { present: named(1), absent: named(-1) }]
    }),
  )
}

describe.each(programs)('what programs write, as it comes: $script', ({ peers, script, cases }) => {
  const { python, missing } = { python: '', missing: undefined, ...peersPython(peers) }
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-peers-'))
  const imagesRoot = path.join(folder, 'images')
  let places: Map<string, string>

  beforeAll(async () => {
    if (missing) return
    for (const [i, file] of Object.keys(truth).entries()) {
      const place = path.join(imagesRoot, file)
      mkdirSync(path.dirname(place), { recursive: true })
      await sharp({ create: { width: 32, height: 24, channels: 3, background: { r: 20 * i, g: 90, b: 200 } } })
        .jpeg()
        .toFile(place)
    }
    const labels = path.join(folder, 'labels.json')
    writeFileSync(labels, JSON.stringify(truth))
    const args = ['-X', 'utf8', path.join(import.meta.dirname, script), imagesRoot, labels, path.join(folder, 'out')]
    const { status, stdout, stderr } = spawnSync(python, args, { encoding: 'utf8' })
    expect([status, status === 0 ? '' : stderr]).toEqual([0, ''])
    const written = JSON.parse(stdout.trim().split('\n').at(-1)!) as { name: string; place: string }[]
    places = new Map(written.map(({ name, place }) => [name, place]))
    expect([...places.keys()].sort()).toEqual(Object.keys(cases).sort())
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const skips = missing ? ` (skipped: ${missing})` : ''
  test.skipIf(missing).each(Object.entries(cases))(`%s${skips}`, async (name, others) => {
    const project = { path: path.join(temporaryFolder(), 'p.surmise'), imagesRoot, labels: [] }
    const { workspace, scan } = await newApplication().createAndScan(project)
    await scan.done
    const preview = await startPreview(workspace, { path: places.get(name)! }).done
    await startImport(workspace, preview.token, {}).done
    const all = [...new Set(Object.values(truth).flat())].sort()
    const wanted = Object.entries(truth).map(([file, present]) => {
      const absent = others === 'absent' ? all.filter((label) => !present.includes(label)) : []
      return [file, { present: present.toSorted(), absent }]
    })
    expect(await known(workspace)).toEqual(Object.fromEntries(wanted))
    const labels = workspace.project.labels.list()
    expect(labels.map((label) => label.name).sort()).toEqual(all)
  })
})
