import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { expect, test, vi } from 'vitest'
import { folderListing, projectSummary } from '../../src/contract/schemas.ts'
import { browseFolder } from '../../src/main/app/program/browse.ts'
import { configFolder } from '../../src/main/app/program/home.ts'
import { startScan } from '../../src/main/app/project/scanning.ts'
import { summaryOf } from '../../src/main/app/project/summary.ts'
import { openLog } from '../../src/main/base/log.ts'
import { newApplication, pictureProject, pictures, temporaryFolder } from './support.ts'

test('a project is made, looked through, closed and opened again; one is open at a time', async () => {
  const { application, workspace, folder, imagesRoot, names } = await pictureProject(5)
  expect(projectSummary.parse(summaryOf(workspace))).toMatchObject({
    name: 'p',
    images: { total: 5, ok: 5 },
    labels: [{ name: 'left' }, { name: 'right' }],
    model: null,
    imagesRootFound: true,
  })
  expect(await application.open(workspace.project.path)).toBe(workspace)
  await expect(application.open(path.join(folder, 'none.surmise'))).rejects.toMatchObject({ code: 'project-not-found' })
  expect(application.workspace).toBe(workspace)

  const other = await application.create({ path: path.join(folder, 'q.surmise'), imagesRoot, labels: [] })
  expect(application.workspace).toBe(other)
  expect(() => workspace.project.images.counts()).toThrow()
  const back = await application.open(path.join(folder, 'p.surmise'))
  expect((await application.recent.list()).map(({ name, found }) => [name, found])).toEqual([
    ['p', true],
    ['q', true],
  ])
  await application.recent.forget(path.join(folder, 'q.surmise'))
  rmSync(path.join(folder, 'q.surmise'))
  expect(await application.recent.list()).toHaveLength(1)

  // A second look finds what is new, moved and gone.
  renameSync(path.join(imagesRoot, names[0]), path.join(imagesRoot, 'moved.png'))
  rmSync(path.join(imagesRoot, names[1]))
  await pictures(path.join(imagesRoot, 'more'), 1)
  writeFileSync(path.join(imagesRoot, 'more/000.png'), 'broken')
  const scan = startScan(back)
  expect(await scan.done).toMatchObject({ found: 5, added: 1, moved: 1, missing: 1, broken: 1 })
  expect(back.context.jobs.get(scan.id)!.outcome).toBe('5 images found: 1 new, 1 moved, 1 missing, 1 can’t be read.')
  await application.close()
  expect(application.workspace).toBeUndefined()
  expect(() => application.requireWorkspace()).toThrow(expect.objectContaining({ code: 'no-project' }))
})

test('a folder of images that is gone is said so; a backbone that can’t be used begins no project', async () => {
  const { application, workspace, folder, imagesRoot } = await pictureProject(1)
  renameSync(imagesRoot, path.join(folder, 'elsewhere'))
  expect(summaryOf(workspace).imagesRootFound).toBe(false)
  expect(() => startScan(workspace)).toThrow(expect.objectContaining({ code: 'images-folder-missing' }))
  workspace.project.relocateRoot(path.join(folder, 'elsewhere'))
  expect(await startScan(workspace).done).toMatchObject({ found: 1, added: 0, missing: 0 })
  const wrong = {
    path: path.join(folder, 'r.surmise'),
    imagesRoot: folder,
    labels: [],
    backbone: path.join(folder, 'x.onnx'),
  }
  await expect(application.create(wrong)).rejects.toMatchObject({ code: 'backbone-missing' })
  expect(existsSync(wrong.path)).toBe(false)
  expect(application.workspace).toBe(workspace)
})

test('damage that comes to light after the opening: the project of before stays, and the file is let go of', async () => {
  const { application, workspace, folder, imagesRoot } = await pictureProject(1)
  const first = workspace.project.path
  const file = path.join(folder, 'q.surmise')
  const other = await application.create({ path: file, imagesRoot, labels: [] })
  await application.open(first)
  expect(application.workspace).not.toBe(other)
  const rename = (from: string, to: string) => {
    const db = new Database(file)
    db.exec(`ALTER TABLE label RENAME COLUMN ${from} TO ${to}`)
    db.close()
  }
  rename('removed', 'scribble')
  await expect(application.open(file)).rejects.toThrow()
  expect(application.requireWorkspace().project.path).toBe(first)
  expect(application.requireWorkspace().project.images.counts().total).toBe(1)
  rename('scribble', 'removed')
  expect((await application.open(file)).project.path).toBe(file)
})

