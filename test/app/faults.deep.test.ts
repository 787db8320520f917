import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Application } from '../../src/main/app/application.ts'
import { startExport } from '../../src/main/app/exchange/exporting.ts'
import { startImport, startPreview } from '../../src/main/app/exchange/importing.ts'
import { setMarks } from '../../src/main/app/marks/marks.ts'
import { backupsOf } from '../../src/main/app/project/backups.ts'
import { startEmbedding, startTraining } from '../../src/main/app/training/training.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { thumbnailPath } from '../../src/main/images/thumbnails.ts'
import { absolutePath } from '../../src/main/images/walk.ts'
import { backupFolder } from '../../src/main/project/file/backups.ts'
import { smallDisk, testOnSmallDisk } from '../smallDisk.ts'
import { newApplication, pictureProject, pictures } from './support.ts'

function noticesOf({ context }: Application): string[] {
  const notices: string[] = []
  const events = context.events.subscribe()
  void (async () => {
    for await (const event of events) if (event.kind === 'notice') notices.push(`${event.message} ${event.hint}`)
  })()
  return notices
}

async function markAll(workspace: Workspace, names: readonly string[]): Promise<void> {
  const labels = workspace.project.labels.list()
  const changes = names.flatMap((name, i) => {
    const imageId = workspace.project.images.byPath(name)!.id
    return labels.map(({ id: labelId }, side) => ({
      imageId,
      labelId,
      state: i % 2 === side ? (1 as const) : (-1 as const),
    }))
  })
  await setMarks(workspace, changes)
}

async function projectOn(folder: string, application: Application, count: number) {
  const imagesRoot = path.join(folder, 'images')
  mkdirSync(imagesRoot, { recursive: true })
  const names = await pictures(imagesRoot, count)
  const project = { path: path.join(folder, 'p.surmise'), imagesRoot, labels: ['left', 'right'] }
  const { workspace, scan } = await application.createAndScan(project)
  await scan.done
  return { workspace, names }
}

testOnSmallDisk(
  'a disk that fills up: embedding, training, export, import and marks say so; when there is room, each is done',
  async () => {
    const disk = smallDisk(96)
    const application = newApplication()
    const { workspace, names } = await projectOn(disk.folder, application, 12)
    const notices = noticesOf(application)
    await markAll(workspace, names)
    disk.fill()
    const target = path.join(disk.folder, 'out.csv')
    const tries = [
      () => startEmbedding(workspace, { device: 'cpu' }).done,
      async () => (await startTraining(workspace, { device: 'cpu' })).done,
      () => startExport(workspace, { format: 'csv', path: target }).done,
      () => startExport(workspace, { format: 'voc', path: path.join(disk.folder, 'voc'), images: 'copy' }).done,
    ]
    for (const attempt of tries) {
      await expect(attempt()).rejects.toMatchObject({
        name: 'UserError',
        message: expect.stringContaining('full'),
        hint: expect.stringContaining('space'),
      })
    }
    expect(readdirSync(disk.folder).filter((name) => name.includes('.tmp') || name.startsWith('out'))).toEqual([])

    disk.free()
    expect((await startExport(workspace, { format: 'csv', path: target }).done).present).toBe(12)
    expect((await startEmbedding(workspace, { device: 'cpu' }).done).embedded).toBe(12)
    disk.fill()
    // Before an import there is a backup, if there can be one; the import is done all the same, or refused as a whole.
    const { token } = await startPreview(workspace, { path: target }).done
    const imported = startImport(workspace, token, { rest: 'unknown', conflicts: 'keep', suggestions: true }).done
    await imported.catch((error) => expect(error).toMatchObject({ code: 'disk-full' }))
    expect(notices.filter((one) => one.includes('Backup failed.'))).toHaveLength(1)
    disk.free()
    await markAll(workspace, names.toReversed())
    expect(await workspace.project.check()).toEqual([])
    await application.close()
  },
)

