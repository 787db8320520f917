import { beforeAll, expect, test } from 'vitest'
import { ensureRenderer } from '../../scripts/rendererBuild.ts'
import { torture } from './torture.ts'

beforeAll(ensureRenderer)

// A small count of what `npm run torture` does by the hundred; one of each kind.
test('killed at random moments, nothing that was acknowledged is lost, nothing is there twice, nothing is torn', async () => {
  const tally = await torture({ count: 12, seed: 5 })
  expect(tally.problems).toEqual([])
  expect(tally.kills).toBe(12)
  expect(tally.acknowledged).toBeGreaterThan(0)
  for (const kind of ['merge', 'join features', 'restore']) expect(tally.during.get(kind)).toBe(1)
}, 600_000)
