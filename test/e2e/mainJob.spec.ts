import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { computing, openProject } from './hands.ts'

/** What an exported COCO file says of an image, by label name. */
type Exported = Record<string, { state: 'present' | 'absent'; source: string }>

function readExport(file: string, image: string): Exported {
  const coco = JSON.parse(readFileSync(file, 'utf8'))
  const names = new Map(coco.categories.map((one: { id: number; name: string }) => [one.id, one.name]))
  const row = coco.images.find((one: { file_name: string }) => one.file_name === image)
  const result: Exported = {}
  for (const one of coco.annotations) {
    if (one.image_id !== row.id) continue
    result[names.get(one.category_id) as string] = { state: 'present', source: one.attributes.source }
  }
  for (const one of row.neg_provenance) {
    result[names.get(one.category_id) as string] = { state: 'absent', source: one.source }
  }
  return result
}

const label = (page: Page, name: string): Locator => page.locator(`li[data-label="${name}"]`)
const state = (page: Page, name: string) => label(page, name).getAttribute('data-state')

async function expectState(page: Page, name: string, wanted: string): Promise<void> {
  await expect(label(page, name)).toHaveAttribute('data-state', wanted)
}

/** Labels of the open image that are in a state, in the order shown. */
function labelsThatAre(page: Page, wanted: string): Promise<string[]> {
  return page.locator(`li[data-state="${wanted}"]`).evaluateAll((rows) => rows.map((row) => row.dataset.label ?? ''))
}

/** What each suggestion of the open image says, by label. */
async function sayings(page: Page): Promise<Record<string, string>> {
  const rows = page.locator('li[data-state="suggested"]')
  const said = await rows.evaluateAll((all) =>
    all.map((row) => [row.dataset.label ?? '', row.textContent?.includes('present?') ? 'present' : 'absent']),
  )
  return Object.fromEntries(said)
}

/** Labels of the open image that are known. */
async function decided(page: Page): Promise<string[]> {
  return [...(await labelsThatAre(page, 'present')), ...(await labelsThatAre(page, 'absent'))]
}

async function openSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: /sample/i }).click()
  await expect(page.locator('[data-path]').first()).toBeVisible(computing)
  // By its key; who knows the way needs no tour.
  await expect(page.getByRole('region', { name: 'Tour' })).toBeVisible()
  await page.keyboard.press('Control+ArrowDown')
  await expect(page.getByRole('region', { name: 'Tour' })).toBeHidden()
}

async function fineTune(page: Page): Promise<void> {
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('progressbar', { name: 'Fine-tune' })).toBeVisible()
}

