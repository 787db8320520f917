import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { exportReport, importPreview } from '../../src/contract/schemas.ts'
import { exportSuggestions, startExport } from '../../src/main/app/exchange/exporting.ts'
import { startImport, startPreview } from '../../src/main/app/exchange/importing.ts'
import { undo } from '../../src/main/app/marks/marks.ts'
import { scoresFile, writeScores } from '../../src/main/suggestions/scores.ts'
import { expectCocoRules } from '../exchange/cocoRules.ts'
import { pictureProject } from './support.ts'

test('labels go out with their suggestions and come back in, as one action, by a token that works once', async () => {
  const { workspace, folder, names } = await pictureProject(4)
  const { project, context } = workspace
  const [one, two] = names.map((name) => project.images.byPath(name)!.id)
  project.states.set(
    [
      { imageId: one, labelId: 1, state: 1 },
      { imageId: two, labelId: 2, state: -1 },
    ],
    { title: 'x' },
  )
  await expect(exportSuggestions(workspace, path.join(folder, 's.csv'))).rejects.toMatchObject({
    code: 'no-suggestions',
  })
  const model = project.models.add(
    { kind: 'blend', backbone: 'x', seed: 0, device: 'cpu', metrics: {}, labelIds: [1], file: null },
    { current: true },
  )
  const imageIds = project.images.ids({}, { by: 'added' })
  const probabilities = Float32Array.from(imageIds, (id) => (id === two ? 0.25 : 0.75))
  await writeScores(scoresFile(project.cacheFolder, model.uid), { imageIds, labelIds: Int32Array.of(1), probabilities })

  const target = path.join(folder, 'out.json')
  const exporting = startExport(workspace, { format: 'coco', path: target, suggestions: true })
  const report = exportReport.parse(await exporting.done)
  expect(report).toMatchObject({ present: 1, absent: 1, images: 4, suggestions: 3 })
  // Two images that nobody has looked at.
  expect(report.warnings).toContainEqual(expect.objectContaining({ code: 'untouched', count: 2 }))
  expect(context.jobs.get(exporting.id)!.outcome).toBe(
    '1 present label and 1 absent label of 4 images written to out.json.',
  )
  expectCocoRules(readFileSync(target, 'utf8'))
  const predictions = JSON.parse(readFileSync(report.files[1], 'utf8')) as { image_id: number }[]
  expect(predictions.map(({ image_id }) => image_id)).not.toContain(one)
  expect(await exportSuggestions(workspace, path.join(folder, 's.csv'))).toMatchObject({ suggestions: 3, known: 0 })
  expect(readFileSync(path.join(folder, 's.csv'), 'utf8').split('\n').slice(1).sort()).toEqual([
    '',
    '001.png,left,0.25,absent',
    '002.png,left,0.75,present',
    '003.png,left,0.75,present',
  ])

  project.states.set([{ imageId: two, labelId: 2, state: 1 }], { title: 'y' })
  const preview = importPreview.parse(await startPreview(workspace, { path: target }).done)
  expect(preview).toMatchObject({
    format: 'coco',
    images: { matched: 4 },
    states: { same: 1, conflicting: 1 },
    rest: null,
  })
  expect(project.history.undoTitle).toBe('y')
  const choices = { rest: 'unknown', conflicts: 'replace' } as const
  expect(await startImport(workspace, preview.token, choices).done).toEqual({ states: 1, labels: 0, suggestions: 0 })
  expect(project.history.undoTitle).toBe('Import out.json')
  expect(() => startImport(workspace, preview.token, choices)).toThrow(
    expect.objectContaining({ code: 'import-forgotten' }),
  )
  await undo(workspace)
  expect(project.states.ofImage(two)).toMatchObject([{ labelId: 2, state: 1 }])

  const tokens: string[] = []
  for (let i = 0; i < 4; i++) tokens.push((await startPreview(workspace, { path: target }).done).token)
  expect(() => startImport(workspace, tokens[0], choices)).toThrow(
    expect.objectContaining({ code: 'import-forgotten' }),
  )
})

test('an export never takes the place of the project, and a file of no format is refused in a sentence', async () => {
  const { workspace, folder } = await pictureProject(1)
  const { project } = workspace
  const targets = [project.path, `${project.path}-wal`, path.join(project.cacheFolder, 'o.csv'), project.cacheFolder]
  for (const target of targets) {
    expect(() => startExport(workspace, { format: 'csv', path: target })).toThrow(
      expect.objectContaining({ code: 'export-target' }),
    )
  }
  expect(() => startExport(workspace, { format: 'xls', path: path.join(folder, 'o') })).toThrow(
    expect.objectContaining({ code: 'format-unknown' }),
  )
  const nowhere = startExport(workspace, { format: 'csv', path: path.join(project.path, 'o.csv') })
  await expect(nowhere.done).rejects.toMatchObject({ name: 'UserError' })
  expect(workspace.context.jobs.get(nowhere.id)!.error).toMatchObject({
    message: expect.any(String),
    hint: expect.any(String),
  })
  writeFileSync(path.join(folder, 'x.json'), '{"nothing": [')
  const broken = startPreview(workspace, { path: path.join(folder, 'x.json') })
  await expect(broken.done).rejects.toMatchObject({ name: 'UserError' })
  writeFileSync(path.join(folder, 'x.pdf'), '%PDF-1.7')
  await expect(startPreview(workspace, { path: path.join(folder, 'x.pdf') }).done).rejects.toMatchObject({
    code: 'format-unknown',
  })
  expect(existsSync(project.path)).toBe(true)
  expect(await project.check()).toEqual([])
})

test.skipIf(process.platform === 'win32')('a pipe or a device is refused, whatever it is said to be', async () => {
  const { workspace, folder } = await pictureProject(1)
  const pipe = path.join(folder, 'labels.csv')
  execFileSync('mkfifo', [pipe])
  for (const place of [pipe, '/dev/zero']) {
    for (const format of [undefined, 'csv']) {
      await expect(startPreview(workspace, { path: place, format }).done).rejects.toMatchObject({
        code: 'not-a-file',
        message: `This is neither a file nor a folder: ${place}`,
      })
    }
  }
})

test('a label is exported below its parent, or else its group', async () => {
  const { workspace, folder } = await pictureProject(1)
  const { labels } = workspace.project
  const [animal, pets, cat, plain] = ['animal', 'dog', 'cat', 'plain'].map((name) => labels.add({ name }).id)
  labels.update(pets, { parentId: animal, group: 'pets' })
  labels.update(cat, { group: 'pets' })
  const target = path.join(folder, 'out.json')
  await startExport(workspace, { format: 'coco', path: target }).done
  const { categories } = expectCocoRules(readFileSync(target, 'utf8'))
  const below = new Map(categories.map(({ name, supercategory }) => [name, supercategory]))
  expect(['animal', 'dog', 'cat', 'plain'].map((name) => below.get(name))).toEqual(['', 'animal', 'pets', ''])
  expect(labels.get(plain)!.group).toBe('')
})
