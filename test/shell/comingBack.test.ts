import { createHmac, randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { proofText } from '../../src/contract/handshake.ts'
import type { Application } from '../../src/main/app/application.ts'
import { WebShell } from '../../src/main/shell/web/web.ts'
import { newApplication, temporaryFolder } from '../app/support.ts'
import { type Answer, ask, letIn } from './webSupport.ts'

let application: Application
let shell: WebShell
let rendererFolder: string

beforeEach(async () => {
  rendererFolder = temporaryFolder()
  mkdirSync(path.join(rendererFolder, 'assets'))
  writeFileSync(path.join(rendererFolder, 'index.html'), '<!doctype html><title>Surmise</title>')
  writeFileSync(path.join(rendererFolder, 'letIn.js'), 'letIn()')
  writeFileSync(path.join(rendererFolder, 'assets', 'shared-1a2b.js'), 'shared()')
  application = newApplication()
  shell = await WebShell.start(application, { rendererFolder })
})
afterEach(() => shell.close())

/** The program ends, and is started again. */
async function restart(port?: number): Promise<void> {
  await shell.close()
  shell = await WebShell.start(application, { rendererFolder, port })
}

function post(place: string, content: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify(content)
    const sent = request(
      {
        ...{ host: '127.0.0.1', port: shell.port, path: place, method: 'POST' },
        headers: { 'Content-Length': Buffer.byteLength(body), ...headers },
      },
      (response) => {
        let text = ''
        response.on('data', (part) => {
          text += part
        })
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, text, body: Buffer.from(text) }),
        )
      },
    )
    sent.on('error', reject).end(body)
  })
}

const nonce = (): string => randomBytes(32).toString('base64url')

function proof(side: 'server' | 'page', secret: string, port: number, mine: string, theirs: string): string {
  const hmac = createHmac('sha256', Buffer.from(secret, 'base64url'))
  return hmac.update(proofText(side, port, mine, theirs)).digest('base64url')
}

async function newKey(): Promise<{ id: string; secret: string; cookie: string }> {
  const cookie = await letIn(shell.port, shell.newUrl())
  return { ...JSON.parse((await post('/session/key', null, { Cookie: cookie })).text), cookie }
}

test('a browser that was let in proves it after a restart, and so does the server; the port is the same', async () => {
  const { id, secret, cookie } = await newKey()
  const port = shell.port
  await restart()
  expect(shell.port).toBe(port)
  // The cookie of before is worth nothing.
  expect((await ask(port, '/', { Cookie: cookie })).status).toBe(401)
  const mine = nonce()
  const greeted = JSON.parse((await post('/session/greet', { id, nonce: mine })).text)
  expect(greeted.proof).toBe(proof('server', secret, port, mine, greeted.nonce))
  const answer = await post('/session/prove', {
    nonce: greeted.nonce,
    proof: proof('page', secret, port, mine, greeted.nonce),
  })
  expect(answer.status).toBe(204)
  const fresh = String(answer.headers['set-cookie']).split(';')[0]
  expect(String(answer.headers['set-cookie'])).toContain('HttpOnly; SameSite=Strict')
  expect((await ask(port, '/', { Cookie: fresh })).status).toBe(200)
  // A proof is good once.
  const again = { nonce: greeted.nonce, proof: proof('page', secret, port, mine, greeted.nonce) }
  expect((await post('/session/prove', again)).status).toBe(403)
})

test('a wrong proof, one of another port, and the server’s own sent back let nobody in', async () => {
  const { id, secret } = await newKey()
  const { port } = shell
  await restart()
  for (const wrong of [
    (mine: string, theirs: string) => proof('page', nonce(), port, mine, theirs),
    (mine: string, theirs: string) => proof('page', secret, port + 1, mine, theirs),
    (mine: string, theirs: string) => proof('server', secret, port, mine, theirs),
    (mine: string, theirs: string) => proof('page', secret, port, theirs, mine),
    () => 'p'.repeat(43),
  ]) {
    const mine = nonce()
    const greeted = JSON.parse((await post('/session/greet', { id, nonce: mine })).text)
    const answer = await post('/session/prove', { nonce: greeted.nonce, proof: wrong(mine, greeted.nonce) })
    expect([answer.status, answer.headers['set-cookie']]).toEqual([403, undefined])
  }
  expect((await post('/session/greet', { id: 'x'.repeat(22), nonce: nonce() })).status).toBe(404)
  for (const bad of [
    null,
    {},
    { id },
    { id, nonce: 'short' },
    { id: 5, nonce: nonce() },
    { id, nonce: '"'.repeat(2000) },
  ]) {
    expect((await post('/session/greet', bad)).status).toBe(404)
  }
})

test('a key is given to a browser that was let in by a link, once, and to nobody else', async () => {
  expect((await post('/session/key', null)).status).toBe(401)
  const { cookie } = await newKey()
  expect((await post('/session/key', null, { Cookie: cookie })).status).toBe(204)
  // Another site can't ask for it in the name of the browser.
  const fresh = await letIn(shell.port, shell.newUrl())
  expect((await post('/session/key', null, { Cookie: fresh, Origin: 'https://example.org' })).status).toBe(403)
  expect((await post('/session/key', null, { Cookie: fresh })).status).toBe(200)
})

test('the keys are for their owner alone; where others could read them they let nobody in', async () => {
  if (process.platform === 'win32') return
  const { id } = await newKey()
  const file = path.join(application.configFolder, 'browsers.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  chmodSync(file, 0o644)
  expect((await post('/session/greet', { id, nonce: nonce() })).status).toBe(404)
  chmodSync(file, 0o600)
  expect((await post('/session/greet', { id, nonce: nonce() })).status).toBe(200)
  // After a month a new link is needed.
  const kept = JSON.parse(readFileSync(file, 'utf8'))
  kept.keys[0].usedAt -= 31 * 24 * 3_600_000
  writeFileSync(file, JSON.stringify(kept))
  expect((await post('/session/greet', { id, nonce: nonce() })).status).toBe(404)
})

test('who is not let in gets the script that can prove it, and nothing else', async () => {
  const page = await ask(shell.port, '/')
  expect([page.status, page.text.includes('<script type="module" src="/letIn.js"></script>')]).toEqual([401, true])
  expect((await ask(shell.port, '/letIn.js')).text).toBe('letIn()')
  expect((await ask(shell.port, '/assets/shared-1a2b.js')).text).toBe('shared()')
  for (const place of ['/index.html', '/letIn.js/', '/assets/', '/assets/shared-1a2b.js.map', '/images/full/1']) {
    expect((await ask(shell.port, place)).status, place).toBe(401)
  }
})

test('a port that is taken is not waited for; the one of another project is not used', async () => {
  const { port } = shell
  await shell.close()
  const squatter = createServer()
  await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve))
  shell = await WebShell.start(application, { rendererFolder })
  const other = shell.port
  expect(other).not.toBe(port)
  await new Promise((resolve) => squatter.close(resolve))
  // The latest first: that is where the page is now.
  await restart()
  expect(shell.port).toBe(other)
  await restart(0)
  expect([port, other]).not.toContain(shell.port)
})
