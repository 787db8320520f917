import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { largestReceived, ReceivedFiles } from '../../src/main/app/marks/received.ts'
import { pictureProject } from './support.ts'

test('what is handed over lies under its own name until the project is closed', async () => {
  const { application, workspace } = await pictureProject(1)
  const one = await workspace.received.keep('marks.csv', new Blob(['image,label,value\n']))
  const two = await workspace.received.keep('marks.csv', new Blob(['other']))
  expect(path.basename(one)).toBe('marks.csv')
  expect([one, two].map((file) => readFileSync(file, 'utf8'))).toEqual(['image,label,value\n', 'other'])
  await application.close()
  expect([one, two].map((file) => existsSync(path.dirname(file)))).toEqual([false, false])
})

test.each([
  ['../../etc/passwd', 'passwd'],
  ['C:\\temp\\a.json', 'a.json'],
  ['..', 'file'],
  ['', 'file'],
  ['a\u0000b:c.csv', 'a_b_c.csv'],
  ['نتائج.csv', 'نتائج.csv'],
])('a name leads nowhere else: %j', async (name, kept) => {
  const received = new ReceivedFiles()
  try {
    expect(path.basename(await received.keep(name, new Blob(['x'])))).toBe(kept)
  } finally {
    await received.clear()
  }
})

test('more than passes in one message is refused', async () => {
  const large = new Blob([new Uint8Array(largestReceived + 1)])
  await expect(new ReceivedFiles().keep('a.csv', large)).rejects.toMatchObject({ code: 'file-too-large' })
})
