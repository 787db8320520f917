import { expect, test } from 'vitest'
import type { BulkLine, BulkRequest } from '../../src/contract/bulk.ts'
import { bulkRequest } from '../../src/contract/bulk.ts'
import { previewBulk, sampleBulk, startBulk } from '../../src/main/app/bulk/bulk.ts'
import { setMarks, undo } from '../../src/main/app/marks/marks.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { surmise } from '../shell/cliProcess.ts'
import { labelNames, scored } from './scored.ts'
import { newApplication, temporaryFolder } from './support.ts'

/**
 * A thousand images and three labels. Dog is common, and its model good; cat is rare, and its model knows little: it takes all of
 * its images for absent ones. Of sun only a few are known. 400 images are known, of the others the truth is here alone.
 */
const images = 1000
const known = 400
const isDog = (i: number): boolean => i % 2 === 0
const isCat = (i: number): boolean => i % 40 === 7
const isSun = (i: number): boolean => i % 5 === 1

async function holiday(application = newApplication()): Promise<Workspace> {
  const p = (i: number): number[] => {
    const spread = (i % 17) / 1000
    // One in fifty of what looks like a dog is none: on both sides, known and unknown alike.
    const dog = i % 100 === 13 ? 0.9 : isDog(i) ? 0.97 + spread : 0.02 - spread
    return [dog, 0.03 + spread, isSun(i) ? 0.98 : 0.02]
  }
  const workspace = await scored(
    application,
    Array.from({ length: images }, (_, i) => p(i)),
  )
  const ids = workspace.project.images.ids({}, { by: 'added' })
  const marks = Array.from({ length: known }, (_, i) =>
    [isDog(i), isCat(i), isSun(i)].flatMap((is, label) =>
      label === 2 && i >= 30 ? [] : [{ imageId: ids[i], labelId: label + 1, state: is ? (1 as const) : (-1 as const) }],
    ),
  )
  await setMarks(workspace, marks.flat())
  return workspace
}

const request = (more: Partial<BulkRequest> = {}): BulkRequest =>
  bulkRequest.parse({ labelIds: null, filter: null, ...more })
const lineOf = (lines: readonly BulkLine[], label: string, side: 'present' | 'absent' = 'present'): BulkLine =>
  lines.find((line) => line.labelId === labelNames.indexOf(label) + 1 && line.side === side)!

test('present only unless asked: what each label bears out, and why the others are not offered', async () => {
  const workspace = await holiday()
  const preview = await previewBulk(workspace, request())
  expect(preview.lines.map(({ side }) => side)).toEqual(['present', 'present', 'present'])
  const dog = lineOf(preview.lines, 'dog')
  expect(dog).toMatchObject({ count: 306, suggested: 306, heldOut: 204, lost: null, refusal: null })
  expect(dog.precision).toBeGreaterThanOrEqual(0.95)
  expect(lineOf(preview.lines, 'cat').refusal).toEqual({ reason: 'nothing', known: 0, more: null })
  expect(lineOf(preview.lines, 'sun').refusal).toEqual({ reason: 'few-known', known: 6, more: 53 })
  expect(preview.count).toBe(306)

  const sample = await sampleBulk(workspace, { token: preview.token, labelId: 1, side: 'present' })
  const least = sample.filter(({ drawn }) => drawn === 'least').map(({ probability }) => probability)
  expect(least.length).toBe(12)
  expect(Math.min(...least)).toBeCloseTo(0.9)
  await expect(sampleBulk(workspace, { token: 'other', labelId: 1, side: 'present' })).rejects.toMatchObject({
    code: 'bulk-forgotten',
  })
})

test('of images that can’t be seen nothing is accepted, whatever the filter', async () => {
  const workspace = await holiday()
  const ids = workspace.project.images.ids({}, { by: 'added' })
  workspace.project.images.applyScan({ missing: [ids[400], ids[402]] })
  expect((await previewBulk(workspace, request())).count).toBe(304)
  expect((await previewBulk(workspace, request({ filter: { status: ['missing'] } }))).count).toBe(0)
})

