import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { UserError } from '../../src/main/base/errors.ts'
import type { Crash } from '../../src/main/compute/client.ts'
import type { LogLevel } from '../../src/main/compute/tasks.ts'
import type { tasks } from './entry.ts'
import { computeOf, failure, isAlive, until, untilGone } from './support.ts'

const here = import.meta.dirname
const startCompute = computeOf<typeof tasks>('entry.ts')

describe('a task', () => {
  test('takes an input and gives a result, many at a time', async () => {
    const compute = startCompute()
    const sums = await Promise.all(Array.from({ length: 200 }, (_, a) => compute.run('add', { a, b: 1 })))
    expect(sums).toEqual(Array.from({ length: 200 }, (_, a) => a + 1))
  })

  test('reports progress in order, before its result', async () => {
    const steps: number[] = []
    const result = await startCompute().run('count', { steps: 5 }, { onProgress: ({ done }) => steps.push(done) })
    expect(steps).toEqual([1, 2, 3, 4, 5])
    expect(result).toEqual({ done: 5, complete: true })
  })

  test('passes typed arrays as such, both ways', async () => {
    const numbers = Float32Array.from({ length: 1_000_000 }, (_, i) => i / 3)
    const result = await startCompute().run('doubled', {
      numbers,
      halves: new Float16Array([0.5, -2, Number.POSITIVE_INFINITY]),
      bytes: new Uint8Array([1, 2, 3]),
      big: new BigInt64Array([2n ** 60n]),
    })
    expect(result.kinds).toEqual(['Float32Array', 'Float16Array', 'Uint8Array', 'BigInt64Array'])
    expect(result.numbers).toEqual(numbers.map((x) => 2 * x))
    expect(result.halves).toEqual(new Float16Array([1, -4, Number.POSITIVE_INFINITY]))
    expect(result.bytes).toEqual(new Uint8Array([2, 4, 6]))
    expect(result.big).toEqual(new BigInt64Array([2n ** 61n]))
  })

  test('fails with its UserError', async () => {
    const error = await failure(startCompute().run('userError', undefined))
    expect(error).toBeInstanceOf(UserError)
    expect(error).toMatchObject({ code: 'too-blue', message: 'The picture is too blue.', hint: 'Take another.' })
  })

  test('fails with a sentence when the system does', async () => {
    const error = await failure(startCompute().run('systemError', undefined))
    expect(error).toMatchObject({ code: 'enospc', message: 'The disk is full.' })
  })

  test('fails with the stack of a bug', async () => {
    const error = await failure(startCompute().run('bug', undefined))
    expect(error).not.toBeInstanceOf(UserError)
    expect(error.message).toBe('undefined is not a picture')
    expect(error.stack).toContain('deepInside')
  })

  test('whose result or input can’t be sent is a bug, not a silence', async () => {
    const compute = startCompute()
    expect((await failure(compute.run('notCloneable', undefined))).message).toMatch(/could not be cloned/)
    const input = { a: 1, b: (() => 2) as unknown as number }
    expect((await failure(compute.run('add', input))).message).toMatch(/could not be cloned/)
    expect(await compute.run('add', { a: 1, b: 2 })).toBe(3)
  })

  test('that does not exist is a bug', async () => {
    const error = await failure(startCompute().run('toString' as 'add', { a: 1, b: 2 }))
    expect(error.message).toContain('no task “toString”')
  })
})

describe('cancelling', () => {
  test('ends a task that throws the reason', async () => {
    const abort = new AbortController()
    const running = startCompute().run('forever', null, { signal: abort.signal, onProgress: () => abort.abort() })
    expect(await failure(running)).toMatchObject({ code: 'cancelled' })
  })

  test('keeps what a task returns', async () => {
    const abort = new AbortController()
    const result = await startCompute().run(
      'count',
      { steps: 100_000 },
      { signal: abort.signal, onProgress: ({ done }) => done === 3 && abort.abort() },
    )
    expect(result.complete).toBe(false)
    expect(result.done).toBeGreaterThanOrEqual(3)
  })

  test('before the start starts nothing', async () => {
    const running = startCompute().run('deaf', null, { signal: AbortSignal.abort() })
    expect(await failure(running)).toMatchObject({ code: 'cancelled' })
  })

  test('leaves the other tasks alone', async () => {
    const compute = startCompute()
    const abort = new AbortController()
    const other = compute.run('count', { steps: 20 })
    const mine = failure(compute.run('forever', null, { signal: abort.signal, onProgress: () => abort.abort() }))
    expect(await mine).toMatchObject({ code: 'cancelled' })
    expect(await other).toEqual({ done: 20, complete: true })
  })
})

