import type { Page } from '@playwright/test'
import { openProject } from '../../src/main/project/file/open.ts'
import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { openProject as openOnPage } from './hands.ts'

/** Right to left, both ways in one, without spaces, and longer than any screen. */
const names = [
  'قطة تنام على الأريكة الحمراء في غرفة الجلوس الكبيرة قرب النافذة المفتوحة',
  'כלב (dog) 12',
  '夕焼けの海辺を散歩する二匹の犬と飼い主、そして遠くに見える白い灯台と漁船',
  `unlabelled-${'pneumonoultramicroscopicsilicovolcanoconiosis'.repeat(3)}`,
  'a label whose name goes on and on, as names do that were written for a form with a field for a whole sentence',
  '👩‍👩‍👧‍👦 family, 家族, عائلة',
]

/** Renames the labels before anybody looks. */
function rename(file: string): void {
  const project = openProject(file)
  try {
    const labels = project.labels.list()
    for (const [place, name] of names.entries()) {
      project.labels.update(labels[place].id, { name, description: place === 0 ? 'أي قطة، ولو ظهر ذيلها فقط' : '' })
    }
  } finally {
    project.close()
  }
}

/** What reaches out of the window, or of the panel it stands in. */
const reachingOut = `(() => {
  const within = (inner, outer) => inner.left >= outer.left - 1 && inner.right <= outer.right + 1
  const found = []
  for (const box of document.querySelectorAll('aside, [role=dialog], [role=toolbar], main, #root > div > header')) {
    const outer = box.getBoundingClientRect()
    if (!within(outer, { left: 0, right: innerWidth })) found.push(box.tagName + ' ' + box.className)
    for (const control of box.querySelectorAll('button, input, select, kbd')) {
      const inner = control.getBoundingClientRect()
      if (inner.width > 0 && !within(inner, outer)) found.push(control.outerHTML.slice(0, 200))
    }
  }
  return found
})()`

async function expectWhole(page: Page, where: string): Promise<void> {
  expect(await page.evaluate(reachingOut), where).toEqual([])
}

/** Of names that are cut off, the first letters are in sight. @returns those of which it is not */
const withoutBeginning = `[...document.querySelectorAll('aside bdi')].filter((name) => {
  const range = document.createRange()
  range.setStart(name.firstChild, 0)
  range.setEnd(name.firstChild, 1)
  let cutting = name
  while (getComputedStyle(cutting).overflowX === 'visible') cutting = cutting.parentElement
  const [letter, frame] = [range.getBoundingClientRect(), cutting.getBoundingClientRect()]
  return letter.width > 0 && (letter.left < frame.left - 1 || letter.right > frame.right + 1)
}).map((name) => name.textContent)`

test('names of any length and script leave every screen whole', async ({ app: page, trained }) => {
  rename(trained)
  await openOnPage(page, trained)
  await expect(page.locator('[data-path] img').first()).toBeVisible()
  const [arabic, hebrew, japanese, long] = names
  const sidebar = page.getByRole('complementary', { name: 'Labels' })
  for (const name of names) await expect(sidebar.locator('bdi', { hasText: name })).toBeVisible()
  expect(await page.evaluate(withoutBeginning)).toEqual([])
  await expectWhole(page, 'the grid')
  await page.keyboard.press('Control+a')
  await expectWhole(page, 'the grid, all selected')
  await page.keyboard.press('Escape')

  // A filter by it, in words: the sentence runs on beside the name, not around it.
  await sidebar.locator('li button[aria-expanded]', { hasText: arabic }).click()
  const chip = page.getByRole('button', { name: `Remove the filter: \u2068\u2068${arabic}\u2069: present\u2069` })
  await expect(chip).toBeVisible()
  await expectWhole(page, 'the grid, filtered')
  await chip.click()

  await page.locator('[data-path]').first().dblclick()
  const row = page.locator(`li[data-label="${arabic}"]`)
  await expect(row).toBeVisible()
  expect(await page.evaluate(withoutBeginning)).toEqual([])
  await page.keyboard.press('w')
  await expectWhole(page, 'an image')
  await page.setViewportSize({ width: 800, height: 600 })
  await expectWhole(page, 'an image in a small window')
  await page.setViewportSize({ width: 1280, height: 800 })

  // Found by typing, whichever way it runs.
  await page.keyboard.press('/')
  await page.keyboard.type('כלב')
  await expect(page.locator('li[data-label]')).toHaveCount(1)
  await page.keyboard.press('Enter')
  await expect(page.locator(`li[data-label="${hebrew}"]`)).toHaveAttribute('data-state', 'present')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.keyboard.type(`${arabic.slice(0, 8)} present`)
  await expect(page.getByRole('option').first()).toContainText(arabic)
  await expectWhole(page, 'the palette')
  await page.keyboard.press('Escape')
  await expectNoViolations(page, 'an image with labels of many scripts')

  // The reasons first, then the image.
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await page.keyboard.press('v')
  await expect(page.getByRole('listbox', { name: /^Images that may show/ })).toBeVisible()
  await page.getByLabel('Label', { exact: true }).selectOption({ label: long })
  await expectWhole(page, 'label by label')
  await page.keyboard.press('Escape')

  for (const [keys, title] of [
    ['Control+Shift+a', 'Accept in bulk'],
    ['Control+Shift+p', 'Progress'],
    ['Control+h', 'History'],
  ]) {
    await page.keyboard.press(keys)
    const dialog = page.getByRole('dialog', { name: title })
    await expect(dialog.getByText(title === 'History' ? 'Rename label' : japanese).first()).toBeVisible()
    await expectWhole(page, title)
    await page.keyboard.press('Escape')
  }
  await page.keyboard.press('Control+.')
  await expect(page.getByRole('heading', { name: 'Average precision by label' })).toBeVisible()
  await expectWhole(page, 'the model page')
  await page.keyboard.press('Escape')

  // Written and shown the way it runs.
  await page.getByRole('button', { name: `Edit \u2068${arabic}\u2069` }).click()
  const editing = page.getByRole('dialog', { name: 'Label', exact: true })
  await expect(editing.locator('input:dir(rtl)')).toHaveValue(arabic)
  await expectWhole(page, 'a label')
})
