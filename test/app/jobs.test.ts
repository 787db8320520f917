import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { AppEvent } from '../../src/contract/schemas.ts'
import { appEvent } from '../../src/contract/schemas.ts'
import { Events } from '../../src/main/app/events.ts'
import { Jobs } from '../../src/main/app/jobs.ts'
import { cancelled, UserError } from '../../src/main/base/errors.ts'
import { silent } from '../../src/main/base/log.ts'

async function collect(events: Events, work: () => Promise<void>): Promise<AppEvent[]> {
  const abort = new AbortController()
  const heard: AppEvent[] = []
  const hearing = (async () => {
    for await (const event of events.subscribe(abort.signal)) heard.push(appEvent.parse(event))
  })()
  await work()
  await wait(0)
  abort.abort()
  await hearing
  return heard
}

test('a job tells how far it is, a few times a second, and what came of it', async () => {
  const events = new Events()
  const jobs = new Jobs(events, silent)
  const began = performance.now()
  const heard = await collect(events, async () => {
    const job = jobs.start('scan', 'Look', async ({ update, point }) => {
      for (let i = 0; i < 1000; i++) {
        update({ phase: `Reading ${i}`, fraction: i / 1000, secondsLeft: Number.POSITIVE_INFINITY })
        if (i % 100 === 0) await wait(10)
      }
      point({ fraction: 1, loss: 0.5, mAP: null, of: null })
      return { result: 42, outcome: 'All read.' }
    })
    expect(await job.done).toBe(42)
  })
  // Of a thousand steps, however long a busy machine takes for them.
  expect(heard.length).toBeLessThan(6 + (performance.now() - began) / 100)
  expect(heard.at(-1)).toMatchObject({
    kind: 'job',
    job: { state: 'done', outcome: 'All read.', fraction: 1, secondsLeft: null, error: null, curve: [{ loss: 0.5 }] },
  })
  expect(jobs.list()).toHaveLength(1)
})

test('a job is cancelled, fails with a sentence, or fails as a bug', async () => {
  const jobs = new Jobs(new Events(), silent)
  const waiting = jobs.start('train', 'Fine-tune', async ({ signal }) => {
    await wait(60_000, undefined, { signal })
    return { result: 0, outcome: '' }
  })
  expect(jobs.running('train')?.id).toBe(waiting.id)
  jobs.cancel(waiting.id)
  await expect(waiting.done).rejects.toThrow()
  const polite = jobs.start('train', 'Fine-tune', async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    throw cancelled('Fine-tuning')
  })
  jobs.cancel(polite.id)
  await expect(polite.done).rejects.toThrow('cancelled')
  const user = jobs.start('export', 'Export', () =>
    Promise.reject(new UserError('enospc', 'The disk is full.', 'Free some.')),
  )
  await expect(user.done).rejects.toThrow('full')
  const bug = jobs.start('export', 'Export', () => Promise.reject(new Error('x is not a function')))
  await expect(bug.done).rejects.toThrow()
  expect(jobs.list()).toMatchObject([
    { state: 'cancelled', outcome: 'Fine-tune: cancelled.', error: null },
    { state: 'cancelled', outcome: 'Fine-tuning was cancelled.', error: null },
    { state: 'failed', error: { code: 'enospc', message: 'The disk is full.', hint: 'Free some.' } },
    { state: 'failed', error: { code: 'bug', message: 'Something went wrong in Surmise.' } },
  ])
  expect(jobs.running('train')).toBeUndefined()
})

test('only the last twenty that are over are kept', async () => {
  const jobs = new Jobs(new Events(), silent)
  for (let i = 0; i < 30; i++) await jobs.start('scan', `${i}`, async () => ({ result: i, outcome: 'Done.' })).done
  expect(jobs.list().map(({ title }) => title)).toEqual(Array.from({ length: 20 }, (_, i) => `${i + 10}`))
})

test('a client that reads slowly misses nothing, and its queue stays short', async () => {
  const events = new Events()
  const abort = new AbortController()
  const stream = events.subscribe(abort.signal)
  for (let i = 1; i <= 500; i++) {
    events.publish({ kind: 'states', imageIds: [i % 3], undoTitle: `${i}`, redoTitle: null })
    events.publish({ kind: 'images' })
  }
  events.notice('info', 'first')
  events.notice('info', 'second')
  const heard: AppEvent[] = []
  setTimeout(() => abort.abort(), 20)
  for await (const event of stream) heard.push(event)
  expect(heard).toMatchObject([
    { kind: 'states', imageIds: expect.arrayContaining([0, 1, 2]), undoTitle: '500' },
    { kind: 'images' },
    { kind: 'notice', message: 'first' },
    { kind: 'notice', message: 'second' },
  ])
  for (let i = 0; i < 1200; i++) events.publish({ kind: 'states', imageIds: [i], undoTitle: null, redoTitle: null })
  expect((await stream.next()).done).toBe(true)
})