test('the main job: sample, mark, fine-tune, accept and reject, undo, export, read back', async ({
  app: page,
  served,
}) => {
  await openSample(page)
  await expect(page.getByText('300 images')).toBeVisible()

  // Marking by key and by mouse; each mark is there at once.
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Go to image, 1 to 300')).toHaveValue('1')
  // Its place is known before its name and its labels are.
  await expect(page.locator('li[data-state="unknown"]').first()).toBeVisible()
  const first = (await page.locator('h2').textContent()) ?? ''
  const unknown = await labelsThatAre(page, 'unknown')
  expect(unknown.length).toBeGreaterThan(5)
  const [byKey, absentByKey, byMouse] = unknown
  const keyOf = async (name: string) => (await label(page, name).locator('kbd').textContent()) ?? ''
  await page.keyboard.press((await keyOf(byKey)).toLowerCase())
  await expectState(page, byKey, 'present')
  await page.keyboard.press(`Shift+${await keyOf(absentByKey)}`)
  await expectState(page, absentByKey, 'absent')
  await page.getByRole('button', { name: `${byMouse} is absent`, exact: true }).click()
  await expectState(page, byMouse, 'absent')
  await expect(page.getByText('All saved')).toBeVisible()

  // Undo and redo, one by one.
  await page.keyboard.press('Control+z')
  await expectState(page, byMouse, 'unknown')
  await page.keyboard.press('Control+z')
  await expectState(page, absentByKey, 'unknown')
  await page.keyboard.press('Control+Shift+z')
  await expectState(page, absentByKey, 'absent')

  // Training goes on while somebody goes on marking.
  await fineTune(page)
  await page.keyboard.press('ArrowRight')
  await expect(page.getByLabel('Go to image, 1 to 300')).toHaveValue('2')
  await expect(page.locator('li[data-state="unknown"]').first()).toBeVisible()
  const meanwhile = (await labelsThatAre(page, 'unknown'))[0]
  await page.keyboard.press((await keyOf(meanwhile)).toLowerCase())
  await expectState(page, meanwhile, 'present')
  await page.getByRole('button', { name: 'Show suggestions' }).click(computing)

  // The surest first: accept one, reject one, take the rejection back.
  await expect(page.getByRole('button', { name: 'Has suggestions' })).toHaveAttribute('aria-pressed', 'true')
  // What would teach the model most is not what it is surest of.
  const sort = page.getByLabel('Sort', { exact: true })
  // Tiles come before what they show: the first tile is not the first that has something to show.
  const firstTile = page.getByRole('listbox', { name: 'Images' }).getByRole('option').first()
  await expect(firstTile).toHaveAttribute('data-path', /./)
  const surest = (await firstTile.getAttribute('data-path')) ?? ''
  await sort.selectOption({ label: 'Most useful first' })
  await expect(firstTile).not.toHaveAttribute('data-path', surest)
  await sort.selectOption({ label: 'Most certain first' })
  await expect(firstTile).toHaveAttribute('data-path', surest)
  await firstTile.dblclick()
  await expect(page.locator('li[data-state="suggested"]').first()).toBeVisible()
  const image = (await page.locator('h2').textContent()) ?? ''
  const suggested = await labelsThatAre(page, 'suggested')
  expect(suggested.length).toBeGreaterThanOrEqual(3)
  const said = await sayings(page)
  const accepted = suggested[0]
  await page.keyboard.press('a')
  await expectState(page, accepted, said[accepted])
  // What is known of an image moves its other suggestions: the next decision is on what is suggested now.
  await expect(page.getByText('All saved')).toBeVisible()
  const before = await decided(page)
  Object.assign(said, await sayings(page))
  await page.keyboard.press('x')
  await expect.poll(async () => (await decided(page)).length).toBe(before.length + 1)
  const rejected = (await decided(page)).find((name) => !before.includes(name)) ?? ''
  await expectState(page, rejected, said[rejected] === 'present' ? 'absent' : 'present')

  // On the next image one is rejected by mouse, and taken back.
  await page.keyboard.press('ArrowRight')
  await expect(page.locator('h2')).not.toHaveText(image)
  await expect(page.locator('li[data-state="suggested"]').first()).toBeVisible()
  const next = (await page.locator('h2').textContent()) ?? ''
  const [takenBack] = await labelsThatAre(page, 'suggested')
  await label(page, takenBack)
    .getByRole('button', { name: /^Reject/ })
    .click()
  await expect(label(page, takenBack)).not.toHaveAttribute('data-state', 'suggested')
  await page.keyboard.press('Control+z')
  await expectState(page, takenBack, 'suggested')
  await page.keyboard.press('ArrowLeft')
  await expect(page.locator('h2')).toHaveText(image)
  const shown = Object.fromEntries(
    await Promise.all([accepted, rejected].map(async (name) => [name, await state(page, name)] as const)),
  )

  // Export, and read what was written.
  await page.keyboard.press('Control+e')
  const file = path.join(served.folder, 'export.json')
  await page.getByRole('dialog').getByRole('textbox').fill(file)
  await page.getByRole('dialog').getByRole('button', { name: 'Export' }).click()
  await expect(page.getByRole('dialog', { name: 'Exported' })).toBeVisible()
  await page.keyboard.press('Escape')
  const exported = readExport(file, image)
  expect(exported[accepted]).toEqual({ state: shown[accepted], source: 'accepted_suggestion' })
  expect(exported[rejected]).toEqual({ state: shown[rejected], source: 'human' })
  expect(readExport(file, next)[takenBack]).toBeUndefined()
  const marked = readExport(file, first)
  expect(marked[byKey]).toEqual({ state: 'present', source: 'human' })
  expect(marked[absentByKey]).toEqual({ state: 'absent', source: 'human' })
  expect(marked[byMouse]).toBeUndefined()

  // The file makes the same project again, by the command line.
  const images = path.join(
    path.dirname(JSON.parse(await served.surmise('status', await samplePath(served), '--json')).path),
    'images',
  )
  const copy = path.join(served.folder, 'copy.surmise')
  await served.surmise('new', copy, '--images', images)
  await served.surmise('import', copy, file)
  const again = path.join(served.folder, 'again.json')
  await served.surmise('export', copy, again, '--format', 'coco')
  expect(readExport(again, image)).toEqual(exported)
  expect(readExport(again, first)).toEqual(marked)
})

/** The sample as the start screen makes it: the latest of the recent projects. */
async function samplePath({ home }: { home: string }): Promise<string> {
  const recent = JSON.parse(readFileSync(path.join(home, 'recent.json'), 'utf8'))
  return (Array.isArray(recent) ? recent : recent.projects)[0].path
}

