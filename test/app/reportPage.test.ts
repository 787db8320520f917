import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { startReport } from '../../src/main/app/report/reportPage.ts'
import { suggest } from './scored.ts'
import { pictureProject } from './support.ts'

test('a page of what is known: without a model, and with one', async () => {
  const { workspace, folder, names } = await pictureProject(8)
  const { project } = workspace
  const target = path.join(folder, 'report.html')
  expect(() => startReport(workspace, path.join(folder, 'report.pdf'))).toThrowError(
    expect.objectContaining({ code: 'export-name' }),
  )
  const bare = await startReport(workspace, target).done
  expect(bare.pictures).toBe(0)
  expect(readFileSync(target, 'utf8')).toContain('No model has been trained yet')
  project.labels.update(1, { name: '<left> & “co”' })
  const idOf = (i: number): number => project.images.byPath(names[i])!.id
  project.states.set(
    [0, 1, 2, 3, 4, 5].map((i) => ({ imageId: idOf(i), labelId: 1, state: i % 2 === 0 ? 1 : -1 })),
    { title: 'Mark' },
  )
  // One is marked the other way round than the model is sure of.
  await suggest(
    workspace,
    [...project.images.ids({}, { by: 'added' })].map((id) => [
      id === idOf(0) ? 0.02 : id === idOf(1) ? 0.03 : 0.95,
      0.7,
    ]),
  )
  const { file, bytes, pictures } = await startReport(workspace, target, { overwrite: true }).done
  const page = readFileSync(file, 'utf8')
  expect(bytes).toBe(Buffer.byteLength(page))
  expect(page).toContain('&lt;left&gt; &amp; “co”')
  expect(page).toContain('marked <span class="present">present</span>, predicted 2%')
  // Three are contradicted, two of the first label are suggested, and six of the second.
  expect([page.split('<img ').length - 1, pictures]).toEqual([3 + 2 + 6, 3 + 2 + 6])
  expect(page).toContain('data:image/webp;base64,')
})