test('with absent, too, a rare label keeps its positives', async () => {
  const workspace = await holiday()
  const { lines, token, count } = await previewBulk(workspace, request({ sides: ['present', 'absent'] }))
  // 97 of 100 are absent, and all would have been marked so.
  expect(lineOf(lines, 'cat', 'absent').refusal).toEqual({ reason: 'few-positives', known: 10, more: 139 })
  const dog = lineOf(lines, 'dog', 'absent')
  expect(dog).toMatchObject({ count: 294, lost: { positives: 302 } })
  expect(dog.lost!.share).toBeLessThanOrEqual(0.02)

  const before = workspace.project.labels.list().map(({ presentCount, absentCount }) => [presentCount, absentCount])
  const done = await startBulk(workspace, token).done
  expect([done.changed, count]).toEqual([600, 600])
  const matrix = await workspace.project.states.matrix()
  const ids = workspace.project.images.ids({}, { by: 'added' })
  const lost = Array.from(ids.keys()).filter((i) => i >= known && isCat(i) && matrix.get(ids[i], 2) !== 0)
  expect(lost).toEqual([])
  expect(workspace.project.progress.acceptedInBulk()).toMatchObject([
    { labels: [{ name: 'dog', present: 306, absent: 294 }] },
  ])
  // What was accepted is no evidence of what accepting is worth.
  const again = await previewBulk(workspace, request())
  expect(lineOf(again.lines, 'dog')).toMatchObject({ count: 0, heldOut: 204 })
  await undo(workspace)
  expect(workspace.project.labels.list().map(({ presentCount, absentCount }) => [presentCount, absentCount])).toEqual(
    before,
  )
  expect(workspace.project.progress.acceptedInBulk()).toEqual([])
})

test('the command does the same: what it would do, does, and status tells of it', async () => {
  const home = temporaryFolder()
  const application = newApplication()
  const file = (await holiday(application)).project.path
  await application.shutdown()
  const dry = await surmise(['accept', file, '--dry-run', '--json'], { home })
  expect(dry).toMatchObject({ code: 0, json: { dryRun: true, absent: false, accepted: 306, changed: 0 } })
  const labels = dry.json.labels as { label: string; side: string; accepted: number; leastCertain: unknown[] }[]
  const told = await surmise(['accept', file, '--dry-run'], { home })
  expect(told.output).toContain('sun, present: 6 known images to check such suggestions against; 53 more would do.')
  expect(told.output).toContain('Would accept 306 suggestions in 306 images; nothing was written.')
  expect(labels.map(({ label, side, accepted }) => [label, side, accepted])).toEqual([
    ['dog', 'present', 306],
    ['cat', 'present', 0],
    ['sun', 'present', 0],
  ])
  expect(labels[0].leastCertain.length).toBe(12)

  // One in a hundred can't be shown of 200 known positives: present ones are accepted all the same.
  const absent = ['accept', file, '--absent', '--max-lost', '1%', '--label', 'dog', '--json']
  expect((await surmise(absent, { home })).json).toMatchObject({ maxLost: 0.01, accepted: 306, changed: 306 })
  const status = await surmise(['status', file, '--json'], { home })
  expect(status.json).toMatchObject({ acceptedInBulk: [{ labels: [{ name: 'dog', present: 306, absent: 0 }] }] })
  expect((await surmise(['status', file], { home })).output).toContain('    dog: 306 present\n')
  expect((await surmise(['accept', file, '--json'], { home })).json).toMatchObject({ accepted: 0, changed: 0 })

  const wrong = await surmise(['accept', file, '--label', 'dgo', '--json'], { home })
  expect(wrong).toMatchObject({ code: 1, json: { error: { code: 'label-unknown' } } })
  expect((await surmise(['accept', file, '--precision', '1.5'], { home })).code).toBe(1)
})