describe('a cache folder that is deleted while it is used', () => {
  test('thumbnails, features and models are made again; nothing else is lost', async () => {
    const { workspace, names } = await pictureProject(12)
    const { project, context } = workspace
    await markAll(workspace, names)
    const image = project.images.byPath(names[0])!
    const thumbnail = () =>
      context.compute.run('thumbnail', {
        ...{
          path: absolutePath(project.imagesRoot, image.path),
          sha256: image.sha256!,
          cacheFolder: project.cacheFolder,
        },
      })
    await thumbnail()
    const remove = () => rmSync(project.cacheFolder, { recursive: true, force: true, maxRetries: 5 })
    remove()
    expect(await thumbnail()).toBe(thumbnailPath(project.cacheFolder, image.sha256!))
    expect(existsSync(await thumbnail())).toBe(true)

    // In the middle of training, at whatever it is just doing.
    for (const when of ['Embedding images', 'Training the network']) {
      const job = await startTraining(workspace, { device: 'cpu', unfreeze: 'none' })
      const ended = job.done.then(
        () => undefined,
        (error) => error,
      )
      while (context.jobs.get(job.id)!.state === 'running' && !context.jobs.get(job.id)!.phase.startsWith(when))
        await new Promise((resolve) => setTimeout(resolve, 5))
      remove()
      const error = await ended
      if (error) expect(error).toMatchObject({ name: 'UserError', hint: expect.stringMatching(/.+/) })
      expect(project.labels.list().map(({ presentCount }) => presentCount)).toEqual([6, 6])
    }
    const model = await (await startTraining(workspace, { device: 'cpu', unfreeze: 'none' })).done
    expect(workspace.suggestions.isUsable(model)).toBe(true)
    remove()
    expect(workspace.suggestions.isUsable(model)).toBe(false)
    await markAll(workspace, names.toReversed())
    expect(await project.check()).toEqual([])
  })
})

test('images that vanish in the middle are told one by one, and stop nothing', async () => {
  const { workspace, names, imagesRoot } = await pictureProject(10)
  for (const name of names.slice(0, 3)) rmSync(path.join(imagesRoot, name))
  const { embedded, failed } = await startEmbedding(workspace, { device: 'cpu' }).done
  expect([embedded, failed.length]).toEqual([7, 3])
  for (const { reason } of failed) expect(reason).toMatch(/.+\.$/)
  await markAll(workspace, names)
  expect(workspace.project.labels.list()[0].presentCount).toBe(5)
})

describe('backups', () => {
  test('come before what changes much at once, and are restored while the program runs', async () => {
    const { application, workspace, names, folder } = await pictureProject(4)
    const { path: file } = workspace.project
    await markAll(workspace, names)
    const target = path.join(folder, 'marks.csv')
    await startExport(workspace, { format: 'csv', path: target }).done
    const imageId = workspace.project.images.byPath(names[0])!.id
    await setMarks(workspace, [{ imageId, labelId: 1, state: 0 }])
    const { token } = await startPreview(workspace, { path: target }).done
    await startImport(workspace, token, { rest: 'unknown', conflicts: 'replace', suggestions: true }).done
    const [backup, ...rest] = await backupsOf(file)
    expect(rest).toEqual([])
    expect(backup).toMatchObject({ reason: 'action', contents: { images: 4, present: 3, absent: 4 } })

    const kinds: string[] = []
    const events = application.context.events.subscribe()
    void (async () => {
      for await (const event of events) kinds.push(event.kind)
    })()
    const restored = await application.restore(backup.name)
    expect(restored).not.toBe(workspace)
    expect(application.workspace).toBe(restored)
    expect(restored.project.states.ofImage(imageId)).toHaveLength(1)
    const all = ['project', 'labels', 'images', 'states', 'suggestions']
    await expect.poll(() => kinds).toEqual(expect.arrayContaining(all))
    await expect(application.restore('no such backup')).rejects.toMatchObject({ code: 'backup-missing' })
    // What failed leaves it open as it was.
    await setMarks(application.requireWorkspace(), [{ imageId, labelId: 1, state: 1 }])
    expect((await backupsOf(file)).map(({ reason }) => reason)).toEqual(['restore', 'action'])
    expect(readdirSync(backupFolder(file)).filter((name) => name.includes('.tmp'))).toEqual([])
  })
})
