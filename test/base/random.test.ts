import { expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'

test('the uniforms are numpy’s', () => {
  // numpy.random.RandomState(0).random(3) and RandomState(12345).random(2)
  const zero = new RandomState(0)
  expect([zero.random(), zero.random(), zero.random()]).toEqual([
    0.5488135039273248, 0.7151893663724195, 0.6027633760716439,
  ])
  const other = new RandomState(12345)
  expect([other.random(), other.random()]).toEqual([0.9296160928171479, 0.3163755545817859])
})

test('a shuffle keeps every item, and depends on the seed alone', () => {
  const items = Array.from({ length: 100 }, (_, i) => i)
  const once = new RandomState(3).shuffle([...items])
  expect(once).toEqual(new RandomState(3).shuffle([...items]))
  expect(once).not.toEqual(items)
  expect(once.toSorted((a, b) => a - b)).toEqual(items)
})

test('the sequence goes on from where its state was read', () => {
  const random = new RandomState(7)
  for (let i = 0; i < 700; i++) random.uint32()
  const state = random.state()
  const next = Array.from({ length: 700 }, () => random.uint32())
  const again = new RandomState(0)
  again.restore(state)
  expect(Array.from({ length: 700 }, () => again.uint32())).toEqual(next)
})
