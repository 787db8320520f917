import { fork } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import path from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import type { Application } from '../../src/main/app/application.ts'
import type { LabelStudioBackend } from '../../src/main/app/labelStudio/labelStudio.ts'
import { silent } from '../../src/main/base/log.ts'
import { LabelStudioServer } from '../../src/main/shell/web/labelStudio.ts'
import { isLocalHost, isLoopback, isSameOrigin, namesOf } from '../../src/main/shell/web/origin.ts'
import { GuessLimiter, TokenBucket } from '../../src/main/shell/web/tokenBucket.ts'
import { WebShell, type WebShellOptions } from '../../src/main/shell/web/web.ts'
import { newApplication, pictureProject, temporaryFolder } from '../app/support.ts'
import { ask, connect, letIn } from './webSupport.ts'

const fixtures = path.join(import.meta.dirname, 'fixtures')
const certificate = {
  cert: path.join(fixtures, 'localhost.cert.pem'),
  key: path.join(fixtures, 'localhost.key.pem'),
}

let application: Application
let rendererFolder: string

beforeEach(() => {
  rendererFolder = path.join(temporaryFolder(), 'renderer')
  mkdirSync(rendererFolder)
  writeFileSync(path.join(rendererFolder, 'index.html'), '<!doctype html><title>Surmise</title>')
  application = newApplication()
})

async function open(options: Partial<WebShellOptions> = {}): Promise<WebShell> {
  const shell = await WebShell.start(application, { port: 0, rendererFolder, ...options })
  onTestFinished(() => shell.close())
  return shell
}

test('only this machine can reach it, unless it is told otherwise', async () => {
  const shell = await open()
  expect(shell.newUrl()).toMatch(/^http:\/\/127\.0\.0\.1:/)
  expect(['127.0.0.1', '127.8.0.1', 'localhost', '::1', '[::1]'].every(isLoopback)).toBe(true)
  expect(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.evil.example', 'localhost.evil.example'].some(isLoopback)).toBe(false)
  await expect(open({ host: '203.0.113.7' })).rejects.toMatchObject({ code: 'address-unknown' })
})

test('told otherwise: its own addresses and names are known, and no other name', async () => {
  const shell = await open({ host: '0.0.0.0', names: ['labels.example'] })
  expect(shell.newUrl()).toMatch(/^http:\/\/labels\.example:/)
  const cookie = await letIn(shell.port, shell.newUrl())
  const status = async (Host: string, Origin?: string) =>
    (await ask(shell.port, '/', { Host, Cookie: cookie, ...(Origin && { Origin }) })).status
  expect(await status(`labels.example:${shell.port}`, `http://labels.example:${shell.port}`)).toBe(200)
  expect(await status('LABELS.example')).toBe(200)
  expect(await status(`127.0.0.1:${shell.port}`)).toBe(200)
  // DNS rebinding: the page's own name leads here, the cookie would even come along.
  for (const Host of [
    'evil.example',
    `evil.example:${shell.port}`,
    'labels.example.evil.example',
    '203.0.113.7',
    '[::2]',
  ])
    expect(await status(Host), Host).toBe(403)
  expect(await status('labels.example', 'http://evil.example')).toBe(403)
  expect(namesOf('::1')).toContain('[::1]')
  expect(isLocalHost('[fe80::1]:80', ['[fe80::1]'])).toBe(true)
})

test('encrypted: the cookie is sent in no other way, and the origin must be encrypted, too', async () => {
  const shell = await open({ host: '127.0.0.1', certificate })
  const url = new URL(shell.newUrl())
  expect(url.protocol).toBe('https:')
  const get = (place: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; cookie: string }>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: shell.port, path: place, headers, ca: readFileSync(certificate.cert) }
      const sent = request(options, (response) => {
        response.resume()
        resolve({ status: response.statusCode!, cookie: String(response.headers['set-cookie']) })
      })
      sent.on('error', reject).end()
    })
  const { status, cookie } = await get(url.pathname + url.search)
  expect(status).toBe(303)
  expect(cookie).toMatch(/^__Host-surmise-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Secure$/)
  const Cookie = cookie.split(';')[0]
  const own = `https://127.0.0.1:${shell.port}`
  expect((await get('/', { Cookie, Origin: own })).status).toBe(200)
  expect((await get('/', { Cookie, Origin: own.replace('https', 'http') })).status).toBe(403)
  expect([isSameOrigin('http://a', 'a', 'https'), isSameOrigin('https://a', 'a', 'https')]).toEqual([false, true])
  const wrong = { cert: certificate.cert, key: certificate.cert }
  await expect(open({ certificate: wrong })).rejects.toMatchObject({ code: 'certificate' })
  await expect(open({ certificate: { ...wrong, key: '/none.pem' } })).rejects.toMatchObject({ code: 'enoent' })
})

test('no answer lets another site read it, whatever it asks', async () => {
  const shell = await open()
  const cookie = await letIn(shell.port, shell.newUrl())
  const preflight = { Origin: 'http://evil.example', 'Access-Control-Request-Method': 'POST' }
  for (const method of ['OPTIONS', 'GET', 'POST', 'PUT', 'DELETE', 'TRACE']) {
    const { status, headers } = await ask(shell.port, '/', { ...preflight, Cookie: cookie }, method)
    expect(status, method).toBe(403)
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  }
})

