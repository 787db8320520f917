import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { expect, test, vi } from 'vitest'
import { UserError } from '../../src/main/base/errors.ts'
import { coreEntry } from '../../src/main/shell/paths.ts'
import { temporaryFolder } from '../app/support.ts'
import { startCore } from './coreSupport.ts'

const waitFor = <Result>(check: () => Result | Promise<Result>) => vi.waitFor(check, 120_000)

test('a large image crosses whole, and one that nobody wants any more keeps nothing waiting', async () => {
  const folder = temporaryFolder()
  const images = path.join(folder, 'images')
  mkdirSync(images)
  const [width, height] = [1500, 1000]
  const noise = Buffer.from(Array.from({ length: width * height * 3 }, (_, i) => (i * 2654435761) >>> 24))
  const bytes = await sharp(noise, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 100 })
    .toBuffer()
  expect(bytes.length).toBeGreaterThan(1_000_000)
  writeFileSync(path.join(images, 'large.jpg'), bytes)
  const { core } = startCore()
  await core.client.project.create({ path: path.join(folder, 'p.surmise'), imagesRoot: images, labels: [] })
  const ask = () => core.image(new Request('surmise://app/images/full/1'))
  await waitFor(async () => expect((await ask()).status).toBe(200))
  const whole = Buffer.from(await (await ask()).arrayBuffer())
  expect(whole.equals(bytes)).toBe(true)
  // Again and again: a piece may be under way, or not.
  for (let i = 0; i < 20; i++) await (await ask()).body?.cancel()
  expect(await core.client.project.current()).toMatchObject({ name: 'p' })
  expect((await (await ask()).arrayBuffer()).byteLength).toBe(bytes.length)
})

test('what Electron can’t do reaches the page as a sentence', async () => {
  const answer = vi.fn(async () => {
    throw new UserError('no-files', 'There is no file manager.', 'Open the folder by hand.')
  })
  const { core } = startCore({ answer })
  await expect(core.client.app.showLog()).rejects.toMatchObject({
    ...{ message: 'There is no file manager.', data: { code: 'no-files', hint: 'Open the folder by hand.' } },
  })
})

test('a core that can’t be started, or that is killed, is said to be gone; one that is stopped is not', async () => {
  const { ended } = startCore({ node: path.join(temporaryFolder(), 'no-node') })
  await waitFor(() =>
    expect(ended.mock.calls).toEqual([[expect.stringMatching(/^Its Node program can’t be started: /)]]),
  )

  const { core, ended: later } = startCore()
  await core.client.app.info()
  const waiting = core.client.app.doctor()
  const image = core.image(new Request('surmise://app/images/full/1'))
  await core.stop()
  await Promise.allSettled([waiting, image])
  expect(later).not.toHaveBeenCalled()
})

test('the core ends when the process that started it is killed', async () => {
  const code = `
    const { fork } = await import('node:child_process')
    const core = fork(${JSON.stringify(coreEntry)}, [], { serialization: 'advanced', execArgv: [] })
    core.on('message', () => console.log(core.pid))
    setInterval(() => undefined, 1000)`
  const env = { ...process.env, SURMISE_HOME: temporaryFolder() }
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))))
  const runs = () => {
    try {
      process.kill(pid, 0)
      return true
    } catch {
      return false
    }
  }
  expect(runs()).toBe(true)
  parent.kill('SIGKILL')
  await waitFor(() => expect(runs()).toBe(false))
})
