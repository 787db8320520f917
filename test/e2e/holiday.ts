import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Locator, Page } from '@playwright/test'
import sharp from 'sharp'
import { expect, type Served } from './fixture.ts'

/** A folder with three images and a file that is none. */
export async function makePhotos(folder: string): Promise<string> {
  const photos = path.join(folder, 'Pictures', 'holiday')
  mkdirSync(photos, { recursive: true })
  for (const [name, background] of Object.entries({ red: '#c33', green: '#3a3', blue: '#36c' })) {
    const image = sharp({ create: { width: 64, height: 48, channels: 3, background } })
    await image.jpeg().toFile(path.join(photos, `${name}.jpg`))
  }
  writeFileSync(path.join(photos, 'torn.jpg'), 'not an image')
  return photos
}

/** A project of these photos, made with the command line. */
export async function makeProject({ folder, surmise }: Served): Promise<string> {
  const project = path.join(folder, 'Holiday.surmise')
  const labels = path.join(folder, 'labels.txt')
  writeFileSync(labels, 'beach\nboat\n')
  await surmise('new', project, '--images', await makePhotos(folder), '--labels', labels)
  return project
}

export const dialog = (page: Page, name: string): Locator => page.getByRole('dialog', { name, exact: true })

export async function openByPath(page: Page, project: string): Promise<void> {
  await page.getByRole('button', { name: 'Open a project' }).click()
  await dialog(page, 'Open a project').getByLabel('Project file', { exact: true }).fill(project)
  await page.keyboard.press('Enter')
}

export async function openMade(page: Page, served: Served): Promise<void> {
  await openByPath(page, await makeProject(served))
  await expect(image(page, 'red.jpg')).toBeVisible()
  // Keys are for the dialog as long as it is there.
  await expect(page.getByRole('dialog')).toHaveCount(0)
}

export const image = (page: Page, file: string): Locator => page.locator(`[data-path="${file}"]`)

/** A label in the list; not by its role, which it has not while a dialog is in front of it. */
export function labelLine(page: Page, name: string): Locator {
  return page.locator('aside li button[aria-expanded]').filter({ has: page.getByText(name, { exact: true }) })
}

export async function expectCounts(page: Page, name: string, present: number, absent: number): Promise<void> {
  await expect(labelLine(page, name)).toHaveText(`${name}Present${present}Absent${absent}`)
}

export async function fromMenu(page: Page, entry: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: entry }).click()
}

export async function chooseImportFile(page: Page, file: string): Promise<Locator> {
  await page.keyboard.press('Control+i')
  const importing = dialog(page, 'Import labels')
  await importing.getByLabel('File or folder', { exact: true }).fill(file)
  await importing.getByRole('button', { name: 'Preview', exact: true }).click()
  return importing
}

/** Imports what was read, and closes the dialog. @param said what it says of that */
export async function finishImport(importing: Locator, said?: string | RegExp): Promise<void> {
  await importing.getByRole('button', { name: 'Import', exact: true }).click()
  if (said) await expect(importing.getByText(said)).toBeVisible()
  await importing.getByRole('button', { name: 'Done' }).click()
  await expect(importing).toHaveCount(0)
}

/** Says which label of the project the file means by a name of its own. @returns where that is told */
export async function mapLabel(importing: Locator, from: string, to: string): Promise<Locator> {
  await importing.getByText('Map label names').click()
  await importing.getByLabel('In the file').selectOption(from)
  await importing.getByLabel('In this project').selectOption({ label: to })
  await importing.getByRole('button', { name: 'Map', exact: true }).click()
  const mapped = importing.getByText(new RegExp(`${from}.* → .*${to}`))
  await expect(mapped).toBeVisible()
  return mapped
}

/** Opens the dialog of an export. @returns it, and what comes after it */
export async function openExport(page: Page, format?: string): Promise<{ exporting: Locator; exported: Locator }> {
  await page.keyboard.press('Control+e')
  const exporting = dialog(page, 'Export')
  if (format) await exporting.getByLabel('Format').selectOption(format)
  return { exporting, exported: dialog(page, 'Exported') }
}
