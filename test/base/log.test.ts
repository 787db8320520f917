import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openLog } from '../../src/main/base/log.ts'
import { errorForLog, withoutContent } from '../../src/main/base/logText.ts'

test('a line of the log holds no path, no name and no content', () => {
  for (const [said, kept] of [
    ["ENOENT: no such file, open '/home/me/My Photos/x.jpg'", "ENOENT: no such file, open '…'"],
    ['Mark “HIV positive” present', 'Mark “…” present'],
    ['The disk is full: /home/me/My Photos/x.jpg', 'The disk is full: …'],
    ['This is a folder: C:\\Users\\me\\My Photos', 'This is a folder: …'],
    ['It is at \\\\server\\share\\a.png now', 'It is at … now'],
    ['read /mnt/data/a.jpg and /mnt/b', 'read … and …'],
    ['file:///home/me/a.jpg is gone', '… is gone'],
    ['Unexpected token , "{"label":"dog"" is not valid JSON', 'Unexpected token , "…" is not valid JSON'],
    ["open '/home/me/Anna's dog/x.jpg' failed", "open '…' failed"],
    ['data:image/png;base64,iVBORw0KGgo= came', '… came'],
    [
      "Cannot read properties of undefined (reading 'labels')",
      "Cannot read properties of undefined (reading 'labels')",
    ],
    ['compute: 3/4 done, 1/2 s, and/or', 'compute: 3/4 done, 1/2 s, and/or'],
    ['http://127.0.0.1:1/x was asked for', 'http://127.0.0.1:1/x was asked for'],
  ]) {
    expect(withoutContent(said)).toBe(kept)
  }
  for (const secret of ['dog', homedir(), '/data']) {
    expect(withoutContent(`Label “${secret}” in ${secret === 'dog' ? '"dog"' : secret}`)).not.toContain(secret)
  }
})

test('an error keeps its kind, its code and where in the program it comes from', () => {
  const cause = Object.assign(new Error("open '/home/me/a.jpg'"), { code: 'ENOENT', path: '/home/me/a.jpg' })
  const kept = errorForLog(new TypeError('It failed: /home/me/a.jpg', { cause }))!
  expect(kept).toMatchObject({ type: 'TypeError' })
  expect(kept.stack).toContain('test/base/log.test.ts:')
  expect(kept.stack).toContain('caused by: Error: open')
  expect(JSON.stringify(errorForLog(cause))).toContain('ENOENT')
  expect(JSON.stringify([kept, errorForLog(cause)])).not.toMatch(/home|a\.jpg/)
  expect(errorForLog('nothing')).toBeUndefined()

  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-log-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'surmise.log')
  const log = openLog(file)
  for (const level of ['debug', 'info', 'warn'] as const) log[level]('Scan “secret” of /home/me/secret')
  log.error('It failed: /home/me/secret', cause)
  const text = readFileSync(file, 'utf8')
  expect(text.trim().split('\n')).toHaveLength(4)
  expect(text).not.toMatch(/secret|home|a\.jpg/)
})
