import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Locator } from '@playwright/test'
import { expectNoViolations } from './axe.ts'
import { expect, type Served, test } from './fixture.ts'
import { dialog, openByPath } from './holiday.ts'
import { makeRareColours } from './rareColours.ts'

interface LabelCounts {
  name: string
  presentCount: number
  absentCount: number
}

async function labelsOf(served: Served, project: string): Promise<LabelCounts[]> {
  const { labels } = JSON.parse((await served.surmise('status', project, '--json')).trim().split('\n').at(-1)!)
  return labels.map(({ name, presentCount, absentCount }: LabelCounts) => ({ name, presentCount, absentCount }))
}

const sum = (labels: LabelCounts[], key: 'presentCount' | 'absentCount'): number =>
  labels.reduce((total, label) => total + label[key], 0)

/** How probable a label is in each undecided image where it is suggested as present, by image. */
async function suggestedPresent(served: Served, project: string, label: string): Promise<Map<string, number>> {
  const out = path.join(served.folder, 'suggestions.csv')
  await served.surmise('suggest', project, '--out', out, '--overwrite')
  const rows = readFileSync(out, 'utf8').trim().split(/\r?\n/).slice(1)
  const own = rows.map((row) => row.split(',')).filter(([, name, , is]) => name === label && is === 'present')
  return new Map(own.map(([image, , probability]) => [image, Number(probability)]))
}

const number = (text: string): number => Number(text.replaceAll(',', ''))

/** What the plan says of each line: label, side, how many. */
async function planOf(plan: Locator): Promise<{ label: string; side: string; count: number }[]> {
  const rows = await plan.locator('tbody > tr', { has: plan.page().locator('[data-line]') }).all()
  return Promise.all(
    rows.map(async (row) => {
      const cells = await row.locator('th, td').allTextContents()
      return { label: cells[0].trim(), side: cells[1].trim(), count: number(cells[2].split(' ')[0]) }
    }),
  )
}