describe('a crash', () => {
  test('by abort() in a native library rejects what was running, is told, and the next task starts anew', async () => {
    const compute = startCompute({ restart: { firstDelay: 10 } })
    const crashes: Crash[] = []
    compute.on('crash', (crash) => crashes.push(crash))
    const bystander = failure(compute.run('forever', null))
    const before = await compute.run('pid', undefined)
    const error = await failure(compute.run('abort', undefined))
    expect(error).toBeInstanceOf(UserError)
    expect(error).toMatchObject({ code: 'compute-crashed' })
    expect(error.message).toContain('SIGABRT')
    expect(await bystander).toMatchObject({ code: 'compute-crashed' })
    expect(crashes).toHaveLength(1)
    expect(crashes[0].tasks.sort()).toEqual(['abort', 'forever'])
    expect(crashes[0].lastLines.join('\n')).toContain('the driver says: no')
    expect(await compute.run('pid', undefined)).not.toBe(before)
    expect(await compute.run('add', { a: 1, b: 2 })).toBe(3)
  })

  test('by SIGKILL is named', async () => {
    const compute = startCompute()
    const running = compute.run('forever', null, { onProgress: () => process.kill(compute.pid!, 'SIGKILL') })
    expect((await failure(running)).message).toContain('SIGKILL')
  })

  test('by an exit or a rejection that nobody handles', async () => {
    const compute = startCompute({ restart: { firstDelay: 10 } })
    expect((await failure(compute.run('exit', { code: 7 }))).message).toContain('exit code 7')
    const crash = new Promise<Crash>((resolve) => compute.once('crash', resolve))
    expect((await failure(compute.run('rejectLater', undefined))).message).toContain('exit code 1')
    expect((await crash).lastLines.join('\n')).toContain('nobody waits for me')
  })

  test('between tasks does no harm', async () => {
    const compute = startCompute({ restart: { firstDelay: 10 } })
    await compute.run('add', { a: 1, b: 1 })
    const crash = new Promise((resolve) => compute.once('crash', resolve))
    process.kill(compute.pid!, 'SIGKILL')
    const next = compute.run('add', { a: 1, b: 2 }).catch((error) => error)
    await crash
    // Either it was sent to the dying process, or it waited for the new one. Never nothing.
    expect([3, 'compute-crashed']).toContain(((await next) as UserError).code ?? (await next))
    expect(await compute.run('add', { a: 2, b: 2 })).toBe(4)
  })

  test('again and again ends in a sentence, and is forgotten after a while', async () => {
    const policy = { firstDelay: 5, longestDelay: 20, crashesInLoop: 3, refusedFor: 2_000 }
    const compute = startCompute({ restart: policy })
    for (let i = 1; i <= 3; i++) {
      expect(await failure(compute.run('exit', { code: i }))).toMatchObject({ code: 'compute-crashed' })
    }
    const refused = await failure(compute.run('add', { a: 1, b: 2 }))
    expect(refused).toMatchObject({ code: 'compute-crash-loop' })
    expect(refused.message).toContain('3 times in a row')
    expect(refused.message).toContain('exit code 3')
    await vi.waitFor(async () => expect(await compute.run('add', { a: 1, b: 2 })).toBe(3), { timeout: 60_000 })
    expect(await failure(compute.run('exit', { code: 9 }))).toMatchObject({ code: 'compute-crashed' })
  })

  test('at the start tells the last words', async () => {
    const lines: string[] = []
    const compute = startCompute({ entry: path.join(here, 'crashAtStart.ts'), log: (_, text) => lines.push(text) })
    const error = await failure(compute.run('add', { a: 1, b: 2 }))
    expect(error).toMatchObject({ code: 'compute-crashed' })
    expect(error.message).toContain('exit code 3')
    expect(lines.join('\n')).toContain('a library is missing')
  })

  test('waits longer each time before a new start', async () => {
    const compute = startCompute({ restart: { firstDelay: 300 } })
    await failure(compute.run('exit', { code: 1 }))
    const before = performance.now()
    await compute.run('add', { a: 1, b: 2 })
    expect(performance.now() - before).toBeGreaterThan(250)
  })

  test('and a stop during the wait for the new start', async () => {
    const compute = startCompute({ restart: { firstDelay: 60_000, longestDelay: 60_000 } })
    await failure(compute.run('exit', { code: 1 }))
    const waiting = failure(compute.run('add', { a: 1, b: 2 }))
    await wait(20)
    await compute.stop()
    expect(await waiting).toMatchObject({ code: 'compute-stopped' })
  })
})

