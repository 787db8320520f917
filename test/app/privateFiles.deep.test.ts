import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { exportSuggestions, startExport } from '../../src/main/app/exchange/exporting.ts'
import { answerImage } from '../../src/main/app/images/route.ts'
import { startModelExport } from '../../src/main/app/models/modelExport.ts'
import { startReport } from '../../src/main/app/report/reportPage.ts'
import { startTraining } from '../../src/main/app/training/training.ts'
import { formats } from '../../src/main/exchange/formats/list.ts'
import { newApplication, pictureProject, temporaryFolder } from './support.ts'

/** What others may do with what lies in a folder, links left out. */
function openToOthers(folder: string): string[] {
  return [folder, ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name))]
    .filter((place) => !lstatSync(place).isSymbolicLink() && (statSync(place).mode & 0o077) !== 0)
    .map((place) => `${path.relative(folder, place)} ${(statSync(place).mode & 0o777).toString(8)}`)
}

describe.skipIf(process.platform === 'win32')('who may not read a project may not read what is written of it', () => {
  beforeAll(() => {
    process.umask(0o022)
  })

  test('its log, its cache, backups, exports of every format, copies of images, suggestions, report and models', async () => {
    const { application, workspace: before, folder, names, imagesRoot } = await pictureProject(24)
    const file = before.project.path
    for (const [i, name] of names.entries()) {
      const imageId = before.project.images.byPath(name)!.id
      before.project.states.set([{ imageId, labelId: 1 + (i % 2), state: i % 4 < 2 ? 1 : -1 }], { title: 'x' })
    }
    await before.backups.make()
    await application.close()
    // Private only since then: what was made before can't be reached any more.
    chmodSync(file, 0o600)
    const workspace = await application.open(file)
    for (const one of [workspace.project.cacheFolder, `${file}-backups`]) expect(statSync(one).mode & 0o777).toBe(0o700)
    await workspace.backups.make()
    await startTraining(workspace, { device: 'cpu' }).then(({ done }) => done)
    expect((await answerImage(application, new Request('http://x/images/full/1')))!.status).toBe(200)
    const out = path.join(folder, 'out')
    for (const format of formats.filter(({ write }) => write)) {
      const ending = format.writes === 'folder' ? '' : (format.extensions[0] ?? '')
      const request = { format: format.id, path: path.join(out, `${format.id}${ending}`), suggestions: true }
      await startExport(workspace, request).done
    }
    await startExport(workspace, { format: 'coco', path: path.join(out, 'coco folder'), images: 'copy' }).done
    await exportSuggestions(workspace, path.join(out, 'suggestions.csv'))
    await startReport(workspace, path.join(out, 'report.html')).done
    await startModelExport(workspace, { path: path.join(out, 'm.onnx') }).done
    await startModelExport(workspace, { path: path.join(out, 'triton'), layout: 'triton' }).done
    expect(openToOthers(out)).toEqual([])
    const backups = readdirSync(`${file}-backups`).sort()
    expect(statSync(path.join(`${file}-backups`, backups.at(-1)!)).mode & 0o777).toBe(0o600)
    for (const suffix of ['', '-wal', '-shm'])
      expect([suffix, statSync(file + suffix).mode & 0o777]).toEqual([suffix, 0o600])
    for (const kind of ['features', 'models', 'renderings']) {
      const made = path.join(workspace.project.cacheFolder, kind)
      if (kind !== 'renderings') expect(openToOthers(made)).toEqual([])
    }
    // What came of the time before comes back as private as the project is now.
    await application.restore(backups[0])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(openToOthers(`${file}-backups`).filter((one) => !one.startsWith(backups[0]))).toEqual([])
    expect(readdirSync(imagesRoot).length).toBe(24)

    // One that others may read is written as ever.
    await application.close()
    chmodSync(file, 0o644)
    const shared = await application.open(file)
    await startExport(shared, { format: 'csv', path: path.join(folder, 'shared.csv') }).done
    expect(statSync(path.join(folder, 'shared.csv')).mode & 0o777).toBe(0o644)
    // Closed to others while it is open.
    chmodSync(file, 0o600)
    await startExport(shared, { format: 'csv', path: path.join(folder, 'private.csv') }).done
    expect(statSync(path.join(folder, 'private.csv')).mode & 0o777).toBe(0o600)
  })

  test('preferences, with a proxy’s password in them, and what else is kept of a person', async () => {
    const home = temporaryFolder()
    mkdirSync(home, { recursive: true })
    const file = path.join(home, 'preferences.json')
    writeFileSync(file, '{}', { mode: 0o644 })
    const { application } = await pictureProject(1, newApplication(home))
    await application.preferences.get()
    expect(statSync(file).mode & 0o777).toBe(0o600)
    await application.preferences.set({ downloads: { mirror: '', proxy: 'http://me:secret@proxy:1' } })
    await application.recent.list()
    await application.shutdown()
    const files = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.json'))
    expect(files).toEqual(expect.arrayContaining(['preferences.json', 'recent.json', 'image-folders.json']))
    for (const one of files) expect([one, statSync(path.join(home, one)).mode & 0o777]).toEqual([one, 0o600])
  })
})
