import { beforeAll, expect, test } from 'vitest'
import { ensureRenderer } from '../../scripts/rendererBuild.ts'
import { pictureProject } from '../app/support.ts'
import { computeAborts } from './aborts.ts'
import { powerCuts } from './powerCuts.ts'
import { torture } from './torture.ts'

beforeAll(ensureRenderer)

// Small counts of what `npm run torture` does by the hundred.
test('killed at random moments, nothing that was acknowledged is lost, nothing is there twice, nothing is torn', async () => {
  const tally = await torture({ count: 12, seed: 5 })
  expect(tally.problems).toEqual([])
  expect(tally.kills).toBe(12)
  expect(tally.acknowledged).toBeGreaterThan(0)
  for (const kind of ['merge', 'join features', 'restore']) expect(tally.during.get(kind)).toBe(1)
})

// Only there can be told when a process stands still.
test.skipIf(process.platform !== 'linux')(
  'the power is cut at random moments: all that was told as saved is there',
  async () => {
    const { acknowledged, problems } = await powerCuts(15, 2)
    expect(problems).toEqual([])
    expect(acknowledged).toBeGreaterThan(15)
  },
)

test('the compute process is aborted again and again: each time a sentence, and the next task is done', async () => {
  const { workspace } = await pictureProject(4)
  expect(await computeAborts(workspace, 6)).toEqual([])
})
