import { expect, test } from 'vitest'
import { Events } from '../../src/main/app/events.ts'

test('whoever wants no more is let go of at once, also while nothing happens', async () => {
  const events = new Events()
  const told = events.subscribe()
  const waiting = told.next()
  await told.return()
  expect(await waiting).toEqual({ done: true, value: undefined })
  // What happens later is kept for nobody.
  events.notice('info', 'Too late')
  expect(await told.next()).toEqual({ done: true, value: undefined })
})
