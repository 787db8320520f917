import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatById, formats } from '../../src/main/exchange/formats/list.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { isXmlText } from '../../src/main/exchange/read/xml.ts'
import { expectCocoRules } from './cocoRules.ts'
import { temporaryFolder } from './folder.ts'
import type { MemoryProject } from './memoryProject.ts'
import { uglyProject, withSameImages } from './uglyProject.ts'

const coco = formatById('coco')

test('COCO: what was exported comes back whole: states, sources, times, scores, models, order, colours, keys', async () => {
  const folder = temporaryFolder()
  await fc.assert(
    fc.asyncProperty(uglyProject, async (original) => {
      const file = path.join(folder, 'x.json')
      await coco.write!(original.source(), file, { appVersion: '0' })
      expectCocoRules(readFileSync(file, 'utf8'))
      const fresh = withSameImages(original)
      const plan = await ImportPlan.make('coco', await coco.read!(file, {}), fresh.target())
      expect(plan.preview.problems.filter(({ code }) => code !== 'no-annotations')).toEqual([])
      expect(plan.preview).toMatchObject({
        ours: true,
        rest: null,
        images: { unmatched: 0, matched: original.images.length },
      })
      await plan.apply(fresh)

      expect(fresh.labels.map(({ id: _, ...label }) => label)).toEqual(
        original.labels.map(({ id: _, ...label }) => label),
      )
      expect(fresh.images.map(({ uid }) => uid)).toEqual(original.images.map(({ uid }) => uid))
      const named = (one: MemoryProject) => {
        const labelUid = new Map(one.labels.map(({ id, uid }) => [id, uid]))
        const modelUid = new Map(one.models.map(({ id, uid }) => [id, uid]))
        return {
          models: one.models.map(({ id: _, labelIds, ...model }) => ({
            ...model,
            labels: labelIds.map((id) => labelUid.get(id)),
          })),
          states: one.images.map(({ id, path: file }) => [
            file,
            one
              .statesOf(id)
              .map(({ labelId, modelId, ...state }) => ({
                ...state,
                label: labelUid.get(labelId),
                model: modelUid.get(modelId ?? -1),
              }))
              .sort((a, b) => (a.label! < b.label! ? -1 : 1)),
          ]),
        }
      }
      expect(named(fresh)).toEqual(named(original))

      // And once more: the second export says the same, byte for byte.
      const again = path.join(folder, 'again.json')
      Object.assign(fresh, { uuid: original.uuid, name: original.name, changedAt: original.changedAt })
      await coco.write!(fresh.source(), again, { appVersion: '0' })
      expect(readFileSync(again, 'utf8')).toBe(readFileSync(file, 'utf8'))
    }),
    { numRuns: 150 },
  )
})

interface RoundTrip {
  /** What it is written to, in a folder of its own. */
  target: string
  settings?: Record<string, string>
  readSettings?: Record<string, string>
  /** Formats that are about images that can be read. */
  readableOnly?: boolean
  /** Paths become names of files: those that a disk has, and a scan finds. */
  onDisk?: boolean
  /** The images themselves lie there. */
  pictures?: boolean
  /** Some characters XML can't hold. */
  xml?: boolean
}

/** Every format that is both read and written; what each can't say is in its `says`. */
const roundTrips: Record<string, RoundTrip[]> = {
  lvis: [{ target: 'x.json', readableOnly: true }],
  csv: [{ target: 'x.csv' }, { target: 'x.tsv' }],
  'open-images': [{ target: 'x.csv' }],
  tags: [{ target: 'x.csv' }, { target: 'x.csv', settings: { separator: 'bar' }, readSettings: { separator: 'bar' } }],
  voc: [
    { target: 'x', onDisk: true },
    { target: 'x', onDisk: true, pictures: true, settings: { split: 'train' } },
  ],
  cvat: [{ target: 'x.xml', readableOnly: true, xml: true }],
  yolo: [
    { target: 'x', onDisk: true },
    { target: 'x', onDisk: true, pictures: true },
  ],
  'yolo-cls': [{ target: 'x', onDisk: true, pictures: true, readableOnly: true, settings: { split: 'val' } }],
  folders: [{ target: 'x', onDisk: true, pictures: true, readableOnly: true }],
  'label-studio': [{ target: 'x.json' }],
  datumaro: [{ target: 'x.json' }],
  fiftyone: [{ target: 'x', onDisk: true, pictures: true, readableOnly: true }],
  huggingface: [{ target: 'x', onDisk: true, pictures: true, readableOnly: true }],
  npy: [{ target: 'x.npy' }],
  'csv-wide': [
    { target: 'x.csv' },
    { target: 'x.tsv', settings: { values: 'true-false-empty' } },
    { target: 'x.csv', settings: { values: '1-minus-0' }, readSettings: { numbers: 'minus-absent' } },
  ],
}

