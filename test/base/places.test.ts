import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { fileNameOf, placeBelow, realPlaceBelow } from '../../src/main/base/places.ts'

const leadsOut = [
  '..',
  '../a.png',
  'a/../../b.png',
  'a/../b.png',
  '/etc/passwd',
  'a\0.png',
  `${'../'.repeat(200)}etc/passwd`,
  `${'a/'.repeat(50)}../../x`,
]
/** What is a strange name elsewhere leads out of the folder on Windows. */
const leadsOutOnWindows = [
  '..\\a.png',
  'a\\..\\..\\b.png',
  'C:\\Windows\\win.ini',
  'C:win.ini',
  'c:/Windows/win.ini',
  '\\\\server\\share\\a.png',
  '//server/share/a.png',
  '\\\\?\\C:\\a.png',
  '\\\\.\\PhysicalDrive0',
  'a.png:hidden',
  'a.png::$DATA',
  '.. /a.png',
  '.../a.png',
  'a./b.png',
  '\\a.png',
]

test('a relative path stays in its folder, on every system', () => {
  for (const relative of leadsOut) {
    for (const [system, root] of [
      [path.posix, '/home/me/photos'],
      [path.win32, 'C:\\Users\\me\\photos'],
    ] as const) {
      expect(() => placeBelow(root, relative, system), relative).toThrow(/leads out/)
    }
  }
  for (const relative of leadsOutOnWindows) {
    expect(() => placeBelow('C:\\photos', relative, path.win32), relative).toThrow(/leads out/)
  }
  // They are names like any others where a backslash and a colon are letters.
  for (const relative of [
    '..\\a.png',
    'C:win.ini',
    'a b/ü/日本/..a..png',
    'a%2e%2e/b.png',
    '%2e%2e/b.png',
    'A/B.PNG',
  ]) {
    expect(placeBelow('/photos', relative, path.posix)).toBe(`/photos/${relative}`)
  }
  expect(placeBelow('C:\\photos', 'a/B c.png', path.win32)).toBe('C:\\photos\\a\\B c.png')
  expect(placeBelow('/photos', '', path.posix)).toMatch(/^\/photos\/?$/)
})

test('whatever a relative path is made of, it stays in its folder or is refused', () => {
  const piece = fc.oneof(
    fc.constantFrom('..', '.', '', '/', '\\', 'C:', '\0', '%2e%2e', '~', ' ', '…', '. .', '..;', '\u202e', 'a'),
    fc.string({ maxLength: 6 }),
  )
  const systems = [
    [path.posix, '/home/me/photos'],
    [path.win32, 'C:\\me\\photos'],
  ] as const
  const check = (pieces: string[], joined: string, [system, root]: (typeof systems)[number]) => {
    const relative = pieces.join(joined)
    let place: string
    try {
      place = placeBelow(root, relative, system)
    } catch (error) {
      expect(error).toMatchObject({ code: 'path-outside' })
      return
    }
    const way = system.relative(root, system.resolve(place))
    expect(way === '..' || way.startsWith(`..${system.sep}`) || system.isAbsolute(way), relative).toBe(false)
  }
  const args = [fc.array(piece, { maxLength: 8 }), fc.constantFrom('/', '\\', ''), fc.constantFrom(...systems)] as const
  fc.assert(fc.property(...args, check), { numRuns: 2000 })
})

test('links are followed before it is asked where a file lies', async () => {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'surmise-places-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const root = path.join(folder, 'photos')
  mkdirSync(path.join(root, 'inside'), { recursive: true })
  mkdirSync(path.join(folder, 'photos2'))
  writeFileSync(path.join(folder, 'secret'), 'secret')
  writeFileSync(path.join(folder, 'photos2', 'b.png'), '')
  writeFileSync(path.join(root, 'inside', 'a.png'), '')
  symlinkSync(path.join(folder, 'secret'), path.join(root, 'link.png'))
  symlinkSync(folder, path.join(root, 'up'))
  symlinkSync(path.join(root, 'inside'), path.join(root, 'again'))
  for (const outside of ['link.png', 'up/secret', 'up/photos2/b.png', 'up/photos']) {
    await expect(realPlaceBelow(root, path.join(root, outside)), outside).rejects.toMatchObject({
      code: 'path-outside',
    })
  }
  expect(await realPlaceBelow(root, path.join(root, 'again', 'a.png'))).toBe(path.join(root, 'inside', 'a.png'))
  await expect(realPlaceBelow(root, path.join(root, 'gone.png'))).rejects.toMatchObject({ code: 'ENOENT' })
})

test('an identity out of a file is a plain name', () => {
  expect(fileNameOf('3f2a-b')).toBe('3f2a-b')
  for (const uid of ['../x', '', 'a/b', 'a\\b', 'a\0', 'x'.repeat(101), 'C:', '..', 'né']) {
    expect(fileNameOf(uid)).toMatch(/^[0-9a-f]{64}$/)
  }
})
