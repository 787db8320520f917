import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { answerImage } from '../../src/main/app/images/route.ts'
import { startTraining } from '../../src/main/app/training/training.ts'
import * as models from '../backbone/endlessModels.ts'
import { newApplication, pictureProject, temporaryFolder } from './support.ts'

const cli = path.resolve(import.meta.dirname, '../../src/main/shell/cli.ts')

function written(bytes: Uint8Array): string {
  const file = path.join(temporaryFolder(), 'stranger.onnx')
  writeFileSync(file, bytes)
  return file
}

const failure = (promise: Promise<unknown>): Promise<Error & { code?: string; hint?: string }> =>
  promise.then(
    () => expect.fail('it should have failed'),
    (error) => error,
  )

/** How long a trial may take, in the processes that are started from now on. */
function withTrialsOf(seconds: number): void {
  process.env.SURMISE_TRIAL_SECONDS = String(seconds)
}

afterEach(() => {
  delete process.env.SURMISE_TRIAL_SECONDS
  delete process.env.SURMISE_TRIAL_MEMORY
})

const onLinux = process.platform === 'linux'

/** One that has ended may still be in the list, until somebody asks for its end. */
function isAtWork(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Processes that began with this one, however deep. */
function descendants(of = process.pid): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const [, state, parent] = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /, '- ')
        .split(' ')
      if (state !== 'Z') parents.set(Number(name), Number(parent))
    } catch {
      // It has ended.
    }
  }
  const found: number[] = []
  for (let more = [of]; more.length > 0; ) {
    more = [...parents].filter(([, parent]) => more.includes(parent)).map(([pid]) => pid)
    found.push(...more)
  }
  return found
}

test.each([
  ['counts too far in what can be read', models.readablyEndless(), 'model-unsafe'],
  ['counts too far, one loop in another', models.nestedEndless(), 'model-unsafe'],
  ['goes on in what can be read', models.steadyEndless(), 'model-unsafe'],
  ['counts as far as it computes', models.countedEndless(), 'backbone-endless'],
  ['goes on while a condition holds', models.conditionEndless(), 'backbone-endless'],
  ['takes an endless branch', models.branchEndless(), 'backbone-endless'],
  ['scans a long sequence', models.scanEndless(), 'backbone-endless'],
])('a model that %s is given up with a sentence, and nobody waits for it', async (_, bytes, code) => {
  // Time alone ends it, however much memory others have left here.
  process.env.SURMISE_TRIAL_MEMORY = String(64 * 1024 ** 3)
  const folder = temporaryFolder()
  const made = { path: path.join(folder, 'new.surmise'), labels: [] }
  // The processes in which a trial is started have the environment of their start.
  const begin = async (seconds: number) => {
    withTrialsOf(seconds)
    const { application, workspace, imagesRoot } = await pictureProject(2)
    const create = (signal?: AbortSignal) =>
      failure(application.create({ ...made, imagesRoot, backbone: written(bytes) }, signal))
    return { application, workspace, imagesRoot, create }
  }
  if (code === 'backbone-endless') {
    // A trial that outlasts what is done meanwhile, on any machine.
    const { application, workspace, imagesRoot, create } = await begin(3600)
    const [before, abort] = [descendants(), new AbortController()]
    let over = false
    const waiting = create(abort.signal).finally(() => {
      over = true
    })
    // The process of the trial has begun.
    if (onLinux) await expect.poll(() => descendants().length).toBeGreaterThan(before.length)
    // Images are shown; another project is made, opened, and shown.
    const shown = () => answerImage(application, new Request('http://127.0.0.1/images/full/1'))
    expect((await shown())?.status).toBe(200)
    await application.create({ ...made, imagesRoot, path: path.join(folder, 'other.surmise') })
    await application.open(workspace.project.path)
    expect((await shown())?.status).toBe(200)
    expect(over).toBe(false)
    abort.abort()
    expect(await waiting).toMatchObject({ code: 'cancelled' })
  }
  const { create } = await begin(code === 'backbone-endless' ? 4 : 600)
  const error = await create()
  expect([error.code, error.hint]).toEqual([code, expect.stringMatching(/another/)])
  expect(existsSync(made.path)).toBe(false)
})