test('every format that is both read and written is on the list', () => {
  const both = formats.filter(({ read, write }) => read && write).map(({ id }) => id)
  expect(Object.keys(roundTrips).sort()).toEqual(both.filter((id) => id !== 'coco').sort())
})

/** What a format can tell of a project. */
function sayable(
  project: MemoryProject,
  id: string,
  { readableOnly, xml }: RoundTrip,
): ReturnType<MemoryProject['told']> {
  const { says } = formatById(id)
  const isSayable = (name: string) => !xml || isXmlText(name)
  const unreadable = new Set(project.images.filter(({ problem }) => problem).map(({ path: file }) => file))
  return Object.fromEntries(
    Object.entries(project.told()).flatMap(([file, told]) => {
      if ((readableOnly && unreadable.has(file)) || !isSayable(file)) return []
      const kept = Object.entries(told).filter(
        ([label, state]) => (says.absent || state === 'present') && isSayable(label),
      )
      return kept.length > 0 ? [[file, Object.fromEntries(kept)]] : []
    }),
  )
}

const cases = Object.entries(roundTrips).flatMap(([id, ways]) => ways.map((way) => [id, way] as const))

/** As they come from a scan of a disk, with an image's ending. */
function onDisk(project: MemoryProject): MemoryProject {
  for (const image of project.images) {
    image.path = `${image.path}.jpg`
    fc.pre(image.path.split('/').every((part) => !part.startsWith('.') && Buffer.byteLength(part) < 200))
  }
  return project
}

/** Each image is what it is called. */
async function placeImage({ path: file }: { path: string }, destination: string): Promise<void> {
  mkdirSync(path.dirname(destination), { recursive: true })
  writeFileSync(destination, file)
}

test.each(cases)('%s %j: what it can say comes back, whatever the names', async (id, way) => {
  const format = formatById(id)
  await fc.assert(
    fc.asyncProperty(uglyProject, async (project) => {
      if (way.readableOnly) fc.pre(project.images.some(({ problem }) => problem === null))
      const original = way.onDisk ? onDisk(project) : project
      const expected = sayable(original, id, way)
      fc.pre(format.images !== 'needed' || Object.keys(expected).length > 0)
      fc.pre(format.says.unlabelled || original.images.some(({ id: image }) => original.statesOf(image).length > 0))
      const target = path.join(temporaryFolder(), way.target)
      const report = await format.write!(original.source(), target, {
        ...{ appVersion: '0', settings: way.settings },
        placeImage: way.pictures ? placeImage : undefined,
      })
      const fresh = withSameImages(original)
      const collected = await format.read!(target, { settings: way.readSettings })
      const plan = await ImportPlan.make(id, collected, fresh.target())
      const harmless = ['label-similar', 'no-annotations', 'image-twice']
      expect(plan.preview.problems.filter(({ code }) => !harmless.includes(code))).toEqual([])
      expect(plan.preview.images.unmatched).toBe(0)
      await plan.apply(fresh)
      expect(fresh.told()).toEqual(expected)
      if (!way.xml) expect(plan.preview.states).toMatchObject({ present: report.present, absent: report.absent })
    }),
    { numRuns: way.onDisk ? 40 : 100 },
  )
})
