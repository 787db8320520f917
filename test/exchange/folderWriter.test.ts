import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { FolderWriter } from '../../src/main/exchange/write/folderWriter.ts'
import { temporaryFolder } from './folder.ts'

test('what is added to a file comes behind what it began with, however long that takes', async () => {
  const folder = temporaryFolder()
  const writer = new FolderWriter(folder)
  const first = 'x'.repeat(16 * 1024 * 1024)
  for (const name of ['held.txt', 'long.txt']) await writer.write(name, first)
  await writer.addLine('held.txt', 'last')
  await writer.addLine('long.txt', 'y'.repeat(100_000))
  await writer.addLine('long.txt', 'last')
  await writer.end()
  expect(readFileSync(path.join(folder, 'held.txt'), 'utf8') === `${first}last\n`).toBe(true)
  expect(readFileSync(path.join(folder, 'long.txt'), 'utf8') === `${first}${'y'.repeat(100_000)}\nlast\n`).toBe(true)
})
