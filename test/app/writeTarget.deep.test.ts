import { execFileSync } from 'node:child_process'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { exportSuggestions, startExport } from '../../src/main/app/exchange/exporting.ts'
import { startModelExport } from '../../src/main/app/models/modelExport.ts'
import { startReport } from '../../src/main/app/report/reportPage.ts'
import { formats } from '../../src/main/exchange/formats/list.ts'
import { createProject } from '../../src/main/project/file/open.ts'
import { scoresFile, writeScores } from '../../src/main/suggestions/scores.ts'
import { newApplication, pictureProject, pictures } from './support.ts'

/** A project with a model that suggests, so that whatever writes has something to write. */
async function scoredProject() {
  const all = await pictureProject(4)
  const { project } = all.workspace
  project.states.set([{ imageId: 1, labelId: 1, state: 1 }], { title: 'x' })
  const model = project.models.add(
    { kind: 'blend', backbone: 'x', seed: 0, device: 'cpu', metrics: {}, labelIds: [1], file: 'models/m.onnx' },
    { current: true },
  )
  mkdirSync(path.join(project.cacheFolder, 'models'), { recursive: true })
  writeFileSync(path.join(project.cacheFolder, 'models', 'm.onnx'), '')
  const imageIds = project.images.ids({}, { by: 'added' })
  const probabilities = Float32Array.from(imageIds, () => 0.75)
  await writeScores(scoresFile(project.cacheFolder, model.uid), { imageIds, labelIds: Int32Array.of(1), probabilities })
  return { ...all, project }
}
type Scored = Awaited<ReturnType<typeof scoredProject>>

/** Everything that writes outside of a project, to a target of its choice. @returns the code of the refusal, or 'written' */
function writers({ workspace }: Scored) {
  const codeOf = async (work: () => Promise<unknown>) => {
    try {
      await work()
      return 'written'
    } catch (error) {
      return (error as { code?: string }).code ?? String(error)
    }
  }
  return {
    export: (target: string, overwrite?: boolean) =>
      codeOf(async () => startExport(workspace, { format: 'csv', path: target, overwrite }).done),
    suggest: (target: string, overwrite?: boolean) => codeOf(() => exportSuggestions(workspace, target, { overwrite })),
    report: (target: string, overwrite?: boolean) =>
      codeOf(async () => startReport(workspace, target, { overwrite }).done),
    'export-model': (target: string, overwrite?: boolean) =>
      codeOf(async () => startModelExport(workspace, { path: target, overwrite }).done),
  }
}

/** Reports and models are refused any other ending before anything else. */
const endings: Record<string, string> = { report: '.html', 'export-model': '.onnx' }

