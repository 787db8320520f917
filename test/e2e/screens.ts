import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { expect, type Served } from './fixture.ts'
import { computing } from './hands.ts'
import { chooseImportFile, dialog, fromMenu, image, makeProject, openByPath } from './holiday.ts'

/** What somebody can have before them. Every screen and dialog of the application is in one of the tours. */
export interface Screen {
  name: string
  /** From where the screen before was left. */
  show(page: Page, served: Served): Promise<void>
  leave?(page: Page): Promise<void>
  /** Whether no picture is kept of it: what it says is of the machine it runs on. */
  varies?: true
  /** What is left out of its picture: two trainings of one sample say a little different things. */
  hides?: string
}

const closed =
  (times = 1) =>
  async (page: Page) => {
    for (let i = 0; i < times; i++) await page.keyboard.press('Escape')
    await expect(page.locator('[role=dialog]:not([data-closed]), [role=menu]:not([data-closed])')).toHaveCount(0)
  }

/** A dialog behind a key. */
const behind = (name: string, key: string, title: string, more: Partial<Screen> = {}): Screen => ({
  name,
  async show(page) {
    await page.keyboard.press(key)
    await expect(dialog(page, title)).toBeVisible()
  },
  leave: closed(),
  ...more,
})

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first()
const images = (page: Page) => page.getByRole('listbox', { name: 'Images', exact: true })
const suggested = (page: Page) => page.locator('li[data-state="suggested"]').first()

async function edit(page: Page, label: string): Promise<void> {
  await button(page, `Edit ${label}`).press('Enter')
  // The keyboard is there once the dialog is.
  await expect(dialog(page, 'Label').getByLabel('Name')).toBeFocused()
}

/** Nothing open yet, then three photos and a file that is none. */
export const first: Screen[] = [
  { name: 'start', show: (page) => expect(page.getByRole('heading', { name: 'Surmise' })).toBeVisible() },
  {
    name: 'new-project',
    async show(page) {
      await button(page, 'New project from a folder').press('Enter')
      await expect(dialog(page, 'New project')).toBeVisible()
    },
  },
  {
    name: 'folders',
    async show(page) {
      await dialog(page, 'New project').getByRole('button', { name: 'Choose… Image folder' }).press('Enter')
      await expect(page.getByRole('listbox')).toBeVisible()
    },
    leave: closed(2),
  },
  {
    name: 'error',
    async show(page, { folder }) {
      await openByPath(page, path.join(folder, 'nothing.surmise'))
      await expect(dialog(page, 'Open a project').getByRole('alert')).toBeVisible()
    },
    leave: closed(),
  },
  behind('palette-at-start', 'Control+k', 'Commands'),
  {
    name: 'a-broken-file',
    async show(page, served) {
      await openByPath(page, await makeProject(served))
      await expect(image(page, 'red.jpg').locator('img')).toBeVisible()
    },
  },
  behind('settings', 'Control+,', 'Settings', { varies: true }),
  behind('keys', '?', 'Keyboard shortcuts'),
  {
    name: 'import-preview',
    async show(page, { folder }) {
      const file = path.join(folder, 'some.csv')
      const lines = ['red.jpg,beach,present', 'red.jpg,kite,absent', 'gone.jpg,boat,present', 'red.jpg,boat,so']
      writeFileSync(file, ['image,label,value', ...lines].join('\n'))
      await expect((await chooseImportFile(page, file)).getByRole('table')).toBeVisible()
    },
  },
  {
    name: 'import-result',
    async show(page) {
      await dialog(page, 'Import labels').getByRole('button', { name: 'Import', exact: true }).press('Enter')
      await expect(dialog(page, 'Import labels').getByRole('button', { name: 'Done' })).toBeVisible()
    },
    leave: closed(),
  },
  behind('export', 'Control+e', 'Export', { leave: undefined }),
  {
    name: 'export-report',
    async show(page) {
      await dialog(page, 'Export').getByRole('button', { name: 'Export', exact: true }).press('Enter')
      await expect(dialog(page, 'Exported').getByText(/can’t be read/)).toBeVisible()
    },
    leave: closed(),
  },
  {
    name: 'new-label',
    async show(page) {
      await button(page, 'Add a label').press('Enter')
      await expect(dialog(page, 'New label')).toBeVisible()
    },
    leave: closed(),
  },
  {
    name: 'find-folder',
    async show(page) {
      await fromMenu(page, /Relocate image folder/)
      await expect(dialog(page, 'Image folder')).toBeVisible()
    },
    leave: closed(),
  },
  {
    name: 'nothing-matches',
    async show(page) {
      await page.getByRole('searchbox', { name: 'Search by name' }).fill('no such image')
      await expect(page.getByText('No matches')).toBeVisible()
    },
  },
  {
    name: 'no-model',
    async show(page) {
      await page.getByRole('searchbox', { name: 'Search by name' }).fill('')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Control+.')
      await expect(page.getByText('No model yet')).toBeVisible()
      await expect(page.getByText('Needs two labels that are known to be present somewhere.')).toBeVisible()
    },
    leave: (page) => page.keyboard.press('Escape'),
  },
]

