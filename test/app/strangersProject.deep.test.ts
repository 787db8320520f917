import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { examine } from '../../src/main/app/doctor/doctor.ts'
import { startExport } from '../../src/main/app/exchange/exporting.ts'
import { revealImage } from '../../src/main/app/images/reveal.ts'
import { answerImage } from '../../src/main/app/images/route.ts'
import { startScan } from '../../src/main/app/project/scanning.ts'
import { summaryOf } from '../../src/main/app/project/summary.ts'
import { startEmbedding } from '../../src/main/app/training/training.ts'
import { formats } from '../../src/main/exchange/formats/list.ts'
import { newApplication, pictureProject, pictures, temporaryFolder } from './support.ts'

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
  const ways = ['../private/004.png', 'sub/../../private/004.png', '/etc/hostname']
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

test('a path that no file can have is damage, and the project is not opened', async () => {
  const opened = strangersProject(async (db) => {
    db.prepare('UPDATE image SET path = ? WHERE id = 1').run('a\0b.png')
  })
  await expect(opened).rejects.toMatchObject({ code: 'project-damaged' })
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

describe('a folder of images that is not the project’s own', () => {
  /** A project whose file says that its images lie in somebody else's folder, as it comes to another machine. */
  async function projectFromElsewhere(change?: (folder: string) => void) {
    const { application: first, workspace, folder, imagesRoot, names } = await pictureProject(3)
    workspace.project.states.set([{ imageId: 1, labelId: 1, state: 1 }], { title: 'x' })
    const { path: file, cacheFolder } = workspace.project
    await first.shutdown()
    rmSync(cacheFolder, { recursive: true })
    const home = path.join(folder, 'home')
    renameSync(imagesRoot, home)
    const db = new Database(file)
    const mine = path.join(folder, 'downloads', 'p.surmise')
    db.prepare('UPDATE project SET images_root = ?, images_root_relative = ?').run(home, '../home')
    db.close()
    mkdirSync(path.dirname(mine))
    renameSync(file, mine)
    change?.(folder)
    const config = temporaryFolder()
    const application = newApplication(config)
    return { application, workspace: await application.open(mine), file: mine, folder, home, names, config }
  }

  test('nothing of it is read before somebody allows it; then it is not asked again', async () => {
    const { application, workspace, file, folder, home, names, config } = await projectFromElsewhere()
    expect(summaryOf(workspace)).toMatchObject({ imagesAllowed: false, imagesRoot: home })
    const ask = async (size: string) =>
      (await answerImage(application, new Request(`http://x/images/${size}/1`)))!.status
    const refused = expect.objectContaining({
      code: 'images-not-allowed',
      hint: expect.stringContaining('--allow-images'),
    })
    const before = names.map((name) => statSync(path.join(home, name), { bigint: true }).atimeNs)
    expect(await Promise.all([ask('thumbnail'), ask('full')])).toEqual([410, 410])
    expect(() => startScan(workspace)).toThrow(refused)
    await expect(startEmbedding(workspace, {}).done).rejects.toThrow(refused)
    expect(() => startExport(workspace, { format: 'folders', path: path.join(folder, 'out') })).toThrow(refused)
    await expect(revealImage(workspace, 1, async () => undefined)).rejects.toThrow(refused)
    expect((await examine(application)).text).toContain('not read')
    expect(names.map((name) => statSync(path.join(home, name), { bigint: true }).atimeNs)).toEqual(before)
    // What needs no image works.
    await startExport(workspace, { format: 'csv', path: path.join(folder, 'out.csv') }).done

    await workspace.allowImages()
    expect(await Promise.all([ask('thumbnail'), ask('full')])).toEqual([200, 200])
    await startScan(workspace).done
    await application.shutdown()
    expect((await newApplication(config).open(file)).imagesAllowed).toBe(true)
    expect((await newApplication().open(file, { readOnly: true })).imagesAllowed).toBe(false)
  })

  test('an answer is for that folder of that project alone, and not for where a link leads later', async () => {
    const { application, workspace, file, folder, home } = await projectFromElsewhere()
    await workspace.allowImages()
    await application.close()
    const reopened = async () => {
      const { imagesAllowed } = await application.open(file)
      await application.close()
      return imagesAllowed
    }
    expect(await reopened()).toBe(true)
    renameSync(home, path.join(folder, 'moved'))
    mkdirSync(path.join(folder, 'secret'))
    symlinkSync(path.join(folder, 'secret'), home)
    expect(await reopened()).toBe(false)
    rmSync(home)
    renameSync(path.join(folder, 'moved'), home)
    expect(await reopened()).toBe(true)
    const change = (sql: string, ...values: string[]) => {
      const db = new Database(file)
      db.prepare(sql).run(...values)
      db.close()
    }
    change('UPDATE project SET images_root = ?, images_root_relative = NULL', path.join(folder, 'secret'))
    expect(await reopened()).toBe(false)
    change("UPDATE project SET images_root = ?, uuid = '11111111-1111-4111-8111-111111111111'", home)
    expect(await reopened()).toBe(false)
  })

  test('it is not asked about a folder that was chosen here, or that lies in the project’s own, unless a link leads out', async () => {
    const { application, file, folder, home } = await projectFromElsewhere()
    // Chosen by hand.
    const workspace = application.requireWorkspace()
    await workspace.moveImages(home)
    expect(workspace.imagesAllowed).toBe(true)
    await application.close()
    // Made here, with images elsewhere.
    const made = await application.create({
      path: path.join(folder, 'downloads', 'q.surmise'),
      imagesRoot: home,
      labels: [],
    })
    expect(made.imagesAllowed).toBe(true)
    await application.close()
    expect((await application.open(path.join(folder, 'downloads', 'q.surmise'))).imagesAllowed).toBe(true)
    await application.close()
    // Its own folder, on a machine that knows nothing of it.
    const own = path.join(folder, 'downloads', 'images')
    const db = new Database(file)
    db.prepare('UPDATE project SET images_root = ?, images_root_relative = ?').run(own, 'images')
    db.close()
    const elsewhere = newApplication()
    const allowed = async () => {
      const opened = await elsewhere.open(file)
      await elsewhere.close()
      return opened.imagesAllowed
    }
    expect(await allowed()).toBe(true)
    symlinkSync(home, own)
    expect(await allowed()).toBe(false)
    rmSync(own)
    symlinkSync(path.join(folder, 'not there yet'), own)
    expect(await allowed()).toBe(false)
    rmSync(own)
    mkdirSync(own)
    expect(await allowed()).toBe(true)
  })
})

test('no export takes along what is no image, or not the one that was scanned', async () => {
  const secrets = { '003.png': 'a private key', '002.png': 'another picture' }
  const { application, folder } = await strangersProject(async (db, where) => {
    const images = path.join(where, 'images')
    // A file whose fingerprint is right, and which is no picture; and a picture of another fingerprint.
    writeFileSync(path.join(images, '003.png'), secrets['003.png'])
    db.prepare('UPDATE image SET sha256 = ? WHERE path = ?').run(sha256(path.join(images, '003.png')), '003.png')
    cpSync(path.join(where, 'private', '004.png'), path.join(images, '002.png'))
  })
  const workspace = application.requireWorkspace()
  workspace.project.states.set(
    [1, 2, 3, 4].map((imageId) => ({ imageId, labelId: 1, state: 1 })),
    { title: 'x' },
  )
  for (const format of formats.filter(({ write, images = 'none' }) => write && images !== 'none')) {
    for (const how of ['copy', 'link'] as const) {
      const target = path.join(folder, `${format.id} ${how}`)
      const { warnings } = await startExport(workspace, { format: format.id, path: target, images: how }).done
      const taken = readdirSync(target, { recursive: true, encoding: 'utf8' }).map((name) => path.basename(name))
      expect([format.id, how, taken.filter((name) => name in secrets)]).toEqual([format.id, how, []])
      expect(taken).toContain('000.png')
      expect(warnings.find(({ code }) => code === 'image-not-placed')).toMatchObject({ count: expect.any(Number) })
    }
  }
})

test('nothing is embedded through a link, however right its fingerprint is', async () => {
  const { application } = await strangersProject(async (db, folder) => {
    symlinkSync(path.join(folder, 'private'), path.join(folder, 'images', 'sub'))
    db.prepare('UPDATE image SET path = ?, sha256 = ? WHERE id = 2').run(
      'sub/004.png',
      sha256(path.join(folder, 'private', '004.png')),
    )
  })
  const { embedded, failed } = await startEmbedding(application.requireWorkspace(), {}).done
  expect([embedded, failed.map(({ code }) => code)]).toEqual([3, ['path-outside']])
})
