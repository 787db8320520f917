import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { fileStream } from '../../src/main/base/fileStream.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'surmise-stream-'))
const file = path.join(folder, 'x')
const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251))
writeFileSync(file, bytes)
afterAll(() => rmSync(folder, { recursive: true }))

const isClosed = (handle: FileHandle): boolean => handle.fd === -1

test('the whole file comes, and is closed', async () => {
  const handle = await open(file)
  expect(Buffer.from(await new Response(fileStream(handle)).arrayBuffer()).equals(bytes)).toBe(true)
  expect(isClosed(handle)).toBe(true)
})

test('cancelled at any moment, it is closed, and nothing is thrown', async () => {
  for (let turns = 0; turns < 60; turns++) {
    const handle = await open(file)
    const reader = fileStream(handle).getReader()
    const reading = turns % 2 === 0 ? reader.read() : undefined
    for (let i = 0; i < turns % 20; i++) await turn()
    await reader.cancel()
    await reading
    expect(isClosed(handle)).toBe(true)
  }
})

test('what can’t be read is an error for the reader', async () => {
  const handle = await open(folder)
  await expect(new Response(fileStream(handle)).arrayBuffer()).rejects.toThrow(/EISDIR/)
  expect(isClosed(handle)).toBe(true)
})