test('training can be stopped; marks and the state before stay', async ({ app: page, sample }) => {
  await openProject(page, sample)
  await fineTune(page)
  await page.getByRole('button', { name: 'Stop training' }).click()
  await expect(page.getByText(/cancelled/i).first()).toBeVisible()
  await expect(page.getByRole('button', { name: 'Fine-tune' })).toBeEnabled()
  await page.getByRole('complementary', { name: 'Training' }).getByRole('button', { name: 'Close' }).click()
  await expect(page.locator('[data-path]').first()).toBeVisible()
  await page.locator('[data-path]').first().dblclick()
  await expect(page.locator('li[data-state="unknown"]').first()).toBeVisible()
  await expect(page.locator('li[data-state="suggested"]')).toHaveCount(0)
})

test('many images at once, by the keyboard alone: select, mark, undo', async ({ app: page, sample }) => {
  await openProject(page, sample)
  const tiles = page.locator('[data-path]')
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Shift+ArrowRight')
  await expect(page.getByText('3 selected')).toBeVisible()
  await expect(tiles.nth(2)).toHaveAttribute('aria-selected', 'true')
  await expect(tiles.nth(3)).toHaveAttribute('aria-selected', 'false')
  const dogs = page.getByRole('button', { name: /^dog / })
  const before = (await dogs.textContent()) ?? ''
  const key = await page.locator('aside li', { hasText: 'dog' }).locator('kbd').textContent()
  await page.keyboard.press((key ?? '').toLowerCase())
  for (const place of [0, 1, 2]) await expect(tiles.nth(place)).toContainText('dog')
  await expect(dogs).not.toHaveText(before)
  await page.keyboard.press('Control+z')
  await expect(dogs).toHaveText(before)
})

test('going through images: to one by its number, turned, on by itself, and back where one was', async ({
  app: page,
  trained,
}) => {
  await openProject(page, trained)
  const place = page.getByLabel('Go to image, 1 to 60')
  await page.keyboard.press('Enter')
  await page.keyboard.press('g')
  await page.keyboard.type('20')
  await page.keyboard.press('Enter')
  await expect(place).toHaveValue('20')
  await page.keyboard.press('ArrowRight')
  await expect(place).toHaveValue('21')
  // Beyond the end is the end; what is no number leads nowhere.
  await page.keyboard.press('g')
  await page.keyboard.type('9999')
  await page.keyboard.press('Enter')
  await expect(place).toHaveValue('60')
  await page.keyboard.press('g')
  await page.keyboard.type('x')
  await page.keyboard.press('Escape')
  await expect(place).toHaveValue('60')

  // Turned, a wide image is a tall one.
  const picture = page.getByRole('img').first()
  const before = (await picture.boundingBox())!
  await page.keyboard.press('.')
  await expect
    .poll(async () => Math.sign((await picture.boundingBox())!.width - (await picture.boundingBox())!.height))
    .toBe(-Math.sign(before.width - before.height))
  await page.keyboard.press(',')

  // With the last suggestion decided the next image comes by itself, when that is wanted.
  await page.getByRole('checkbox', { name: 'Auto-advance when complete' }).check()
  await page.keyboard.press('g')
  await page.keyboard.type('5')
  await page.keyboard.press('Enter')
  await expect(place).toHaveValue('5')
  await expect(page.locator('li[data-label]').first()).toBeVisible()
  // Each decision may move what is suggested for the other labels: how many there will be can't be told before.
  const suggestions = page.locator('li[data-state="suggested"]')
  const known = page.locator('li[data-state="present"], li[data-state="absent"]')
  while ((await place.inputValue()) === '5') {
    const [some, before] = [(await suggestions.count()) > 0, await known.count()]
    await page.keyboard.press(some ? 'a' : 'r')
    await expect
      .poll(async () => (await place.inputValue()) === '6' || (await known.count()) > before, 'a decision is shown')
      .toBe(true)
    await expect(page.getByText('All saved')).toBeVisible()
  }
  await expect(place).toHaveValue('6')

  // Closed and opened again, it is where it was.
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Close project' }).click()
  await page.getByRole('button', { name: /^Open a project/ }).click()
  await page.getByRole('dialog').getByRole('textbox').fill(trained)
  await page.keyboard.press('Enter')
  await expect(place).toHaveValue('6')
})

test('filters narrow the list down, and nothing found says so', async ({ app: page, sample }) => {
  await openProject(page, sample)
  await page.getByRole('button', { name: /^snow / }).click()
  await expect(page.getByText(/^\d+ of 300 images/)).toBeVisible()
  for (const tile of await page.locator('[data-path]').all()) await expect(tile).toContainText('snow')
  await page.getByRole('searchbox', { name: 'Search by name' }).fill('no such image')
  await expect(page.getByText('No matches')).toBeVisible()
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await expect(page.getByText(/^300 images/)).toBeVisible()
})

test('the grid and the image are open to everyone', async ({ app: page, sample }) => {
  await openProject(page, sample)
  await expectNoViolations(page, 'grid')
  await page.keyboard.press('Enter')
  await expect(page.locator('li[data-label]').first()).toBeVisible()
  await expectNoViolations(page, 'image')
})
