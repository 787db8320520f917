import { expect, test } from 'vitest'
import { surmise } from '../shell/cliProcess.ts'
import { rareCats } from './rareCats.ts'
import { newApplication, temporaryFolder } from './support.ts'

test('the command does the same: what it would do, does, and status tells of it', async () => {
  const home = temporaryFolder()
  const application = newApplication()
  const file = (await rareCats(application)).project.path
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
