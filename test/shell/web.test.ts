import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { imageUrl } from '../../src/contract/contract.ts'
import type { Application } from '../../src/main/app/application.ts'
import { WebShell } from '../../src/main/shell/web/web.ts'
import { scored } from '../app/scored.ts'
import { newApplication, pictureProject, temporaryFolder } from '../app/support.ts'
import { ask, connect, letIn, openSocket, refusal } from './webSupport.ts'

let application: Application
let shell: WebShell
let cookie: string
let rendererFolder: string

beforeEach(async () => {
  rendererFolder = path.join(temporaryFolder(), 'renderer')
  mkdirSync(path.join(rendererFolder, 'assets'), { recursive: true })
  writeFileSync(path.join(rendererFolder, 'index.html'), '<!doctype html><title>Surmise</title>')
  writeFileSync(path.join(rendererFolder, 'assets', 'index-1a2b.js'), 'console.log(1)')
  writeFileSync(path.join(rendererFolder, '..', 'secret.txt'), 'secret')
  application = newApplication()
  shell = await WebShell.start(application, { port: 0, rendererFolder })
  cookie = await letIn(shell.port, shell.newUrl())
})

afterEach(() => shell.close())

const home = () => `http://127.0.0.1:${shell.port}`

describe('who is let in', () => {
  test('a token is exchanged for a cookie once, and leaves the address', async () => {
    const url = new URL(shell.newUrl())
    const first = await ask(shell.port, url.pathname + url.search)
    expect([first.status, first.headers.location]).toEqual([303, '/'])
    expect(first.headers['set-cookie']).toEqual([
      expect.stringMatching(/^surmise-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/),
    ])
    const again = await ask(shell.port, url.pathname + url.search)
    expect(again.status).toBe(401)
    expect(again.text).toContain('already been used')
    expect(again.text).toContain('new link')
    // The browser that used it may reload.
    const own = await ask(shell.port, url.pathname + url.search, { Cookie: String(first.headers['set-cookie']) })
    expect(own.status).toBe(303)
    expect((await ask(shell.port, `/?token=${'a'.repeat(43)}`)).status).toBe(401)
  })

  test('looking whether the link is there, or fetching it in advance, does not use it up', async () => {
    const url = new URL(shell.newUrl())
    const place = url.pathname + url.search
    for (const method of ['HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE']) {
      const { status, headers } = await ask(shell.port, place, {}, method)
      expect([method, status >= 400, headers['set-cookie']]).toEqual([method, true, undefined])
    }
    for (const [name, purpose] of [
      ['Sec-Purpose', 'prefetch'],
      ['Sec-Purpose', 'prefetch;prerender'],
      ['Purpose', 'prefetch'],
      ['X-Purpose', 'preview'],
      ['X-Moz', 'prefetch'],
    ]) {
      const { status, headers } = await ask(shell.port, place, { [name]: purpose })
      expect([status, headers['set-cookie'], headers['cache-control']]).toEqual([503, undefined, 'no-store'])
    }
    expect((await ask(shell.port, place)).status).toBe(303)
  })

  test('nothing is served without the cookie', async () => {
    for (const place of ['/', '/assets/index-1a2b.js', '/images/thumbnail/1', '/rpc', '/anything']) {
      expect((await ask(shell.port, place)).status, place).toBe(401)
      expect((await ask(shell.port, place, { Cookie: `${cookie}x` })).status, place).toBe(401)
    }
    expect((await ask(shell.port, '/', { Cookie: `a=b; ${cookie}` })).text).toContain('<title>Surmise</title>')
  })

  test('another host name is refused, whatever else is right', async () => {
    for (const Host of [
      'evil.example',
      `evil.example:${shell.port}`,
      '127.0.0.1.evil.example',
      '127.0.0.1@evil.example',
      '',
    ]) {
      expect((await ask(shell.port, '/', { Host, Cookie: cookie })).status, Host).not.toBe(200)
    }
    for (const Host of [`localhost:${shell.port}`, 'localhost:9999', '127.0.0.1']) {
      expect((await ask(shell.port, '/', { Host, Cookie: cookie })).status, Host).toBe(200)
    }
  })

  test('another origin is refused', async () => {
    for (const Origin of [
      'http://evil.example',
      'null',
      `https://127.0.0.1:${shell.port}`,
      'http://127.0.0.1:1',
      'http://localhost',
    ]) {
      expect((await ask(shell.port, '/', { Origin, Cookie: cookie })).status, Origin).toBe(403)
    }
    expect((await ask(shell.port, '/', { Origin: home(), Cookie: cookie })).status).toBe(200)
    const embedded = { Cookie: cookie, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }
    expect((await ask(shell.port, '/images/thumbnail/1', embedded)).status).toBe(403)
  })

  test('a socket needs the cookie, this host, this origin and this path', async () => {
    const right = { Cookie: cookie, Origin: home() }
    expect(await refusal(openSocket(shell.port, right))).toBeUndefined()
    expect(await refusal(openSocket(shell.port, { Origin: home() }))).toBe(401)
    expect(await refusal(openSocket(shell.port, { Cookie: cookie }))).toBe(403)
    expect(await refusal(openSocket(shell.port, { ...right, Origin: 'http://evil.example' }))).toBe(403)
    expect(await refusal(openSocket(shell.port, { ...right, Host: 'evil.example' }))).toBe(403)
    expect(await refusal(openSocket(shell.port, right, '/other'))).toBe(404)
  })
})