test('a project that is open elsewhere can be looked at, not changed', async () => {
  const { workspace } = await pictureProject(1)
  const second = newApplication()
  await expect(second.open(workspace.project.path)).rejects.toMatchObject({ code: 'project-open-elsewhere' })
  const looking = await second.open(workspace.project.path, { readOnly: true })
  expect(summaryOf(looking)).toMatchObject({ readOnly: true, images: { total: 1 } })
  expect(() => startScan(looking)).toThrow(expect.objectContaining({ code: 'project-read-only' }))
})

test('the list of recent projects survives damage, and a home that can’t be written', async () => {
  const home = temporaryFolder()
  writeFileSync(path.join(home, 'recent.json'), '{"not":"a list"}')
  expect(await newApplication(home).recent.list()).toEqual([])
  const blocked = path.join(home, 'file')
  writeFileSync(blocked, '')
  const application = newApplication(path.join(blocked, 'home'))
  await application.recent.add({ path: '/p.surmise', name: 'p' })
  expect(await application.recent.list()).toEqual([])
  openLog(path.join(blocked, 'log')).error('nobody hears this')
  const log = path.join(home, 'logs', 'surmise.log')
  openLog(log).error('it failed', new Error('why'))
  expect(JSON.parse(readFileSync(log, 'utf8'))).toMatchObject({
    msg: 'it failed',
    err: { message: 'why', stack: expect.any(String) },
  })
})

test('a folder is listed with folders first, images or what is asked for, and no hidden files', async () => {
  const folder = temporaryFolder()
  mkdirSync(path.join(folder, 'b'))
  mkdirSync(path.join(folder, '.hidden'))
  symlinkSync(path.join(folder, 'nowhere'), path.join(folder, 'dangling'))
  symlinkSync(path.join(folder, 'b'), path.join(folder, 'a'))
  for (const name of ['10.jpg', '2.jpg', 'p.surmise', 'x.txt', '.secret.jpg'])
    writeFileSync(path.join(folder, name), '')
  const names = async (...extensions: string[]) =>
    folderListing
      .parse(await browseFolder(folder, extensions.length > 0 ? extensions : undefined))
      .entries.map(({ name }) => name)
  expect(await names()).toEqual(['a', 'b', '2.jpg', '10.jpg'])
  expect(await names('surmise')).toEqual(['a', 'b', 'p.surmise'])
  expect((await browseFolder(path.join(folder, 'b'))).parent).toBe(folder)
  expect((await browseFolder('/')).parent).toBeNull()
  await expect(browseFolder('relative')).rejects.toMatchObject({ code: 'path-relative' })
  await expect(browseFolder(path.join(folder, 'none'))).rejects.toMatchObject({ code: 'enoent' })
})

test('the config folder of each system', () => {
  expect(configFolder({ SURMISE_HOME: '/x' })).toBe(path.resolve('/x'))
  expect(configFolder({ XDG_CONFIG_HOME: '/c' }, 'linux')).toBe(path.join('/c', 'surmise'))
  expect(configFolder({ APPDATA: '/a' }, 'win32')).toBe(path.join('/a', 'Surmise'))
  expect(configFolder({}, 'darwin')).toContain(path.join('Library', 'Application Support', 'Surmise'))
})

test('a sample that is stopped on the way leaves nothing behind', async () => {
  const application = newApplication()
  const fresh = path.join(temporaryFolder(), 'Surmise sample')
  const mine = temporaryFolder()
  writeFileSync(path.join(mine, '.keep'), 'mine')
  for (const folder of [fresh, mine]) {
    const drawing = application.drawSample(folder)
    await vi.waitFor(() => expect(readdirSync(path.join(folder, 'images'))).not.toHaveLength(0), 120_000)
    application.context.jobs.cancel(drawing.id)
    await expect(drawing.done).rejects.toMatchObject({ code: 'cancelled' })
  }
  expect(existsSync(fresh)).toBe(false)
  expect(readdirSync(mine)).toEqual(['.keep'])
})