describe('start and stop', () => {
  test('a Node program that is not there is a sentence', async () => {
    const error = await failure(startCompute({ node: path.join(here, 'no-node') }).run('add', { a: 1, b: 2 }))
    expect(error).toMatchObject({ code: 'compute-not-started' })
  })

  test('stopping cancels politely, and no later task starts it again', async () => {
    const compute = startCompute()
    const running = failure(compute.run('forever', null))
    const pid = await compute.run('pid', undefined)
    await compute.stop()
    expect(await running).toMatchObject({ code: 'cancelled' })
    expect(isAlive(pid)).toBe(false)
    expect(await failure(compute.run('add', { a: 1, b: 2 }))).toMatchObject({ code: 'compute-stopped' })
    expect(compute.pid).toBeUndefined()
  })

  test('a task that was asked for in the same breath as the end starts nothing', async () => {
    const compute = startCompute()
    const asked = failure(compute.run('add', { a: 1, b: 2 }))
    await compute.stop()
    expect(await asked).toMatchObject({ code: 'compute-stopped' })
    expect(compute.pid).toBeUndefined()
  })

  test('a task that does not listen is killed', async () => {
    const compute = startCompute({ stopWithin: 100 })
    const crashes: Crash[] = []
    compute.on('crash', (crash) => crashes.push(crash))
    let begun = false
    const running = failure(compute.run('deaf', null, { onProgress: () => (begun = true) }))
    await until(() => begun)
    await compute.stop()
    expect(await running).toMatchObject({ code: 'compute-stopped' })
    expect(crashes).toEqual([])
  })

  test('Ctrl+C is for the main process to handle', async () => {
    const compute = startCompute()
    const pid = await compute.run('pid', undefined)
    process.kill(pid, 'SIGINT')
    await wait(50)
    expect(await compute.run('pid', undefined)).toBe(pid)
  })

  test('ends when the main process is killed', async () => {
    const parent = spawn(process.execPath, [path.join(here, 'parent.ts'), 'entry.ts', 'forever'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const [line] = await once(parent.stdout, 'data')
    const pid = Number(line)
    expect(isAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await untilGone(pid)
  })

  test('sees a minimal environment', async () => {
    process.env.NODE_OPTIONS_OF_A_TEST = 'secret'
    const environment = await startCompute({ environment: { EXTRA: 'yes' } }).run('environment', undefined)
    expect(environment.NODE_OPTIONS_OF_A_TEST).toBeUndefined()
    expect(environment.NODE_OPTIONS).toBeUndefined()
    expect(environment.PATH).toBe(process.env.PATH)
    expect(environment.EXTRA).toBe('yes')
    expect(environment.ORT_DISABLE_TELEMETRY).toBe('1')
    expect(Number(environment.UV_THREADPOOL_SIZE)).toBeGreaterThan(2)
  })

  test('what it logs and writes reaches the log', async () => {
    const lines: [LogLevel, string][] = []
    const compute = startCompute({ log: (level, text) => lines.push([level, text]) })
    await compute.run('write', { text: 'hello' })
    await until(() => lines.length === 2)
    expect(lines).toContainEqual(['warn', 'hello'])
    expect(lines).toContainEqual(['debug', 'stderr: hello'])
  })
})