test('every answer carries the security headers', async () => {
  for (const place of ['/', '/nothing', '/?token=x', '/images/thumbnail/1']) {
    const { headers } = await ask(shell.port, place, { Cookie: cookie })
    expect(headers['content-security-policy'], place).toContain("default-src 'none'")
    expect(headers['content-security-policy']).not.toMatch(/unsafe-(inline|eval)/)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    })
    expect(headers['access-control-allow-origin']).toBeUndefined()
  }
})

test('static files: those of the renderer, and nothing else', async () => {
  symlinkSync(path.join(rendererFolder, '..', 'secret.txt'), path.join(rendererFolder, 'link.txt'))
  symlinkSync(path.join(rendererFolder, '..'), path.join(rendererFolder, 'up'))
  const script = await ask(shell.port, '/assets/index-1a2b.js', { Cookie: cookie })
  expect([script.status, script.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8'])
  expect(script.headers['cache-control']).toContain('immutable')
  const tricks = [
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%252e%252e/secret.txt',
    '/..%5csecret.txt',
    '//secret.txt',
    '/link.txt',
    '/up/secret.txt',
    '/index.html%00.js',
    '/%',
    '/assets',
    '/etc/passwd',
    '//etc/passwd',
  ]
  for (const trick of tricks) {
    const { status, text } = await ask(shell.port, trick, { Cookie: cookie })
    expect(status, trick).toBeGreaterThanOrEqual(400)
    expect(text, trick).not.toContain('secret')
  }
  expect((await ask(shell.port, '/', { Cookie: cookie }, 'POST')).status).toBe(405)
})

test('the contract over a WebSocket: rows, bytes, events, and errors with a way out', async () => {
  const { client, socket } = await connect(shell.port, cookie)
  expect(await client.app.info()).toMatchObject({ shell: 'web', nativeDialogs: false, version: '0.0.0' })
  await expect(client.images.rows({ ids: [1] })).rejects.toMatchObject({
    code: 'USER_ERROR',
    message: 'No project is open.',
    data: { code: 'no-project', hint: expect.any(String) },
  })
  await expect(client.images.rows({ ids: ['1'] as never })).rejects.toMatchObject({ code: 'BAD_REQUEST' })

  const events = await client.app.events()
  const { folder, names } = await pictureProject(4, application)
  const ids = new Int32Array(await (await client.images.query({ filter: {}, sort: { by: 'path' } })).arrayBuffer())
  expect(ids).toHaveLength(4)
  const rows = await client.images.rows({ ids: [...ids] })
  expect(rows.map((row) => row.path)).toEqual(names)
  const [label] = await client.labels.list()
  const marked = await client.marks.set({ changes: [{ imageId: ids[1], labelId: label.id, state: 1 }] })
  expect(marked).toMatchObject({ changed: 1, title: 'Mark “left” present', firstImageId: ids[1] })
  const kinds = new Set<string>()
  for await (const event of events) {
    kinds.add(event.kind)
    if (event.kind === 'states') {
      expect(event).toMatchObject({ imageIds: [ids[1]], undoTitle: 'Mark “left” present', redoTitle: null })
      break
    }
  }
  expect([...kinds]).toEqual(expect.arrayContaining(['project', 'job', 'states']))
  await expect(client.project.open({ path: path.join(folder, 'none.surmise') })).rejects.toMatchObject({
    data: { code: 'project-not-found' },
  })
  await expect(client.project.open({ path: 'p.surmise' })).rejects.toMatchObject({ data: { code: 'path-relative' } })
  expect((await client.project.current())?.name).toBe('p')
  socket.close()
})

/** All that is sent in `work` arrives at the server at once. @returns its answers */
async function atOnce<T>(socket: WebSocket, work: () => Promise<T>[]): Promise<T[]> {
  const { _socket: stream } = socket as unknown as { _socket: Socket }
  stream.cork()
  const answers = work()
  // Putting a message together takes some promises.
  await setImmediate()
  stream.uncork()
  return Promise.all(answers)
}

test('what is pressed is done in that order, however long it takes: an undo never overtakes its mark', async () => {
  const { client, socket } = await connect(shell.port, cookie)
  const { project } = await scored(application, [[0.9, 0.2, 0.8]])
  const [dog, cat, sun] = [1, 2, 3]
  const set = (labelId: number, state: 1 | -1) => client.marks.set({ changes: [{ imageId: 1, labelId, state }] })
  const stateOf = () => project.states.ofImage(1).map(({ labelId, state }) => [labelId, state])
  await set(dog, 1)
  // The scores have not been read yet, so accepting takes a while.
  const pairs = (labelId: number) => ({ pairs: [{ imageId: 1, labelId }] })
  const answers = await atOnce(socket, () => [client.marks.accept(pairs(sun)), client.history.undo()])
  expect(answers.map((answer) => answer?.title)).toEqual(['Accept “sun” present', 'Accept “sun” present'])
  expect(stateOf()).toEqual([[dog, 1]])

  const review = { imageId: 1, labelId: dog, suggestion: 'absent', take: true } as const
  for (let round = 0; round < 20; round++) {
    const titles = await atOnce(socket, () => [
      client.marks.settleMistake(review),
      client.history.undo(),
      set(cat, -1),
      client.history.undo(),
      client.marks.reject(pairs(sun)),
      client.history.undo(),
      client.history.redo(),
      client.history.undo(),
    ])
    const [reviewed, marked, rejected] = ['Correct “dog” absent', 'Mark “cat” absent', 'Reject “sun” present']
    const wanted = [reviewed, reviewed, marked, marked, rejected, rejected, rejected, rejected]
    expect(titles.map((answer) => answer?.title)).toEqual(wanted)
    expect(stateOf()).toEqual([[dog, 1]])
  }
  // What is refused holds nothing up.
  const refused = expect(client.marks.accept(pairs(99))).rejects.toMatchObject({ data: { code: 'no-suggestion' } })
  expect(await client.history.undo()).toMatchObject({ title: 'Mark “dog” present' })
  await refused
  socket.close()
})

test('a message that is no message, and one that is too large, end their own connection alone', async () => {
  const { client, socket } = await connect(shell.port, cookie)
  const messages = [
    '',
    'x',
    '{}',
    '{"i":1}',
    '[1,2]',
    '{"i":"1","p":{"u":"/__proto__/constructor"}}',
    Buffer.from([0, 255, 1]),
  ]
  for (const message of [...messages, Buffer.alloc(33 * 1024 * 1024)]) {
    const hostile = openSocket(shell.port, { Cookie: cookie, Origin: home() })
    await new Promise((resolve) => hostile.once('open', resolve))
    const closed = new Promise<number>((resolve) => hostile.once('close', resolve))
    hostile.send(message)
    setTimeout(() => hostile.close(1000), 300)
    expect([1000, 1005, 1007, 1009]).toContain(await closed)
  }
  expect(await client.jobs.list()).toEqual([])
  socket.close()
})

test('images come by their id alone, from the project’s folder alone', async () => {
  const { workspace, imagesRoot } = await pictureProject(3, application)
  const { client, socket } = await connect(shell.port, cookie)
  const rows = await client.images.rows({ ids: [1, 2, 3] })
  socket.close()
  const get = (place: string, more = {}) => ask(shell.port, place, { Cookie: cookie, ...more })

  const thumbnail = await get(imageUrl('', 'thumbnail', rows[0]))
  expect([thumbnail.status, thumbnail.headers['content-type']]).toEqual([200, 'image/webp'])
  expect(thumbnail.headers['cache-control']).toContain('immutable')
  expect(thumbnail.body.subarray(0, 4).toString()).toBe('RIFF')
  const same = await get(imageUrl('', 'thumbnail', rows[0]), { 'If-None-Match': String(thumbnail.headers.etag) })
  expect([same.status, same.body.length]).toEqual([304, 0])
  const full = await get(imageUrl('', 'full', rows[1]))
  expect([full.status, full.headers['content-type']]).toEqual([200, 'image/png'])
  expect((await get('/images/full/2?v=old')).headers['cache-control']).toContain('no-cache')

  for (const place of [
    '/images/full/99',
    '/images/full/0',
    '/images/full/-1',
    '/images/full/1e0',
    '/images/full/..%2f1',
    '/images/other/1',
    '/images/full/1/2',
    '/images/',
  ]) {
    expect((await get(place)).status, place).toBe(404)
  }
  expect((await ask(shell.port, '/images/full/1', { Cookie: cookie }, 'POST')).status).toBeGreaterThanOrEqual(404)

  // What has taken the place of a scanned image is not shown, and neither is what a link leads to.
  writeFileSync(path.join(imagesRoot, rows[1].path), 'something else')
  const changed = await get(imageUrl('', 'full', rows[1]))
  expect([changed.status, changed.text]).toEqual([409, expect.stringContaining('changed')])
  workspace.project.images.applyScan({ missing: [rows[2].id] })
  expect(await get(imageUrl('', 'full', rows[2]))).toMatchObject({
    status: 410,
    text: 'The file is no longer there.\n',
  })
})
