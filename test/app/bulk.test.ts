import { expect, test } from 'vitest'
import type { BulkLine, BulkRequest } from '../../src/contract/bulk.ts'
import { bulkRequest } from '../../src/contract/bulk.ts'
import { previewBulk, sampleBulk, startBulk } from '../../src/main/app/bulk/bulk.ts'
import { undo } from '../../src/main/app/marks/marks.ts'
import { isCat, known, rareCats } from './rareCats.ts'
import { labelNames } from './scored.ts'

const request = (more: Partial<BulkRequest> = {}): BulkRequest =>
  bulkRequest.parse({ labelIds: null, filter: null, ...more })
const lineOf = (lines: readonly BulkLine[], label: string, side: 'present' | 'absent' = 'present'): BulkLine =>
  lines.find((line) => line.labelId === labelNames.indexOf(label) + 1 && line.side === side)!

test('present only unless asked: what each label bears out, and why the others are not offered', async () => {
  const workspace = await rareCats()
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
  const workspace = await rareCats()
  const ids = workspace.project.images.ids({}, { by: 'added' })
  workspace.project.images.applyScan({ missing: [ids[400], ids[402]] })
  expect((await previewBulk(workspace, request())).count).toBe(304)
  expect((await previewBulk(workspace, request({ filter: { status: ['missing'] } }))).count).toBe(0)
})

test('with absent, too, a rare label keeps its positives', async () => {
  const workspace = await rareCats()
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