test('so many at once, and so many a second', () => {
  let now = 0
  const bucket = new TokenBucket({ atOnce: 3, perSecond: 2 }, () => now)
  expect([1, 2, 3].map(() => bucket.take())).toEqual([0, 0, 0])
  expect([bucket.isSpent, bucket.take(), bucket.take()]).toEqual([true, 500, 1000])
  now = 1500
  expect([bucket.isSpent, bucket.take(), bucket.isSpent]).toEqual([false, 0, true])
  now = 1e9
  expect([1, 2, 3, 4].map(() => bucket.take())).toEqual([0, 0, 0, 500])

  const limiter = new GuessLimiter({ atOnce: 2, perSecond: 1 }, () => now)
  for (const client of ['a', 'a', 'b']) limiter.wasWrong(client)
  expect(['a', 'b', 'c'].map((client) => limiter.isBarred(client))).toEqual([true, false, false])
  now += 1000
  expect(limiter.isBarred('a')).toBe(false)
  for (let i = 0; i < 10_001; i++) limiter.wasWrong(`${i}`)
  limiter.wasWrong('a')
  expect(limiter.isBarred('a')).toBe(false)
})

test('Label Studio’s door: a password can’t be found by trying, and pages have no business there', async () => {
  const backend = { health: () => ({ status: 'UP' }) } as unknown as LabelStudioBackend
  const start = (host: string, auth?: string) => LabelStudioServer.start(backend, silent, { port: 0, host, auth })
  await expect(start('0.0.0.0')).rejects.toMatchObject({ code: 'auth-needed' })
  const server = await start('127.0.0.1', 'ann:secret')
  onTestFinished(() => server.close())
  const port = Number(new URL(server.url).port)
  const basic = (auth: string) => ({ Authorization: `Basic ${Buffer.from(auth).toString('base64')}` })
  const status = async (headers: Record<string, string>) => (await ask(port, '/health', headers)).status
  expect(await status(basic('ann:secret'))).toBe(200)
  expect(await status({ ...basic('ann:secret'), Origin: 'http://evil.example' })).toBe(403)
  expect(await status({ ...basic('ann:secret'), Host: 'evil.example' })).toBe(403)
  expect(await status({})).toBe(401)
  const tried: number[] = []
  for (let i = 0; i < 30; i++) tried.push(await status(basic(`ann:${i}`)))
  expect(tried.slice(0, 10)).toEqual(Array(10).fill(401))
  expect(tried.at(-1)).toBe(429)
  // Not even the right one: else guessing would go on unseen.
  expect(await status(basic('ann:secret'))).toBe(429)
})

/** Runs a process that floods the shell. @returns when it has begun, and what it says at its end */
function flooding(port: number, count: number, cookie = '') {
  const child = fork(path.join(import.meta.dirname, 'hostileProcess.ts'), [`${port}`, `${count}`, cookie], {
    execArgv: [],
    stdio: 'inherit',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const begun = new Promise<void>((resolve) => child.once('message', () => resolve()))
  const ended = new Promise<{ sent: number; answered: number }>((resolve, reject) => {
    child.on('message', (message: { kind: string; sent: number; answered: number }) => {
      if (message.kind === 'ended') resolve(message)
    })
    child.once('exit', (code) => code !== 0 && reject(new Error(`The flood ended with ${code}`)))
  })
  return { begun, ended }
}

test.each([
  ['has been let in', true],
  ['has not been let in', false],
])('thousands of hostile messages of a process that %s: every mark of the annotator is there', async (_, isIn) => {
  const shell = await open()
  const { workspace } = await pictureProject(10, application)
  const { client, socket } = await connect(shell.port, await letIn(shell.port, shell.newUrl()))
  const before = Object.keys(Object.prototype).length
  const hostile = flooding(shell.port, 10_000, isIn ? await letIn(shell.port, shell.newUrl()) : '')
  await hostile.begun
  let marks = 0
  let isOver = false
  void hostile.ended.then(() => {
    isOver = true
  })
  const state = (mark: number) => (Math.floor(mark / 20) % 2 === 0 ? 1 : -1)
  // It works on as long as the flood lasts: every pair again and again, one at a time.
  for (; !isOver || marks < 40; marks++) {
    const change = {
      imageId: 1 + (marks % 10),
      labelId: 1 + (Math.floor(marks / 10) % 2),
      state: state(marks),
    } as const
    expect((await client.marks.set({ changes: [change] })).title).not.toBe('')
  }
  const { sent, answered } = await hostile.ended
  expect(sent).toBeGreaterThanOrEqual(10_000)
  expect(answered).toBeGreaterThan(0)
  for (let pair = 0; pair < 20; pair++) {
    const last = Math.floor((marks - 1 - pair) / 20) * 20 + pair
    const [imageId, labelId] = [1 + (pair % 10), 1 + Math.floor(pair / 10)]
    const known = workspace.project.states.ofImage(imageId).find((one) => one.labelId === labelId)
    expect(known?.state).toBe(state(last))
  }
  expect(workspace.project.labels.list()).toHaveLength(2)
  expect(Object.keys(Object.prototype)).toHaveLength(before)
  // And it can still be asked anything, by a newcomer too.
  const newcomer = await connect(shell.port, await letIn(shell.port, shell.newUrl()))
  expect((await newcomer.client.project.current())?.images.total).toBe(10)
  newcomer.socket.close()
  socket.close()
})
