import { expect, test } from 'vitest'
import { Outgoing } from '../../src/renderer/bridge/outgoing.ts'

test('with nothing on its way out, nobody waits', () => {
  const told: string[] = []
  const outgoing = new Outgoing()
  outgoing.sent()
  outgoing.afterwards(() => told.push('painted'))
  expect(told).toEqual(['painted'])
})

test('what is painted comes after every call that was begun before it', async () => {
  const told: string[] = []
  const outgoing = new Outgoing()
  const call = async (name: string, promises: number) => {
    outgoing.begin()
    for (let i = 0; i < promises; i++) await null
    told.push(name)
    outgoing.sent()
  }
  const calls = [call('first', 3), call('second', 200)]
  outgoing.afterwards(() => told.push('painted'))
  await Promise.all(calls)
  expect(told).toEqual(['first', 'second', 'painted'])
})

test('a call that fails, or that takes longer than promises, keeps nobody waiting', async () => {
  const told: string[] = []
  const outgoing = new Outgoing()
  const over = outgoing.begin()
  outgoing.afterwards(() => told.push('after the failed one'))
  over()
  over()
  expect(told).toEqual(['after the failed one'])

  outgoing.begin()
  outgoing.afterwards(() => told.push('after the slow one'))
  await null
  expect(told).toHaveLength(1)
  await new Promise((go) => setTimeout(go))
  expect(told).toEqual(['after the failed one', 'after the slow one'])
})
