import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { importPreview } from '../../src/contract/schemas.ts'
import { startImport, startPreview, startRenaming } from '../../src/main/app/exchange/importing.ts'
import { pictureProject } from './support.ts'

test('labels are renamed in what was read: the file is not asked for again, and nothing is told twice', async () => {
  const { workspace, folder, names } = await pictureProject(3)
  const file = path.join(folder, 'marks.csv')
  writeFileSync(
    file,
    `image,label,value\n${names[0]},links,present\n${names[1]},Left,present\n${names[2]},rechts,maybe\n`,
  )
  const first = await startPreview(workspace, { path: file }).done
  expect(first.labels.map(({ name, known }) => [name, known])).toContainEqual(['links', false])
  // It is gone: whoever reads it again fails.
  rmSync(file)
  const renames = new Map([['links', 'left']])
  const second = importPreview.parse(await startRenaming(workspace, first.token, renames).done)
  expect(second.labels.map(({ name }) => name)).not.toContain('links')
  expect(second.labels).toContainEqual({ name: 'left', known: true, present: 2, absent: 0 })
  // The preview of before is spent; the problems are those of one reading.
  await expect(async () => startImport(workspace, first.token, {}).done).rejects.toMatchObject({
    code: 'import-forgotten',
  })
  await expect(async () => startRenaming(workspace, first.token, renames).done).rejects.toMatchObject({
    code: 'import-forgotten',
  })
  let token = second.token
  for (let i = 0; i < 3; i++) token = (await startRenaming(workspace, token, renames).done).token
  const last = await startRenaming(workspace, token, new Map()).done
  expect({ ...last, token: '' }).toEqual({ ...first, token: '' })
  await startImport(workspace, (await startRenaming(workspace, last.token, renames).done).token, {}).done
  expect(workspace.project.labels.list().map(({ name }) => name)).not.toContain('links')
})
