import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { kindsText } from '../../src/main/app/words.ts'
import { openRoot, walk } from '../../src/main/images/walk.ts'

test('pictures of kinds that aren’t read, and links, are counted by kind', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-test-'))
  try {
    for (const name of ['a.jpg', 'b.HEIC', 'c.heic', 'd.bmp', 'e.dcm', 'notes.txt', 'heic', '.hidden.heic'])
      writeFileSync(path.join(folder, name), '')
    symlinkSync(path.join(folder, 'a.jpg'), path.join(folder, 'link.jpg'))
    const { files, otherKinds, links } = await walk(await openRoot(folder))
    expect([files.map((file) => file.path), otherKinds, links]).toEqual([
      ['a.jpg'],
      { '.heic': 2, '.bmp': 1, '.dcm': 1 },
      1,
    ])
    expect(kindsText({ link: 1, '.heic': 2 })).toBe('2 .heic, 1 link')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
