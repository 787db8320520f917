import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { tasks } from './nativeEntry.ts'
import { computeOf, failure, isAlive, untilGone } from './support.ts'

const startCompute = computeOf<typeof tasks>('nativeEntry.ts')

describe('a process that computes for ever in a native library, deaf to every message,', () => {
  test.each([
    ['is killed', 'on its main thread', 'endless'],
    ['is killed', 'on a thread of its own', 'endlessThread'],
    ['exits in a hurry', 'on its main thread', 'endless'],
    ['exits in a hurry', 'on a thread of its own', 'endlessThread'],
  ])('ends when the one that started it %s (%s)', async (how, _, task) => {
    const parent = spawn(process.execPath, [path.join(import.meta.dirname, 'parent.ts'), 'nativeEntry.ts', task], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const [line] = await once(parent.stdout, 'data')
    const pid = Number(line)
    // It is in the midst of it.
    await wait(1000)
    expect(isAlive(pid)).toBe(true)
    if (how === 'is killed') parent.kill('SIGKILL')
    else parent.stdin.write('\n')
    await once(parent, 'exit')
    await untilGone(pid)
  })

  test.each(['endless', 'endlessThread'] as const)(
    'is killed once its task (%s) was cancelled and does not end',
    async (task) => {
      const compute = startCompute({ endWithin: 300 })
      let crashes = 0
      compute.on('crash', () => crashes++)
      const pid = await compute.run('pid', undefined)
      const abort = new AbortController()
      const bystander = failure(compute.run('waits', undefined))
      const running = failure(compute.run(task, null, { signal: abort.signal, onProgress: () => abort.abort() }))
      expect(await running).toMatchObject({ code: 'cancelled' })
      expect(await bystander).toMatchObject({ code: 'compute-restarted' })
      // Whoever comes next needn't wait for anything.
      const next = await compute.run('pid', undefined)
      expect(next).not.toBe(pid)
      await untilGone(pid)
      expect([crashes, isAlive(next)]).toEqual([0, true])
    },
  )

  test('is killed once its time is over', async () => {
    const compute = startCompute()
    const pid = await compute.run('pid', undefined)
    expect(await failure(compute.run('endless', null, { within: 300 }))).toMatchObject({ code: 'compute-overdue' })
    await untilGone(pid)
    expect(isAlive(await compute.run('pid', undefined))).toBe(true)
  })

  test('is killed when everything is cancelled, whether anyone asked for a way to cancel it or not', async () => {
    const compute = startCompute({ endWithin: 300 })
    const running = failure(compute.run('endless', null, { onProgress: () => compute.cancelAll() }))
    expect(await running).toMatchObject({ code: 'cancelled' })
  })

  test('does not keep the program from ending', async () => {
    const compute = startCompute({ stopWithin: 300 })
    const pid = await compute.run('pid', undefined)
    const running = failure(compute.run('endless', null, { onProgress: () => void compute.stop() }))
    expect(await running).toMatchObject({ code: 'compute-stopped' })
    await untilGone(pid)
  })
})

test('a process that takes more memory than it may is ended, and says why', async () => {
  const compute = startCompute({ memory: 400 * 1024 ** 2 })
  const error = await failure(compute.run('gulp', undefined))
  expect(error).toMatchObject({ code: 'compute-crashed' })
  expect(String((error.cause as Error).message)).toContain('exceeded its memory limit')
})
