import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../app/support.ts'
import { CommandLineWatch } from './processes.ts'
import { ask } from './webSupport.ts'

const root = path.resolve(import.meta.dirname, '../..')
const isBuilt = existsSync(path.join(root, 'out/renderer/index.html'))

async function until<Found>(find: () => Found | undefined | false): Promise<Found> {
  for (let i = 0; i < 3000; i++) {
    const found = find()
    if (found) return found
    await wait(20)
  }
  return expect.fail('it never came')
}

/** A desktop whose `xdg-open` writes down what it was given, and stays for a while as a browser would. */
function desktop() {
  const folder = temporaryFolder()
  const [bin, given] = [path.join(folder, 'bin'), path.join(folder, 'given')]
  mkdirSync(bin)
  mkdirSync(path.join(folder, 'tmp'))
  const program = path.join(bin, 'xdg-open')
  writeFileSync(program, `#!/bin/sh\nprintf '%s' "$*" > '${given}.part'; mv '${given}.part' '${given}'; sleep 1\n`)
  chmodSync(program, 0o755)
  const env = {
    ...process.env,
    PATH: `${bin}:${process.env.PATH}`,
    DISPLAY: ':99',
    HOME: folder,
    TMPDIR: path.join(folder, 'tmp'),
    SURMISE_HOME: path.join(folder, 'home'),
  }
  return { env, given: () => until(() => existsSync(given) && readFileSync(given, 'utf8')) }
}

/** Where the page that was given leads. */
function placeIn(page: string): URL {
  const refresh = /http-equiv="refresh" content="0; url=([^"]+)"/.exec(page)
  return new URL(refresh![1].replaceAll('&amp;', '&'))
}

const onLinux = process.platform === 'linux'

test.skipIf(!onLinux || !isBuilt).each([
  ['surmise serve', ['src/main/shell/cli.ts', 'serve']],
  ['npm start', ['scripts/start.ts']],
])('%s: nobody else can read the link that lets a browser in', async (_, args) => {
  const { env, given } = desktop()
  const watch = new CommandLineWatch()
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGTERM'))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const file = await given()
  const told = watch.end(/xdg-open|token=/).filter((line) => line.includes(env.HOME))
  expect(told).not.toEqual([])
  expect(told.filter((line) => /token=/.test(line))).toEqual([])

  // A page for its owner alone, which leads on.
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700)
  const url = placeIn(readFileSync(file, 'utf8'))
  // As a browser comes from a page of its disk: what is sent at once must not need the cookie that it has only just got.
  const asBrowser = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }
  const answer = await ask(Number(url.port), url.pathname + url.search, asBrowser)
  expect(answer.status).toBe(200)
  expect(answer.text).toContain('http-equiv="refresh" content="0; url=/"')
  const cookie = String(answer.headers['set-cookie']).split(';')[0]
  expect((await ask(Number(url.port), '/', { Cookie: cookie })).status).toBe(200)

  // It has done its work, and is worth nothing.
  await until(() => !existsSync(path.dirname(file)))
  expect((await ask(Number(url.port), url.pathname + url.search)).status).toBe(401)
  child.kill('SIGTERM')
  await ended
})

test.skipIf(!onLinux || !isBuilt)('a link that nobody used is removed at the end', async () => {
  const { env, given } = desktop()
  const child = spawn(process.execPath, ['src/main/shell/cli.ts', 'serve'], { cwd: root, env, stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const file = await given()
  expect(existsSync(file)).toBe(true)
  child.kill('SIGINT')
  await ended
  expect(existsSync(path.dirname(file))).toBe(false)
})
