import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { startExport } from '../../src/main/app/exporting.ts'
import { answerImage } from '../../src/main/app/imageRoute.ts'
import { newApplication, pictureProject, pictures } from './support.ts'

/** A project as a stranger may send it: its file says whatever they like, and its cache comes with it. */
async function strangersProject(change: (db: Database.Database, folder: string) => void | Promise<void>) {
  const { application: first, workspace, folder, imagesRoot } = await pictureProject(4)
  const { path: file, cacheFolder } = workspace.project
  await first.shutdown()
  // The last is none of the project's.
  const secret = path.join(folder, 'private', (await pictures(path.join(folder, 'private'), 5))[4])
  const db = new Database(file)
  await change(db, folder)
  db.close()
  const application = newApplication()
  await application.open(file)
  const ask = async (place: string) => {
    const response = (await answerImage(application, new Request(`http://localhost${place}`)))!
    return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) }
  }
  return { application, folder, imagesRoot, cacheFolder, secret, ask }
}

const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

test('paths of images that lead out of the folder are not shown, embedded in a page, or copied', async () => {
  const ways = ['../private/004.png', 'sub/../../private/004.png', '/etc/hostname', 'a\0b.png']
  const { application, ask, folder } = await strangersProject(async (db, where) => {
    const hash = sha256(path.join(where, 'private', '004.png'))
    for (const [i, way] of ways.entries())
      db.prepare('UPDATE image SET path = ?, sha256 = ? WHERE id = ?').run(way, hash, i + 1)
    rmSync(path.join(where, 'p.surmise-cache', 'thumbnails'), { recursive: true, force: true })
  })
  for (const size of ['thumbnail', 'full']) {
    for (let id = 1; id <= ways.length; id++) {
      const { status, bytes } = await ask(`/images/${size}/${id}`)
      expect([status, bytes.subarray(0, 4).toString('latin1')], ways[id - 1]).toEqual([410, 'This'])
    }
  }
  const workspace = application.requireWorkspace()
  const copied = startExport(workspace, { format: 'voc', path: path.join(folder, 'out'), images: 'copy' })
  await expect(copied.done).rejects.toMatchObject({ code: 'path-outside' })
  expect(existsSync(path.join(folder, 'out', 'private'))).toBe(false)
})

test('links in a stranger’s folder and cache lead nowhere', async () => {
  const { ask, cacheFolder, imagesRoot, secret } = await strangersProject(async (db, folder) => {
    const file = path.join(folder, 'private', '004.png')
    // A thumbnail, and a folder of images, that are links.
    const [{ sha256: first }] = db.prepare('SELECT sha256 FROM image WHERE id = 1').all() as { sha256: string }[]
    const made = path.join(folder, 'p.surmise-cache', 'thumbnails', first.slice(0, 2), `${first}.webp`)
    rmSync(made)
    symlinkSync(file, made)
    symlinkSync(path.join(folder, 'private'), path.join(folder, 'images', 'sub'))
    db.prepare('UPDATE image SET path = ?, sha256 = ? WHERE id = 2').run('sub/004.png', sha256(file))
  })
  expect(existsSync(path.join(imagesRoot, 'sub', '004.png'))).toBe(true)
  for (const place of ['/images/thumbnail/1', '/images/thumbnail/2', '/images/full/2']) {
    const { status, bytes } = await ask(place)
    expect(status, place).toBe(410)
    expect(bytes.includes(readFileSync(secret).subarray(0, 8))).toBe(false)
  }
  expect((await ask('/images/thumbnail/3')).status).toBe(200)
  expect(existsSync(cacheFolder)).toBe(true)
})

test('fingerprints and identities that are paths stay names', async () => {
  const long = `${'../'.repeat(20)}etc/`.padEnd(64, 'x')
  const { application, ask } = await strangersProject((db, folder) => {
    db.prepare('UPDATE image SET sha256 = ? WHERE id = 1').run(long)
    mkdirSync(path.join(folder, 'p.surmise-cache', 'models'), { recursive: true })
    writeFileSync(path.join(folder, 'outside.scores'), 'surmise scores 1')
    db.prepare(
      "INSERT INTO model VALUES (1, ?, 0, 'blend', 'surmise-tiny', NULL, NULL, 'null', '[1,2]', '../../outside.onnx', 1)",
    ).run('../../outside')
  })
  expect((await ask('/images/thumbnail/1')).status).toBe(410)
  expect((await ask('/images/full/1')).status).toBe(410)
  // Its scores would be outside: so there are none.
  const { suggestions, project } = application.requireWorkspace()
  expect(await suggestions.current()).toBeUndefined()
  expect(suggestions.isUsable(project.models.get(1)!)).toBe(false)
})
