import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createEncrypted, type Server } from 'node:https'
import { type AddressInfo, connect as connectTo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { atMirror, redirected, requireSafe } from '../../src/main/backbone/download/address.ts'
import { type DownloadInput, download } from '../../src/main/backbone/download/download.ts'
import { partOf } from '../../src/main/backbone/download/part.ts'
import type { UserError } from '../../src/main/base/errors.ts'
import { RandomState } from '../../src/main/base/random.ts'
import { smallDisk, testOnSmallDisk } from '../smallDisk.ts'
import { FileServer } from './fileServer.ts'

const bytesOf = (length: number, seed: number): Buffer => {
  const random = new RandomState(seed)
  return Buffer.from(Uint8Array.from({ length }, () => random.integer(256)))
}
const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

const content = bytesOf(400_000, 1)
let folder: string
let server: FileServer

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'surmise-download-'))
  server = await FileServer.start(content)
})
afterEach(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

const target = (): string => path.join(folder, 'models', 'model.onnx')
const quick = { stall: 400, pauses: [1, 1, 1] }

const input = (more: Partial<DownloadInput> = {}): DownloadInput => ({
  ...{ url: server.url, target: target(), bytes: content.length, sha256: sha256Of(content), proxy: '' },
  ...quick,
  ...more,
})

async function failure(of: Promise<unknown>): Promise<UserError> {
  const error = await of.then(
    () => expect.unreachable('it should have failed'),
    (cause) => cause,
  )
  expect(error).toMatchObject({ name: 'UserError' })
  expect(error.hint).not.toBe('')
  return error
}

function expectNothingKept(): void {
  expect(existsSync(target())).toBe(false)
  expect(existsSync(partOf(target()))).toBe(false)
}

describe('a download', () => {
  test('is there whole, told on the way, with nothing left beside it', async () => {
    const told: number[] = []
    const got = await download(input(), { progress: ({ done }) => told.push(done) })
    expect(got).toEqual({ bytes: content.length, sha256: sha256Of(content), resumedFrom: 0 })
    expect(readFileSync(target()).equals(content)).toBe(true)
    expect(told.at(-1)).toBe(content.length)
    expect(
      [partOf(target()), `${partOf(target())}.json`, path.join(folder, 'models', 'writer.lock')].filter(existsSync),
    ).toEqual([])
  })

  test('that breaks off goes on where it was, in the same call', async () => {
    server.instead.push(server.breaksOff(100_000), server.breaksOff(250_000))
    expect(await download(input())).toMatchObject({ bytes: content.length })
    expect(server.ranges).toEqual([undefined, 'bytes=100000-', 'bytes=250000-'])
    expect(readFileSync(target()).equals(content)).toBe(true)
  })

  test('that broke off for good goes on in the next call, also when it is begun by another process', async () => {
    server.instead.push(...Array.from({ length: 5 }, () => server.breaksOff(100_000)))
    const error = await failure(download(input()))
    expect(error.code).toBe('download-broken-off')
    expect(existsSync(target())).toBe(false)
    expect(readFileSync(partOf(target())).equals(content.subarray(0, 100_000))).toBe(true)
    server.ranges.length = 0
    server.instead.length = 0
    expect(await download(input())).toMatchObject({ resumedFrom: 100_000 })
    expect(server.ranges).toEqual(['bytes=100000-'])
    expect(readFileSync(target()).equals(content)).toBe(true)
  })

  test('that was cancelled keeps what came', async () => {
    const abort = new AbortController()
    // So much, and then nothing for as long as it takes.
    server.instead.push((_, response) => {
      response.writeHead(200, { etag: '"first"', 'content-length': content.length })
      response.write(content.subarray(0, 100_000))
    })
    const cancelled = failure(download(input({ stall: 30_000 }), { signal: abort.signal }))
    await vi.waitFor(() => expect(statSync(partOf(target())).size).toBe(100_000), 120_000)
    abort.abort()
    expect((await cancelled).code).toBe('cancelled')
    expect(existsSync(target())).toBe(false)
    expect(await download(input())).toMatchObject({ bytes: content.length, resumedFrom: 100_000 })
  })

  test('begins anew where the file was changed in between', async () => {
    server.instead.push(...Array.from({ length: 5 }, () => server.breaksOff(100_000)))
    await failure(download(input({ bytes: null, sha256: null })))
    server.instead.length = 0
    server.content = bytesOf(300_000, 2)
    server.etag = '"second"'
    expect(await download(input({ bytes: null, sha256: null }))).toMatchObject({ sha256: sha256Of(server.content) })
    expect(readFileSync(target()).equals(server.content)).toBe(true)
  })

  test('begins anew where the server says the file is the same, and it is not', async () => {
    server.instead.push(...Array.from({ length: 5 }, () => server.breaksOff(100_000)))
    await failure(download(input({ sha256: null })))
    server.instead.length = 0
    // The same ETag, the same length, other bytes.
    server.content = bytesOf(content.length, 3)
    server.ranges.length = 0
    const sha256 = sha256Of(server.content)
    expect(await download(input({ sha256 }))).toMatchObject({ sha256 })
    expect(server.ranges).toEqual(['bytes=100000-', undefined])
    expect(readFileSync(target()).equals(server.content)).toBe(true)
  })

  test('begins anew where the server knows no ranges, or gives another one than was asked for', async () => {
    const whole = (_: unknown, response: import('node:http').ServerResponse) => {
      response.writeHead(200, { 'content-length': content.length }).end(content)
    }
    server.instead.push(server.breaksOff(100_000), whole)
    await download(input())
    expect(readFileSync(target()).equals(content)).toBe(true)

    rmSync(target())
    server.instead.push(server.breaksOff(100_000), (_, response) => {
      const range = `bytes 0-${content.length - 1}/${content.length}`
      response.writeHead(206, { etag: '"first"', 'content-range': range }).end(content)
    })
    await download(input())
    expect(readFileSync(target()).equals(content)).toBe(true)
  })

  test('is not resumed where the server cannot say whether the file is the same', async () => {
    server.etag = null
    server.instead.push(server.breaksOff(100_000))
    await download(input())
    expect(server.ranges).toEqual([undefined, undefined])
  })

  test('of a wrong hash is refused, and nothing is kept', async () => {
    const error = await failure(download(input({ sha256: '0'.repeat(64) })))
    expect(error.code).toBe('download-hash')
    expectNothingKept()
  })

  test('of a wrong size is refused: announced, longer than announced, shorter than announced', async () => {
    expect((await failure(download(input({ bytes: 5 })))).code).toBe('download-size')
    expectNothingKept()
    // Without a length it can’t be known before: it is stopped when it is too much.
    server.instead.push((_, response) => response.writeHead(200).end(Buffer.concat([content, content])))
    expect((await failure(download(input()))).code).toBe('download-size')
    expectNothingKept()
    // It lies: what it announces never comes.
    const lies: (typeof server.instead)[number] = (_, response) => {
      response.writeHead(200, { 'content-length': content.length + 50 })
      response.write(content, () => response.socket?.end())
    }
    server.instead.push(...Array.from({ length: 5 }, () => lies))
    expect((await failure(download(input({ bytes: null, sha256: null })))).code).toBe('download-broken-off')
    expect(existsSync(target())).toBe(false)
  })

  test('that stalls is told, and goes on the next time', async () => {
    const stalls: (typeof server.instead)[number] = (_, response) => {
      response.writeHead(200, { 'content-length': content.length, etag: '"first"' })
      response.write(content.subarray(0, 50_000))
    }
    const goesOnStalling: (typeof server.instead)[number] = () => undefined
    server.instead.push(stalls, ...Array.from({ length: 5 }, () => goesOnStalling))
    expect((await failure(download(input()))).code).toBe('download-stalled')
    server.instead.length = 0
    expect(await download(input())).toMatchObject({ resumedFrom: 50_000 })
  })

  test('tries again what a server can’t give right now, and not what it has not', async () => {
    server.instead.push((_, response) => response.writeHead(503).end())
    await download(input())
    rmSync(target())
    server.ranges.length = 0
    server.instead.push((_, response) => response.writeHead(404).end())
    const error = await failure(download(input()))
    expect(error).toMatchObject({ code: 'download-refused' })
    expect(error.message).toMatch(/doesn’t have this file/)
    expect(server.ranges).toHaveLength(1)
  })

  test('follows redirects on this machine, and none that is not safe, or has no end', async () => {
    const to = (location: string): (typeof server.instead)[number] => {
      return (_, response) => response.writeHead(302, { location }).end()
    }
    server.instead.push(to('/elsewhere'), to(`${server.origin}/again`))
    await download(input())
    rmSync(target())
    server.instead.push(to('http://models.example/model.onnx'))
    expect((await failure(download(input()))).code).toBe('redirect-unsafe')
    server.instead.push(to('file:///etc/passwd'))
    expect((await failure(download(input()))).code).toBe('redirect-unsafe')
    server.instead.push(...Array.from({ length: 20 }, () => to('/round')))
    expect((await failure(download(input()))).code).toBe('redirect-endless')
  })

  test('of what is refused when it is looked through is not kept', async () => {
    const check = async (): Promise<void> => {
      throw new Error('no model')
    }
    await expect(download(input({ check }))).rejects.toThrow('no model')
    expectNothingKept()
  })

  test('says that this machine may be offline', async () => {
    const wanted = input()
    await server.stop()
    const error = await failure(download(wanted))
    expect(error.code).toBe('download-offline')
    expect(error.hint).toMatch(/mirror or proxy/)
    server = await FileServer.start(content)
  })

  test('goes through a proxy that is given, or that the environment names', async () => {
    const asked: string[] = []
    const proxy = createServer((request, response) => {
      asked.push(request.url ?? '')
      server.send(request, response)
    })
    proxy.on('connect', (request, socket, head) => {
      asked.push(request.url ?? '')
      const out = connectTo(Number(server.url.port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        out.write(head)
        out.pipe(socket).pipe(out)
      })
      socket.on('error', () => out.destroy())
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    // Nothing is there but by the proxy.
    const url = new URL('http://localhost:1/file.onnx')
    await download(input({ url, proxy: address }))
    expect(readFileSync(target()).equals(content)).toBe(true)
    expect(asked).toHaveLength(1)
    rmSync(target())
    vi.stubEnv('http_proxy', address)
    vi.stubEnv('no_proxy', '')
    await download(input({ url }))
    expect(asked.join()).toMatch(/localhost:1.*localhost:1/)
    vi.unstubAllEnvs()
    expect((await failure(download(input({ proxy: 'ftp://proxy' })))).code).toBe('proxy-wrong')
    proxy.closeAllConnections()
    await new Promise((resolve) => proxy.close(resolve))
  })

  test('two at once of one file: one of them has to wait', async () => {
    const answers: (() => void)[] = []
    server.instead.push((request, response) => void answers.push(() => server.send(request, response)))
    const first = download(input({ stall: 20_000 }))
    await expect.poll(() => answers.length).toBe(1)
    expect((await failure(download(input()))).code).toBe('download-under-way')
    answers[0]()
    await first
  })
})

testOnSmallDisk(
  'without room it says how much is needed; where the disk fills up meanwhile, it goes on later',
  async () => {
    const disk = smallDisk(1)
    const target = path.join(disk.folder, 'model.onnx')
    disk.fill()
    expect((await failure(download(input({ target })))).code).toBe('disk-full')
    disk.free()
    // Nobody knew how long it would be.
    const long = bytesOf(2_000_000, 4)
    server.instead.push((_, response) => response.writeHead(200, { etag: '"first"' }).end(long))
    const error = await failure(download(input({ target, bytes: null, sha256: null })))
    expect(error).toMatchObject({ code: 'disk-full', hint: expect.stringMatching(/Free some space/) })
    expect(existsSync(target)).toBe(false)
    await download(input({ target }))
    expect(readFileSync(target).equals(content)).toBe(true)
  },
)

describe('over an encrypted line', () => {
  const fixtures = path.resolve(import.meta.dirname, '../shell/fixtures')
  const [cert, key] = ['cert', 'key'].map((what) => readFileSync(path.join(fixtures, `localhost.${what}.pem`), 'utf8'))
  const trusted = getCACertificates('default')
  let encrypted: Server
  let asked: (string | undefined)[]

  beforeEach(async () => {
    asked = []
    encrypted = createEncrypted({ cert, key }, (request, response) => {
      asked.push(request.headers.range)
      server.send(request, response, asked.length === 1 ? 100_000 : undefined)
    })
    await new Promise<void>((resolve) => encrypted.listen(0, '0.0.0.0', resolve))
  })
  afterEach(async () => {
    setDefaultCACertificates(trusted)
    encrypted.closeAllConnections()
    await new Promise((resolve) => encrypted.close(resolve))
  })
  const at = (host: string): URL => new URL(`https://${host}:${(encrypted.address() as AddressInfo).port}/model.onnx`)

  test('a file comes from a server that shows what it is, and goes on where it broke off', async () => {
    setDefaultCACertificates([...trusted, cert])
    await download(input({ url: at('localhost') }))
    expect(asked).toEqual([undefined, 'bytes=100000-'])
    expect(readFileSync(target()).equals(content)).toBe(true)
  })

  test('one that is not trusted, or is called otherwise, is asked for nothing', async () => {
    const stranger = await failure(download(input({ url: at('localhost') })))
    expect(stranger).toMatchObject({
      code: 'download-certificate',
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    })
    setDefaultCACertificates([...trusted, cert])
    // All of 127 is this machine on Linux; elsewhere nobody is there.
    const other = await failure(download(input({ url: at('127.0.0.2') })))
    expect(other.code).toBe(process.platform === 'linux' ? 'download-certificate' : 'download-offline')
    expect(asked).toEqual([])
    expect(existsSync(target())).toBe(false)
  })
})

describe('addresses', () => {
  test('are encrypted, or of this machine', () => {
    expect(requireSafe('https://models.example/a').href).toBe('https://models.example/a')
    for (const own of ['http://127.0.0.1:80/a', 'http://localhost/a', 'http://[::1]:9/a']) requireSafe(own)
    const unsafe = ['http://models.example', 'http://127.0.0.1.models.example', 'ftp://a', 'file:///a', '', 'a']
    for (const address of unsafe) expect(() => requireSafe(address)).toThrow(/isn’t encrypted/)
  })

  test('of a mirror keep the path', () => {
    const address = 'https://huggingface.co/a/resolve/main/b.onnx'
    expect(atMirror(address, '').href).toBe(address)
    expect(atMirror(address, ' https://mirror.example ').href).toBe('https://mirror.example/a/resolve/main/b.onnx')
    expect(atMirror(address, 'https://mirror.example/hf/').href).toBe('https://mirror.example/hf/a/resolve/main/b.onnx')
    expect(() => atMirror(address, 'http://mirror.example')).toThrow(/isn’t encrypted/)
  })

  test('never lead out of encryption, nor from elsewhere to this machine', () => {
    const from = new URL('https://models.example/a')
    expect(redirected(from, '/b').href).toBe('https://models.example/b')
    expect(redirected(from, 'https://cdn.example/b').href).toBe('https://cdn.example/b')
    for (const location of ['http://cdn.example/b', 'http://127.0.0.1/b', 'http://localhost:80/', 'data:,b']) {
      expect(() => redirected(from, location)).toThrow(/unsafe address/)
    }
  })
})