/** In the panel of an image: each group of labels is as long as the model has it. */
const theirLabels = 'aside section > *'

/** 60 images with what is known of them, and two models. */
export const trained: Screen[] = [
  { name: 'grid', show: (page) => expect(page.locator('[data-path] img').first()).toBeVisible() },
  {
    name: 'selection',
    async show(page) {
      await images(page).focus()
      for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowRight')
      await expect(page.getByText('4 selected')).toBeVisible()
    },
    leave: (page) => page.keyboard.press('Escape'),
  },
  {
    name: 'menu',
    async show(page) {
      await button(page, 'More').press('Enter')
      await expect(page.getByRole('menu')).toBeVisible()
    },
    leave: closed(),
  },
  {
    name: 'filter',
    async show(page) {
      await images(page).focus()
      await page.keyboard.press('f')
      await expect(dialog(page, 'Filter').getByLabel('Add a label…')).toBeFocused()
      await page.keyboard.type('dog')
      await page.keyboard.press('Enter')
      await expect(dialog(page, 'Filter').getByLabel('State of dog', { exact: true })).toBeVisible()
    },
    leave: closed(),
  },
  {
    name: 'saved-filters',
    async show(page) {
      await page.keyboard.press('Shift+F')
      await dialog(page, 'Saved filters').getByLabel('Name for the current filter').fill('Dogs to look at')
      await page.keyboard.press('Enter')
      await expect(button(page, 'Dogs to look at')).toBeVisible()
    },
    leave: closed(),
  },
  { name: 'chips', show: (page) => expect(page.getByRole('list', { name: 'Active filters' })).toBeVisible() },
  behind('palette', 'Control+k', 'Commands'),
  {
    name: 'image',
    hides: theirLabels,
    async show(page) {
      await button(page, 'Clear all').press('Enter')
      await button(page, 'Has suggestions').press('Enter')
      await images(page).focus()
      await page.keyboard.press('Enter')
      await expect(suggested(page)).toBeVisible()
    },
  },
  {
    name: 'reasons',
    hides: `${theirLabels}, section[aria-label^=Why] > *, canvas[data-attention]`,
    async show(page) {
      await page.keyboard.press('w')
      await expect(page.getByRole('region', { name: /^Why / }).getByText(/most similar known images? ha/)).toBeVisible()
      await expect(page.locator('canvas[data-attention]')).toBeVisible()
    },
    leave: (page) => page.keyboard.press('w'),
  },
  {
    name: 'a-label-found',
    hides: theirLabels,
    async show(page) {
      await page.keyboard.press('/')
      await page.keyboard.type('o')
      await expect(page.getByLabel('Find a label')).toHaveValue('o')
    },
    async leave(page) {
      await page.getByLabel('Find a label').fill('')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      await expect(images(page)).toBeVisible()
      await button(page, 'Has suggestions').press('Enter')
    },
  },
  {
    name: 'label-by-label',
    hides: '[data-page-image], section > footer [role=status]',
    async show(page) {
      await page.keyboard.press('Control+k')
      await page.keyboard.type('label by label flower')
      await page.keyboard.press('Enter')
      await expect(page.locator('[data-page-image] img').first()).toBeVisible()
    },
    async leave(page) {
      await page.keyboard.press('Escape')
      await expect(images(page)).toBeVisible()
    },
  },
  behind('accept-in-bulk', 'Control+Shift+a', 'Accept in bulk', {
    hides: '[role=dialog] [role=status], [role=dialog] tbody, [role=dialog] li, [role=dialog] h3',
    async show(page) {
      await page.keyboard.press('Control+Shift+a')
      await expect(
        dialog(page, 'Accept in bulk')
          .getByText(/would be wrong|Nothing/)
          .first(),
      ).toBeVisible()
    },
  }),
  behind('history', 'Control+h', 'History'),
  behind('progress', 'Control+Shift+p', 'Progress'),
  { name: 'label', show: (page) => edit(page, 'dog'), leave: closed() },
  {
    name: 'label-merged',
    async show(page) {
      await edit(page, 'dog')
      await dialog(page, 'Label').getByRole('button', { name: 'Merge…' }).press('Enter')
      await dialog(page, 'Label').getByLabel('Merge into').selectOption({ label: 'bird' })
      await expect(dialog(page, 'Label').getByRole('alert')).toBeVisible()
    },
    leave: closed(),
  },
  {
    name: 'label-split',
    async show(page) {
      await images(page).focus()
      await page.keyboard.press('Shift+ArrowRight')
      await edit(page, 'dog')
      await dialog(page, 'Label').getByRole('button', { name: 'Split…' }).press('Enter')
      await expect(dialog(page, 'Label').getByRole('alert')).toBeVisible()
    },
    leave: closed(),
  },
  {
    name: 'label-removed',
    async show(page) {
      await edit(page, 'dog')
      await dialog(page, 'Label').getByRole('button', { name: 'Remove label' }).press('Enter')
      await expect(dialog(page, 'Label').getByRole('alert')).toBeVisible()
    },
    leave: closed(),
  },
  {
    name: 'model',
    hides: 'dd, svg, main tbody, label bdi, aside label span',
    async show(page) {
      await images(page).focus()
      await page.keyboard.press('Escape')
      await page.keyboard.press('Control+.')
      await expect(page.getByRole('heading', { name: 'Reliability' })).toBeVisible()
      await expect(page.getByRole('region', { name: 'Labels that occur together' })).toBeVisible()
    },
    leave: (page) => page.keyboard.press('Escape'),
  },
  {
    name: 'backbones',
    async show(page) {
      await page.keyboard.press('Control+k')
      await page.keyboard.type('backbones')
      await page.keyboard.press('Enter')
      await expect(dialog(page, 'Backbones').getByRole('listitem', { name: 'MobileNetV4 medium' })).toBeVisible()
    },
    leave: closed(),
  },
  {
    name: 'merge-preview',
    async show(page, served) {
      // The other copy says the opposite of some marks, and knows one label more.
      const project = path.join(served.folder, 'trained', 'Trained.surmise')
      const [copy, csv] = [path.join(served.folder, 'Ben.surmise'), path.join(served.folder, 'ben.csv')]
      cpSync(project, copy)
      await served.surmise('export', project, csv, '--format', 'csv')
      const [head, ...lines] = readFileSync(csv, 'utf8').trimEnd().split('\n')
      const opposite = { present: 'absent', absent: 'present' } as Record<string, string>
      const said = lines.slice(0, 90).map((line, i) => {
        const [image, label, state] = line.trim().split(',')
        return i % 9 === 0 ? `${image},${label},${opposite[state]}` : `${image},kite,${state}`
      })
      writeFileSync(csv, [head, ...new Set(said)].join('\n'))
      await served.surmise('import', copy, csv, '--conflicts', 'replace')
      await page.keyboard.press('Control+k')
      await page.keyboard.type('merge another')
      await page.keyboard.press('Enter')
      await dialog(page, 'Merge another copy').getByRole('textbox').fill(copy)
      await page.keyboard.press('Enter')
      await expect(dialog(page, 'Merge another copy').getByRole('table')).toBeVisible()
    },
    leave: closed(),
  },
  {
    name: 'training',
    varies: true,
    async show(page) {
      await page.keyboard.press('Control+Enter')
      await expect(
        page.getByRole('complementary', { name: 'Training' }).getByText(/^Running on .+ \(.+\)$/),
      ).toBeVisible()
    },
  },
  {
    name: 'trained',
    varies: true,
    async show(page) {
      await expect(button(page, 'Show suggestions')).toBeVisible(computing)
      await expect(page.getByRole('region', { name: 'Accuracy on labels it hasn’t seen' })).toBeVisible()
    },
  },
  {
    name: 'recent-projects',
    varies: true,
    async show(page) {
      await page.keyboard.press('Control+k')
      await page.keyboard.type('Close project')
      await page.keyboard.press('Enter')
      await expect(button(page, /^Trained /)).toBeVisible()
    },
  },
]