test('a model that takes all the memory is given up with a sentence', async () => {
  withTrialsOf(100)
  process.env.SURMISE_TRIAL_MEMORY = String(700 * 1024 ** 2)
  const application = newApplication()
  const { workspace } = await pictureProject(2, application)
  const imagesRoot = workspace.project.imagesRoot
  const codeOf = async (bytes: Uint8Array): Promise<string | undefined> => {
    const made = { path: path.join(temporaryFolder(), 'new.surmise'), imagesRoot, labels: [] }
    return (await failure(application.create({ ...made, backbone: written(bytes) }))).code
  }
  expect(await codeOf(models.doubling())).toBe('backbone-memory')
  // The system may refuse so much at once by itself.
  expect(await codeOf(models.hugeTensor())).toMatch(/^backbone-(memory|size)$/)
})

test('looking into a model can be cancelled', async () => {
  const application = newApplication()
  const { workspace } = await pictureProject(2, application)
  const abort = new AbortController()
  const made = { path: path.join(temporaryFolder(), 'n.surmise'), imagesRoot: workspace.project.imagesRoot, labels: [] }
  const creating = failure(application.create({ ...made, backbone: written(models.countedEndless()) }, abort.signal))
  await wait(3000)
  abort.abort()
  expect(await creating).toMatchObject({ code: 'cancelled' })
  expect(existsSync(made.path)).toBe(false)
})

test.skipIf(!onLinux)(
  'a model that only ends for the image it is tried on: cancelling ends it, and images stay there',
  async () => {
    const application = newApplication()
    const { folder, imagesRoot } = await pictureProject(6, application)
    const { workspace: other, scan } = await application.createAndScan({
      ...{ path: path.join(folder, 'other.surmise'), imagesRoot, labels: ['left', 'right'] },
      backbone: `${written(models.unlessGrey())}:half`,
    })
    await scan.done
    other.project.states.set(
      Array.from({ length: 6 }, (_, i) => ({ imageId: i + 1, labelId: 1, state: i % 2 === 0 ? 1 : -1 }) as const),
      { title: 'Mark' },
    )
    const job = await startTraining(other, { seed: 1, device: 'cpu' })
    const ended = failure(job.done)
    await wait(8000)
    expect((await answerImage(application, new Request('http://127.0.0.1/images/thumbnail/1')))?.status).toBe(200)
    application.context.jobs.cancel(job.id)
    expect(await ended).toMatchObject({ code: 'cancelled' })
    expect((await answerImage(application, new Request('http://127.0.0.1/images/full/1')))?.status).toBe(200)
    await application.shutdown()
    expect(descendants()).toEqual([])
  },
)

test.skipIf(!onLinux)('Ctrl+C ends a trial, and a second one leaves no process behind', async () => {
  const folder = temporaryFolder()
  const file = written(models.countedEndless())
  const { imagesRoot } = await pictureProject(2)
  for (const signals of [1, 2]) {
    const args = [cli, 'new', path.join(folder, `${signals}.surmise`), '--images', imagesRoot, '--backbone', file]
    const env = { ...process.env, SURMISE_HOME: path.join(folder, 'home') }
    const child = spawn(process.execPath, args, { env, stdio: 'ignore' })
    const ended = once(child, 'exit')
    // The compute process, and the one of the trial, at work.
    for (let i = 0; i < 1000 && descendants(child.pid!).length < 2; i++) await wait(20)
    await wait(1500)
    const children = descendants(child.pid!)
    expect(children.length).toBeGreaterThanOrEqual(2)
    for (let i = 0; i < signals; i++) {
      child.kill('SIGINT')
      await wait(30)
    }
    // The first may have ended it by the time of the second.
    expect(signals === 1 ? [1] : [1, 130]).toContain((await ended)[0])
    for (let i = 0; i < 1500 && children.some(isAtWork); i++) await wait(20)
    const left = children.filter(isAtWork).map((pid) => readFileSync(`/proc/${pid}/stat`, 'utf8'))
    for (const pid of children.filter(isAtWork)) process.kill(pid, 'SIGKILL')
    expect(left).toEqual([])
  }
})
