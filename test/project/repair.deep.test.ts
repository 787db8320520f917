import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { backupFile } from '../../src/main/project/file/backups.ts'
import { openProject } from '../../src/main/project/file/open.ts'
import { repairProject } from '../../src/main/project/file/repair.ts'
import { surmise } from '../shell/cliProcess.ts'
import { richProject } from './damageFuzz.ts'
import { damaged, mutationsOf } from './damages.ts'
import { closing, temporaryFolder, userError } from './support.ts'

const mendable = [
  'label.examples = object in all',
  'label.colour = text in one',
  'label.position = 2^62 in one',
  'action.at = 9e15 in all',
  'model.label_ids = object in one',
  'model.created_at = -9e15 in one',
  'label_state.decided_at = 9e15 in all',
  'image.mtime_ms = 9e15 in all',
  'user_version = 0',
  'user_version = 2',
  'without index action_before',
  'a trigger',
  'a view',
  'a circle of labels',
  'counts of labels',
  'counts of images',
]
const beyond = [
  'project is empty',
  'without table statement',
  'a circle of actions',
  'image.path = NULL in one',
  'a far image',
]

test('what is damaged within a sound file is named; what can be mended is, and no mark is lost; what it was is kept', async () => {
  const folder = temporaryFolder()
  const base = await richProject(folder)
  const marksOf = (file: string) => {
    const project = closing(openProject(file))
    const marks = project.images
      .many(project.images.ids())
      .map(({ id }) => project.states.ofImage(id).map(({ labelId, state }) => [labelId, state]))
    project.close()
    return marks
  }
  const before = marksOf(base)
  const all = new Map(mutationsOf(base).map((mutation) => [mutation.name, mutation]))
  for (const name of mendable) {
    const file = path.join(folder, `${name.replaceAll(/\W/g, '-')}.surmise`)
    damaged(base, file, all.get(name)!, false)
    const was = readFileSync(file)
    const refused = userError(() => openProject(file))
    expect([name, refused.code, refused.message, refused.hint]).toEqual([
      name,
      'project-damaged',
      expect.stringMatching(/damaged \(.+\): /),
      expect.stringContaining('surmise doctor --repair'),
    ])
    const { mended, keptAs } = repairProject(file)
    expect([name, mended.length > 0]).toEqual([name, true])
    expect(readFileSync(backupFile(file, keptAs!)).equals(was)).toBe(true)
    expect([name, marksOf(file)]).toEqual([name, before])
    expect(repairProject(file)).toEqual({ mended: [], keptAs: null })
  }
  for (const name of beyond) {
    const file = path.join(folder, `${name.replaceAll(/\W/g, '-')}.surmise`)
    damaged(base, file, all.get(name)!, false)
    const was = readFileSync(file)
    expect([name, userError(() => repairProject(file))]).toEqual([
      name,
      expect.objectContaining({ code: 'project-damaged', hint: expect.stringContaining('restore a backup') }),
    ])
    expect(readFileSync(file).equals(was)).toBe(true)
  }
})

test('`surmise doctor --repair` says what it mended; without it, doctor says what is damaged', async () => {
  const folder = temporaryFolder()
  const base = await richProject(folder)
  const file = path.join(folder, 'p.surmise')
  damaged(base, file, mutationsOf(base).find(({ name }) => name === 'label.examples = object in all')!, false)
  const home = path.join(folder, 'home')
  const told = await surmise(['doctor', file], { home })
  expect([told.code, told.output]).toEqual([1, expect.stringMatching(/damaged \(label \d+: examples\)/)])
  const mended = await surmise(['doctor', file, '--repair', '--json'], { home })
  expect(mended).toMatchObject({
    code: 0,
    json: { mended: [expect.stringMatching(/^label \d+: examples$/)], keptAs: expect.stringContaining('damaged') },
  })
  expect(await surmise(['doctor', '--repair', '--json'], { home })).toMatchObject({
    code: 1,
    json: { error: { code: 'repair' } },
  })
})