describe('what belongs to a project is never a target', () => {
  test('by its name, through links of folders and of files, and as another name of the same file', async () => {
    const made = await scoredProject()
    const { project, folder, imagesRoot, names } = made
    symlinkSync(folder, path.join(folder, '..', `${path.basename(folder)}-link`))
    const linked = `${folder}-link`
    const other = path.join(folder, 'other.surmise')
    createProject({ path: other, imagesRoot }).close()
    const odd = path.join(folder, 'another project.db')
    createProject({ path: path.join(folder, 'odd.surmise'), imagesRoot }).close()
    renameSync(path.join(folder, 'odd.surmise'), odd)
    mkdirSync(`${project.path}-backups`, { recursive: true })
    for (const [kind, write] of Object.entries(writers(made))) {
      const as = (file: string): string => path.join(folder, `${kind}-${file}${endings[kind] ?? '.csv'}`)
      linkSync(project.path, as('hard'))
      symlinkSync(project.path, as('soft'))
      linkSync(path.join(imagesRoot, names[0]), as('photo'))
      symlinkSync(path.join(imagesRoot, names[0]), as('photo-link'))
      symlinkSync(project.cacheFolder, path.join(folder, `${kind}-cache`))
      const inCache = `x${endings[kind] ?? '.csv'}`
      const targets = [
        ...['hard', 'soft', 'photo', 'photo-link'].map(as),
        ...[project.cacheFolder, `${project.path}-backups`, path.join(folder, `${kind}-cache`)].map((one) =>
          path.join(one, inCache),
        ),
        path.join(linked, 'p.surmise-CACHE', inCache),
        path.join(imagesRoot, '..', 'p.surmise-cache', inCache),
      ]
      // Only these may have any name at all.
      if (!endings[kind]) {
        const own = ['', '-wal', '-shm', '-journal', '-lock', '-owner', '-cache', '-backups'].map(
          (s) => `p.surmise${s}`,
        )
        for (const name of own) targets.push(path.join(folder, name), path.join(linked, name))
        targets.push(path.join(linked, 'P.Surmise-WAL'), other, path.join(linked, 'other.surmise'), odd)
        targets.push(path.join(imagesRoot, names[1]), path.join(linked, 'images', names[1]))
      }
      const before = new Map(targets.map((target) => [target, existsSync(target) ? statSync(target).ino : undefined]))
      for (const target of targets) {
        for (const overwrite of [false, true])
          expect([target, await write(target, overwrite)]).toEqual([target, 'export-target'])
        expect(existsSync(target) ? statSync(target).ino : undefined, target).toBe(before.get(target))
      }
    }
    expect(await project.check()).toEqual([])
  })

  test('nor is a folder that holds it or its images, nor any that is isn’t an earlier export', async () => {
    const { workspace, folder, imagesRoot, names } = await pictureProject(3)
    workspace.project.states.set([{ imageId: 2, labelId: 1, state: 1 }], { title: 'x' })
    mkdirSync(path.join(imagesRoot, 'sub'))
    renameSync(path.join(imagesRoot, names[0]), path.join(imagesRoot, 'sub', names[0]))
    symlinkSync(folder, `${folder}-link`)
    mkdirSync(path.join(folder, 'mine'))
    writeFileSync(path.join(folder, 'mine', 'diary.txt'), 'mine')
    const write = async (target: string, overwrite?: boolean) =>
      startExport(workspace, { format: 'folders', path: target, overwrite }).done
    for (const target of [folder, path.dirname(folder), `${folder}-link`, imagesRoot, path.join(imagesRoot, 'sub')]) {
      await expect(write(target, true), target).rejects.toMatchObject({ code: 'export-target' })
    }
    await expect(write(path.join(folder, 'mine'))).rejects.toMatchObject({ code: 'target-exists' })
    await expect(write(path.join(folder, 'mine'), true)).rejects.toMatchObject({
      code: 'export-target',
      message: expect.stringContaining('isn’t an earlier export'),
    })
    expect(readFileSync(path.join(folder, 'mine', 'diary.txt'), 'utf8')).toBe('mine')

    const out = path.join(folder, 'out')
    await write(out)
    writeFileSync(path.join(out, 'stale.txt'), '')
    await expect(write(out)).rejects.toMatchObject({ code: 'target-exists' })
    await write(out, true)
    expect(readdirSync(out)).toEqual(['left'])
    expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([])
  })

  test('images that are copied do not go over themselves through a link in the target', async () => {
    const { workspace, folder, imagesRoot, names } = await pictureProject(2)
    const out = path.join(folder, 'out')
    mkdirSync(out)
    symlinkSync(imagesRoot, path.join(out, 'images'))
    const before = names.map((name) => statSync(path.join(imagesRoot, name)).ino)
    const work = startExport(workspace, { format: 'coco', path: out, images: 'copy', overwrite: true })
    await expect(work.done).rejects.toMatchObject({ code: 'export-target' })
    expect(names.map((name) => statSync(path.join(imagesRoot, name)).ino)).toEqual(before)
  })
})

