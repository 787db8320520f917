import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { clipLike, colourNames, halves } from '../backbone/towers.ts'
import { expectNoViolations } from './axe.ts'
import { expect, type Served, test } from './fixture.ts'
import { dialog, fromMenu, image, openByPath } from './holiday.ts'

/** Pictures of two colours each, and a backbone that knows what colours are called. */
async function makeColours({ folder, surmise }: Served): Promise<string> {
  const [images, tower, labels] = ['images', 'clip', 'labels.txt'].map((name) => path.join(folder, name))
  for (const one of [images, tower]) mkdirSync(one)
  for (const left of colourNames) {
    for (const right of colourNames) await halves(path.join(images, `${left}-${right}.png`), left, right)
  }
  writeFileSync(labels, colourNames.join('\n'))
  const project = path.join(folder, 'Colours.surmise')
  await surmise('new', project, '--images', images, '--labels', labels, '--backbone', clipLike(tower))
  return project
}

test('suggestions from names, before the first mark: asked for, told as what they are, decided as any', async ({
  app: page,
  served,
}) => {
  await openByPath(page, await makeColours(served))
  await expect(image(page, 'red-blue.png')).toBeVisible()
  const steps = page.getByRole('region', { name: 'Next steps' })
  await steps.getByRole('button', { name: 'Suggest from names' }).press('Enter')
  const asking = dialog(page, 'Suggest from names')
  const template = asking.getByLabel('Prompt for each label')
  await expect(template).toHaveValue('a photo of a {label}')
  await expectNoViolations(page, 'names', '[role=dialog]')
  await template.fill('a photo')
  await expect(asking.getByRole('button', { name: 'Suggest' })).toBeDisabled()
  await template.fill('a photo of a {label}')
  await page.keyboard.press('Enter')
  const panel = page.getByRole('complementary', { name: 'Training' })
  await expect(panel).toContainText('4 labels compared by name with 16 images; nothing learnt yet.')
  await expect(panel).toContainText('from names only')
  await panel.getByRole('button', { name: 'Close' }).click()

  await image(page, 'red-blue.png').dblclick()
  const labels = page.getByRole('complementary', { name: 'Labels' })
  await expect(labels.getByRole('note')).toContainText('From names only, not learnt yet.')
  const line = (name: string) => labels.locator(`li[data-label="${name}"]`)
  for (const name of ['red', 'blue']) await expect(line(name)).toContainText('present?')
  for (const name of ['green', 'yellow']) await expect(line(name)).toContainText('absent?')
  // An order, no probability.
  await expect(line('red')).toContainText('name')
  await expect(labels).not.toContainText('%')
  await expectNoViolations(page, 'names in an image')
  if (process.env.LOOK) {
    mkdirSync('test-results/look', { recursive: true })
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      await page.screenshot({ path: `test-results/look/names-${scheme}.png` })
    }
  }
  await line('red')
    .getByRole('button', { name: /^Accept/ })
    .click()
  await line('blue')
    .getByRole('button', { name: /^Reject/ })
    .click()
  await expect(line('red')).toHaveAttribute('data-state', 'present')
  await expect(line('blue')).toHaveAttribute('data-state', 'absent')
  await page.keyboard.press('w')
  await expect(page.getByText('The image looks like what the label’s name means')).toBeVisible()
  await page.keyboard.press('Escape')
  // Accepting in bulk takes figures that there are none of.
  await fromMenu(page, /^Accept in bulk/)
  await expect(page.getByRole('alert')).toContainText('come from names only')
})

test('suggestions from names on the command line: the right ones first', async ({ served }) => {
  const project = await makeColours(served)
  const out = path.join(served.folder, 'suggestions.csv')
  const printed = await served.surmise('suggest', project, '--from-names', '--out', out)
  expect(printed).toContain('From names only, not learnt yet')
  const rows = readFileSync(out, 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','))
  expect(rows).toHaveLength(64)
  const present = rows
    .filter(([, , , suggestion]) => suggestion === 'present')
    .map(([file, label]) => `${file} ${label}`)
  const truly = colourNames.flatMap((left) =>
    colourNames.flatMap((right) => [...new Set([left, right])].map((name) => `${left}-${right}.png ${name}`)),
  )
  expect(present.sort()).toEqual(truly.sort())
})
