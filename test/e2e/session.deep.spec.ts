import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Annotator } from './annotator.ts'
import { expect, type Served, test } from './fixture.ts'
import { openProject } from './hands.ts'

async function known({ folder, surmise }: Served, project: string): Promise<Map<string, string>> {
  const file = path.join(folder, `known-${performance.now()}.csv`)
  await surmise('export', project, file, '--format', 'csv')
  const lines = readFileSync(file, 'utf8').trim().split(/\r?\n/).slice(1)
  return new Map(lines.map((line) => [line.split(',').slice(0, 2).join(), line.split(',')[2]]))
}

test('a session by the keyboard, as fast as the application goes: every decision of it is kept, and no other', async ({
  app: page,
  served,
  trained,
}) => {
  const before = await known(served, trained)
  await openProject(page, trained)
  await page.keyboard.press('Control+Shift+Enter')
  await page.keyboard.press('Enter')
  await expect(page.locator('li[data-state="suggested"]').first()).toBeVisible()
  const images = await new Annotator(page).imageByImage(40)
  expect(images.decisions.size).toBeGreaterThanOrEqual(40)

  await page.keyboard.press('Escape')
  await page.keyboard.press('v')
  await expect(page.locator('[data-page-image] img').first()).toBeVisible()
  const labels = await new Annotator(page, 2).labelByLabel(60)
  expect(labels.decisions.size).toBeGreaterThanOrEqual(60)

  const expected = new Map([...before, ...images.decisions, ...labels.decisions])
  expect(expected.size).toBe(before.size + images.decisions.size + labels.decisions.size)
  expect([...(await known(served, trained))].sort()).toEqual([...expected].sort())
})