describe('nothing is overwritten unless that is allowed', () => {
  test('by whatever writes', async () => {
    const made = await scoredProject()
    const { folder } = made
    for (const [kind, write] of Object.entries(writers(made))) {
      const target = path.join(folder, `${kind}${endings[kind] ?? '.csv'}`)
      writeFileSync(target, 'mine')
      expect([kind, await write(target)]).toEqual([kind, 'target-exists'])
      expect(readFileSync(target, 'utf8')).toBe('mine')
      // The model itself is made up here, and can’t be written; its target is not what is wrong.
      const expected = kind === 'export-model' ? 'model-unusable' : 'written'
      expect([kind, await write(target, true)]).toEqual([kind, expected])
      const fresh = path.join(folder, `fresh-${kind}${endings[kind] ?? '.csv'}`)
      expect([kind, await write(fresh)]).toEqual([kind, expected])
    }
  })

  test('nor what lies beside the target, of every format', async () => {
    const { workspace, folder } = await pictureProject(2)
    workspace.project.labels.add({ name: 'a label, of words' })
    workspace.project.states.set([{ imageId: 1, labelId: 1, state: 1 }], { title: 'x' })
    for (const format of formats.filter(({ write, needsFeatures }) => write && !needsFeatures)) {
      const ending = format.extensions[0] ?? ''
      for (const end of format.writes === 'file or folder' ? [ending, ''] : [ending]) {
        const target = path.join(folder, 'out', `${format.id}${end}`)
        const request = { format: format.id, path: target }
        await startExport(workspace, request).done
        const written = statSync(target).isDirectory() ? [target] : besideOf(target)
        for (const file of written) {
          const aside = `${file}.aside`
          // Each file for itself is enough to be asked about.
          for (const other of written) if (other !== file) renameSync(other, `${other}.aside`)
          await expect(
            (async () => startExport(workspace, request).done)(),
            `${format.id}: ${path.basename(file)}`,
          ).rejects.toMatchObject({ code: 'target-exists' })
          expect(existsSync(aside)).toBe(false)
          for (const other of written) if (other !== file) renameSync(`${other}.aside`, other)
        }
        await startExport(workspace, { ...request, overwrite: true }).done
      }
    }
    function besideOf(target: string): string[] {
      const stem = path.basename(target).replace(/\.[^.]*$/, '')
      const names = readdirSync(path.dirname(target)).filter(
        (name) => name === path.basename(target) || name.startsWith(`${stem}.`) || name.startsWith(`${stem}-c`),
      )
      return names.map((name) => path.join(path.dirname(target), name))
    }
  })

  test.skipIf(process.platform === 'win32')(
    'a link that leads nowhere is something that is there, and a folder or a pipe is never replaced',
    async () => {
      const { workspace, folder } = await pictureProject(1)
      const write = async (target: string, overwrite?: boolean) =>
        startExport(workspace, { format: 'csv', path: target, overwrite }).done
      symlinkSync('/nowhere/at/all', path.join(folder, 'dangling.csv'))
      await expect(write(path.join(folder, 'dangling.csv'))).rejects.toMatchObject({ code: 'target-exists' })
      mkdirSync(path.join(folder, 'folder.csv'))
      execFileSync('mkfifo', [path.join(folder, 'pipe.csv')])
      for (const target of [path.join(folder, 'folder.csv'), path.join(folder, 'pipe.csv')]) {
        await expect(write(target, true)).rejects.toMatchObject({ code: 'export-target' })
      }
    },
  )

  test('a photo that no scan has found yet is an image, too', async () => {
    const { workspace, imagesRoot } = await pictureProject(1)
    await pictures(path.join(imagesRoot, 'new'), 1)
    const target = path.join(imagesRoot, 'new', '000.png')
    const write = () => startExport(workspace, { format: 'csv', path: target, overwrite: true })
    expect(write).toThrow(expect.objectContaining({ code: 'export-target' }))
  })
})

test('an exported folder is known again by the next start, and one in its place is not', async () => {
  const { workspace, application, folder } = await pictureProject(1)
  workspace.project.states.set([{ imageId: 1, labelId: 1, state: 1 }], { title: 'x' })
  const out = path.join(folder, 'out')
  await startExport(workspace, { format: 'folders', path: out }).done
  await application.shutdown()
  const next = await newApplication(application.configFolder).open(workspace.project.path)
  const write = async () => startExport(next, { format: 'folders', path: out, overwrite: true }).done
  await write()
  renameSync(out, `${out}-kept`)
  mkdirSync(out)
  writeFileSync(path.join(out, 'mine.txt'), '')
  await expect(write()).rejects.toMatchObject({ code: 'export-target' })
})