test('accepting in bulk: present only, where enough is known; absent by choice; no rare label is erased', async ({
  app: page,
  served,
}) => {
  // It trains a project of its own.
  const { project, images } = await makeRareColours(served)
  await openByPath(page, project)
  await expect(page.locator('[data-path]').first()).toBeVisible()
  const before = await labelsOf(served, project)
  const yellow = before.find(({ name }) => name === 'yellow')!

  // By default present alone, and nothing of the label of which too little is known: the reason stands there.
  await page.keyboard.press('Control+Shift+a')
  const bulk = dialog(page, 'Accept in bulk')
  const would = bulk.getByRole('status')
  const plan = bulk.getByRole('table', { name: 'What would be accepted, by label' })
  const absent = bulk.getByRole('checkbox', { name: 'Also accept absent' })
  await expect(bulk.getByRole('radio', { name: '95%' })).toBeChecked()
  await expect(absent).not.toBeChecked()
  await expect(absent).toHaveAccessibleDescription(/the few positives among them are lost/)
  await expect(would).toContainText(/^\d+ suggestions for \d labels? in \d+ images would be accepted/)
  const first = await planOf(plan)
  expect(new Set(first.map(({ side }) => side))).toEqual(new Set(['Present']))
  expect(first.map(({ label }) => label)).not.toContain('yellow')
  const refused = bulk.getByRole('button', { name: /^Not offered \(\d\)/ })
  await refused.press('Enter')
  await expect(bulk.getByRole('listitem').filter({ hasText: 'yellow' })).toHaveText(
    /^yellow, Present: only \d+ known images? to check against; about \d+ more would do$/,
  )

  // Of less, more can be promised; of what nothing is offered, it is said why.
  await bulk.getByRole('radio', { name: '99%' }).press('Space')
  await expect(would).toHaveText(/^Nothing can be accepted in bulk yet: .* check 99% against\. Mark more images, or/)
  await expect(bulk.getByRole('button', { name: 'Accept 0' })).toBeDisabled()
  await bulk.getByRole('radio', { name: '90%' }).press('Space')
  await expect(would).toContainText(/^\d+ suggestions for 3 labels in \d+ images would be accepted/)
  const lines = await planOf(plan)
  const count = number(/^[\d,]+/.exec((await would.textContent()) ?? '')![0])
  expect(lines.reduce((total, line) => total + line.count, 0)).toBe(count)
  await expect(plan.getByRole('row').filter({ hasText: 'red' })).toContainText(/9\d\.\d%/)
  await refused.press('Enter')
  await expectNoViolations(page, 'accept in bulk', '[role=dialog]')
  expect(await labelsOf(served, project)).toEqual(before)

  // By keyboard to the twelve least certain ones of a label, and twelve others.
  const disclosure = (label: string) => plan.getByRole('button', { name: label, exact: true })
  await disclosure(lines[0].label).focus()
  await page.keyboard.press('ArrowDown')
  await expect(disclosure(lines[1].label)).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(disclosure(lines[1].label)).toHaveAttribute('aria-expanded', 'true')
  const sample = bulk.getByRole('region', { name: `Suggestions to check: ${lines[1].label}, present` })
  await expect(sample.getByText('Check the 12 least certain · 0 of 12 wrong')).toBeVisible()
  await expect(sample.getByText('12 more at random · 0 of 12 wrong')).toBeVisible()
  const shown = await sample
    .getByRole('list')
    .first()
    .getByRole('img')
    .evaluateAll((all) => all.map((one) => one.getAttribute('alt')))
  const suggested = await suggestedPresent(served, project, lines[1].label)
  const rising = (all: Iterable<number>): number[] => [...all].sort((a, b) => a - b)
  expect(suggested.size).toBe(lines[1].count)
  expect(rising(shown.map((file) => suggested.get(file!)!))).toEqual(rising(suggested.values()).slice(0, 12))
  await expectNoViolations(page, 'a sample of what is accepted in bulk', '[role=dialog]')

  // What is wrong is corrected there, stays so when the line is closed and opened, and is left out.
  await page.keyboard.press('Tab')
  await expect(sample.getByRole('button', { name: `Wrong: ${shown[0]}` })).toBeFocused()
  await page.keyboard.press('Space')
  await expect(sample.getByText('Check the 12 least certain · 1 of 12 wrong')).toBeVisible()
  await disclosure(lines[1].label).press('Enter')
  await expect(sample).toHaveCount(0)
  await disclosure(lines[1].label).press('Enter')
  await expect(sample.getByRole('button', { name: `Wrong: ${shown[0]}` })).toHaveAttribute('aria-pressed', 'true')
  await bulk.getByRole('button', { name: `Accept ${count}` }).press('Enter')
  await expect(bulk).toHaveCount(0)
  await expect(
    page.getByText(`${count - 1} suggestions accepted; 1 decided meanwhile was left alone. You can undo this.`),
  ).toBeVisible()
  const after = await labelsOf(served, project)
  expect(sum(after, 'presentCount')).toBe(sum(before, 'presentCount') + count - 1)
  expect(sum(after, 'absentCount')).toBe(sum(before, 'absentCount') + 1)
  expect(after.find(({ name }) => name === 'yellow')).toEqual(yellow)

  // The history: what was done, by what; back before it, and forth again.
  await page.keyboard.press('Control+h')
  const history = dialog(page, 'History')
  const actions = history.getByRole('listitem')
  await expect(actions.nth(0)).toContainText(`Accept ${count} suggestions at 90% precision`)
  await expect(actions.nth(0)).toContainText(`from suggestions, ${count - 1} changes`)
  await expect(actions.nth(0)).toContainText('you are here')
  await expectNoViolations(page, 'history')
  await actions.nth(2).getByRole('button', { name: 'Undo to here' }).press('Enter')
  await expect(actions.nth(2)).toContainText('you are here')
  await expect(actions.nth(0)).toContainText('undone')
  expect(await labelsOf(served, project)).toEqual(before)
  await actions.nth(0).getByRole('button', { name: 'Redo to here' }).press('Enter')
  await expect(actions.nth(0)).toContainText('you are here')
  expect(await labelsOf(served, project)).toEqual(after)
  await page.keyboard.press('Escape')

  // How far that is.
  await page.keyboard.press('Control+Shift+p')
  const progress = dialog(page, 'Progress')
  const figure = (name: string) => progress.locator('dl > div').filter({ hasText: name }).locator('dd').first()
  await expect(figure('Decisions today')).toHaveText(String(count))
  await expect(figure('Saved by suggestions')).toHaveText(String(count - 2))
  const unknown = images * before.length - sum(after, 'presentCount') - sum(after, 'absentCount')
  await expect(figure('Still unknown')).toHaveText(String(unknown))
  await expect(progress.getByRole('row').nth(1)).toContainText('%')
  await expectNoViolations(page, 'progress')
  await page.keyboard.press('Escape')

  // One undo takes all of it back.
  const grid = page.getByRole('listbox', { name: 'Images' })
  await grid.focus()
  await page.keyboard.press('Control+z')
  await expect.poll(() => labelsOf(served, project)).not.toEqual(after)
  const undone = await labelsOf(served, project)
  expect(sum(undone, 'presentCount')).toBe(sum(before, 'presentCount'))
  expect(sum(undone, 'absentCount')).toBe(sum(before, 'absentCount') + 1)

  // Absent too, where it is chosen: even so, a label of few positives is left alone, and how many more would do depends on the limit.
  await page.keyboard.press('Control+Shift+a')
  await bulk.getByRole('radio', { name: '90%' }).press('Space')
  await absent.press('Space')
  const loss = bulk.getByRole('group', { name: 'Maximum positives lost' })
  await expect(loss.getByRole('radio', { name: '2%' })).toBeChecked()
  await refused.press('Enter')
  const yellowAbsent = bulk.getByRole('listitem').filter({ hasText: 'yellow, Absent' })
  const positives = yellow.presentCount
  const more = (least: number): string =>
    `yellow, Absent: only ${positives} images known to be present; about ${least - positives} more would do`
  await expect(yellowAbsent).toHaveText(more(149))
  await loss.getByRole('radio', { name: '5%' }).press('Space')
  await expect(yellowAbsent).toHaveText(more(59))
  await expect(plan.getByRole('row').filter({ hasText: 'Absent' }).first()).toContainText(
    /\d+ of about \d+ \([0-5]\.\d%\)/,
  )
  const both = await planOf(plan)
  expect(new Set(both.map(({ side }) => side))).toEqual(new Set(['Present', 'Absent']))
  expect(both.map(({ label }) => label)).not.toContain('yellow')
  await bulk.getByRole('button', { name: /^Accept \d+/ }).press('Enter')
  await expect(bulk).toHaveCount(0)
  const all = await labelsOf(served, project)
  expect(sum(all, 'absentCount')).toBeGreaterThan(sum(undone, 'absentCount'))
  expect(all.find(({ name }) => name === 'yellow')).toEqual(yellow)

  // The images of one action, as a filter.
  await page.keyboard.press('Control+h')
  await actions.filter({ hasText: '1 change' }).first().getByRole('button', { name: 'Images' }).press('Enter')
  await expect(page.getByRole('status').filter({ hasText: 'images' })).toContainText(`1 of ${images} images`)
  await expect(page.getByRole('button', { name: 'Remove the filter: Changed by one action' })).toBeVisible()

  // The palette gives the keyboard back to what had it.
  await grid.focus()
  await page.keyboard.press('Control+k')
  await page.keyboard.press('Escape')
  await expect(grid).toBeFocused()

  // What the session brought is said when it ends.
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Close project')
  await page.keyboard.press('Enter')
  await expect(
    page.getByText(/^Closed “Rare colours”\. Since the project was opened: \d+ decisions on \d+ labels in \d+ min/),
  ).toBeVisible()
  await expect(page.getByRole('button', { name: /^Open a project/ })).toBeVisible()
})
